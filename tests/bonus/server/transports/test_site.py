"""La page web, sans réseau : ses fichiers, et à qui l'on répond."""

import gzip
import json
from http import HTTPStatus
from pathlib import Path

import pytest
from chatroom.protocol.limits import Limits
from chatroom.server.transports.site import TOLD, Answer, Site, error

HTML = b"<!doctype html><p>\xc3\xa9t\xc3\xa9</p>" * 10


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "index.html").write_bytes(HTML)
    (tmp_path / "core").mkdir()
    (tmp_path / "core/a.js").write_text("export {};")
    (tmp_path / "secret.py").write_text("secret")
    return Site(tmp_path, Limits(text=123), {"poste3"}, {"Chat.exemple.fr"})


def get(site: Site, target: str, tag: str | None = None, encodings: str = "") -> Answer:
    return site.answer("GET", target, tag, encodings)


def header(answer: Answer, name: str) -> str | None:
    return dict(answer.headers).get(name)


def test_a_file(site: Site) -> None:
    found = get(site, "/?a=1")
    assert (found.status, found.body) == (HTTPStatus.OK, HTML)
    assert header(found, "Content-Type") == "text/html; charset=utf-8"
    assert header(found, "Content-Length") == str(len(HTML))
    assert "script-src 'self'" in str(header(found, "Content-Security-Policy"))
    script = get(site, "/core/a.js")
    assert script.body == b"export {};"
    assert header(script, "Content-Security-Policy") is None


def test_zipped_for_who_reads_it(site: Site) -> None:
    found = get(site, "/", encodings="gzip, br")
    assert gzip.decompress(found.body) == HTML
    assert header(found, "Content-Encoding") == "gzip"
    assert header(found, "Content-Length") == str(len(found.body))


def test_comments_stay_at_home(tmp_path: Path) -> None:
    """Ceux qui ont leurs lignes à eux, et rien d'autre : une ligne garde son numéro."""
    kept = b'const a = "/* ici */"; // la\n\n\n\n  b = "http://c";\n\n/** un */ #d;\n\n'
    source = (
        b'const a = "/* ici */"; // la\n/**\n * Un mot.\n */\n  b = "http://c";\n  // fin\n'
        b"/** un */ #d;\n/* seul */\n"
    )
    (tmp_path / "index.html").write_bytes(HTML)
    (tmp_path / "a.js").write_bytes(source)
    (tmp_path / "a.css").write_bytes(b"/* deux\nlignes */\np { color: red; } /* un */\n")
    site = Site(tmp_path, Limits())
    assert get(site, "/a.js").body == kept
    assert get(site, "/a.css").body == b"\n\np { color: red; } /* un */\n"


def test_not_twice(site: Site) -> None:
    tag = header(get(site, "/"), "ETag")
    assert (get(site, "/", tag).status, get(site, "/", tag).body) == (HTTPStatus.NOT_MODIFIED, b"")
    assert get(site, "/core/a.js", tag).status is HTTPStatus.OK


def test_in_https_a_name_of_one_s_own_is_never_in_clear_again(site: Site, tmp_path: Path) -> None:
    encrypted = Site(tmp_path, Limits(), {"poste3"}, {"chat.exemple.fr"}, encrypted=True)
    answer = get(encrypted, "/")
    for host in ("chat.exemple.fr", "CHAT.exemple.fr:8080"):
        told = header(encrypted.secured(answer, host), "Strict-Transport-Security")
        assert told == "max-age=31536000"
    for host in ("localhost:8080", "127.0.0.1", "poste3", "exemple.fr", "["):
        assert encrypted.secured(answer, host) is answer
    assert site.secured(answer, "chat.exemple.fr") is answer


def test_nothing_else(site: Site) -> None:
    for target in ("/secret.py", "/../secret.py", "/core", "http://[", ""):
        assert get(site, target).status is HTTPStatus.NOT_FOUND
    refused = site.answer("POST", "/", None, "")
    assert refused.status is HTTPStatus.METHOD_NOT_ALLOWED
    assert header(refused, "Allow") == "GET, HEAD"


def test_the_bounds_it_tells(site: Site) -> None:
    told = json.loads(get(site, "/limits.json").body)
    assert told == {name: getattr(Limits(text=123), name) for name in TOLD}


@pytest.mark.parametrize(
    "host", ["127.0.0.1:80", "[::1]:8080", "localhost", "a.localhost", "POSTE3", "chat.exemple.fr"]
)
def test_names_that_are_ours(site: Site, host: str) -> None:
    assert site.knows(host)


@pytest.mark.parametrize("host", ["", "[", "evil.fr", "localhost.evil.fr", "poste3.evil.fr"])
def test_names_that_are_not(site: Site, host: str) -> None:
    assert not site.knows(host)


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),  # ce n'est pas une page
        ("http://poste3:80", True),
        ("HTTPS://POSTE3:80", True),
        ("https://chat.exemple.fr", True),  # le mandataire, quel que soit le nom qu'il nous donne
        ("http://poste3", False),
        ("https://evil.fr", False),
        ("http://[", False),
        ("null", False),
    ],
)
def test_which_pages_may_talk_to_us(site: Site, origin: str | None, welcome: bool) -> None:
    assert site.welcomes(origin, "poste3:80") is welcome


def test_an_error_is_a_sentence() -> None:
    found = error(HTTPStatus.NOT_FOUND, "Il n'y a rien là.", ("X-Test", "oui"))
    assert found.status is HTTPStatus.NOT_FOUND
    assert found.body == "Il n'y a rien là.\n".encode()
    assert header(found, "Content-Length") == str(len(found.body))
    assert header(found, "X-Test") == "oui"
