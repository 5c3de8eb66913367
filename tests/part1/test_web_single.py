"""web_sync.py et web_async.py : ce qui va mal, et ce que devient alors /tmp/web_page."""

import os
import resource
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.inside import play
from tests.support.pages import BEFORE
from tests.support.processes import Process, limited, run
from tests.support.waiting import wait_until
from tests.support.web import EVERY_BYTE, Server

pytestmark = pytest.mark.xdist_group("web_page")

FAILURES = {
    "/missing": "le serveur répond 404",
    "/broken": "le serveur répond 500",
    "/cut": "réponse incomplète",
    "/reset": "échange ou écriture impossible|connexion coupée par le serveur",
    "/garbage": "échange ou écriture impossible",
    "/loop": "échange ou écriture impossible",
    "/endless": "page de plus de 50000000 octets",
}
NOT_URLS = [
    "ynov",
    "ftp://127.0.0.1/",
    "http://",
    "http://[::1",
    "http://a:b/",
    f"http://{'a' * 70}",
]
both = pytest.mark.parametrize("script", ["part1/web_sync.py", "part1/web_async.py"])


def assert_failed(
    result: subprocess.CompletedProcess[str], url: str, causes: str, page: Path
) -> None:
    """Une seule ligne, sur stderr, qui nomme l'URL et la cause ; et l'ancienne page est là."""
    lines = [f"{url} → /tmp/web_page : {cause}\n" for cause in causes.split("|")]
    assert result.stderr in lines
    assert (result.returncode, result.stdout) == (1, "")
    assert page.read_bytes() == BEFORE
    assert not page.with_name("web_page.part").exists()


@both
@pytest.mark.parametrize("path", FAILURES)
def test_says_what_the_server_did_wrong(
    script: str, path: str, server: Server, web_page: Path
) -> None:
    url = server.url + path
    assert_failed(play(script, url), url, FAILURES[path], web_page)


@both
def test_says_that_nobody_answers(script: str, web_page: Path) -> None:
    assert_failed(
        play(script, "http://127.0.0.1:1"), "http://127.0.0.1:1", "connexion refusée", web_page
    )
    url = "https://site.invalid/page"
    assert_failed(play(script, url), url, "hôte inconnu", web_page)


@both
@pytest.mark.parametrize("url", NOT_URLS)
def test_says_what_is_not_a_url(script: str, url: str, web_page: Path) -> None:
    cause = "ce n'est pas une URL http:// ou https://"
    assert_failed(play(script, url), url, cause, web_page)


@both
def test_refuses_a_server_that_does_not_speak_tls(
    script: str, server: Server, web_page: Path
) -> None:
    url = server.url.replace("http:", "https:")
    cause = "connexion chiffrée impossible (certificat ?)"
    assert_failed(play(script, url), url, cause, web_page)


def test_gives_up_on_a_silent_server(server: Server, web_page: Path) -> None:
    url = f"{server.url}/silent"
    scripts = ["part1/web_sync.py", "part1/web_async.py"]
    running = [Process(script, url) for script in scripts]  # 10 s chacun : ensemble
    for process in running:
        with process:
            assert process.wait(30) == 1
            assert process.err == f"{url} → /tmp/web_page : pas de réponse à temps\n"
    assert web_page.read_bytes() == BEFORE


@both
def test_says_that_the_file_is_a_folder(script: str, server: Server, web_page: Path) -> None:
    web_page.unlink()
    web_page.mkdir()
    result = play(script, f"{server.url}/page")
    assert result.stderr == f"{server.url}/page → /tmp/web_page : c'est un dossier\n"
    assert (result.returncode, result.stdout) == (1, "")
    assert list(web_page.parent.glob("web_page.part")) == []


@both
def test_keeps_the_old_page_when_the_disk_is_full(
    script: str, server: Server, web_page: Path
) -> None:
    url = f"{server.url}/binary"
    with limited(resource.RLIMIT_FSIZE, 512):
        result = run("-B", script, url)
    assert_failed(result, url, "échange ou écriture impossible", web_page)


@both
def test_replaces_a_symbolic_link_with_an_ordinary_file(
    script: str, server: Server, web_page: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "ailleurs"
    elsewhere.write_bytes(b"secret")
    web_page.unlink()
    web_page.symlink_to(elsewhere)
    result = run(script, f"{server.url}/binary")
    assert (result.returncode, result.stderr) == (0, "")
    assert elsewhere.read_bytes() == b"secret"
    assert web_page.read_bytes() == EVERY_BYTE
    assert web_page.lstat().st_mode == stat.S_IFREG | (0o666 & ~umask())


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@both
def test_ends_quietly_on_interrupt(script: str, server: Server, web_page: Path) -> None:
    with Process(script, f"{server.url}/silent") as process:
        wait_until(lambda: server.in_flight, "aucune requête reçue")
        process.interrupt()
        assert process.wait() == 130
        assert (process.out, process.err) == ("", "")
    assert web_page.read_bytes() == BEFORE


@both
def test_explains_itself(script: str) -> None:
    helped = play(script, "--help")
    assert helped.returncode == 0
    assert f"Usage : python {script} URL" in helped.stdout
    for arguments in ([], ["--quoi"], ["http://a", "http://b"]):
        misused = play(script, *arguments)
        assert (misused.returncode, misused.stdout) == (2, "")
        assert misused.stderr == f"Usage : python {script} URL\n"
