"""web_sync_multiple.py et web_async_multiple.py : les listes et les sites comme on en rencontre."""

import re
from pathlib import Path

import pytest
import web_async_multiple
import web_sync_multiple

from tests.support.inside import play
from tests.support.processes import Process
from tests.support.waiting import wait_until
from tests.support.web import EVERY_BYTE, Server

SCRIPTS = ["part1/web_sync_multiple.py", "part1/web_async_multiple.py"]
both = pytest.mark.parametrize("script", SCRIPTS)


def write_list(folder: Path, *lines: str) -> str:
    file = folder / "urls.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def pages(output: str) -> dict[str, tuple[str, str, str]]:
    """URL -> (marque, fichier, ce qui en est dit), d'après les lignes affichées."""
    found = re.findall(r"^([✓✗]) (\S+) → (.+) \(\d+\.\d{3} s\) : (.+)$", output, re.MULTILINE)
    return {url: (mark, file, outcome) for mark, url, file, outcome in found}


@pytest.mark.parametrize("module", [web_sync_multiple, web_async_multiple])
def test_reads_the_list_as_people_write_it(module: object, tmp_path: Path) -> None:
    listing = write_list(
        tmp_path,
        "\ufeff# commentaire",
        "https://www.ynov.com/",
        "",
        "   https://www.ynov.com   ",
        "https://www.ynov.com/a/",
        "\x1b[31mhttps://rouge",
        "# https://non",
    )
    expected = ["https://www.ynov.com", "https://www.ynov.com/a/", "%1B[31mhttps://rouge"]
    assert module.read_urls(listing) == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", [web_sync_multiple, web_async_multiple])
def test_two_urls_never_share_a_file(module: object) -> None:
    urls = [
        "https://a",
        "http://a",
        "https://A",
        "https://a:8080",
        "https://a/b",
        "https://a/b/",
        "https://a/b?c",
        "https://a/b#c",
        "https://a/b%2Fc",
        "https://a/b/c",
        "https://a/b_c",
        f"https://a/{'b' * 300}",
        f"https://a/{'b' * 301}",
    ]
    files = {module.file_for(url) for url in urls}  # type: ignore[attr-defined]
    assert len(files) == len(urls)
    assert all(file.parent == Path("/tmp") and len(file.name) < 240 for file in files)


@both
def test_asks_for_each_page_as_written(script: str, server: Server, tmp_path: Path) -> None:
    contents = {
        server.url: b"page /",
        f"{server.url}/a/b/": b"page /a/b/",
        f"{server.url}/a?b=c&d=%20": b"page /a?b=c&d=%20",
        f"{server.url}/binary": EVERY_BYTE,
    }
    result = play(script, write_list(tmp_path, *contents))
    assert (result.returncode, result.stderr) == (0, "")
    files = {url: Path(file) for url, (_, file, _) in pages(result.stdout).items()}
    assert {url: file.read_bytes() for url, file in files.items()} == contents


@both
def test_one_failure_does_not_stop_the_others(script: str, server: Server, tmp_path: Path) -> None:
    good = [f"{server.url}/{number}" for number in range(3)]
    bad = {
        "pas-une-url": "ce n'est pas une URL http:// ou https://",
        "ftp://127.0.0.1": "ce n'est pas une URL http:// ou https://",
        "http://127.0.0.1:1/x": "connexion refusée",
        "https://site.invalid": "hôte inconnu",
        f"{server.url}/missing": "le serveur répond 404",
        f"{server.url}/broken": "le serveur répond 500",
        f"{server.url}/cut": None,
        f"{server.url}/reset": None,
        f"{server.url}/garbage": "échange ou écriture impossible",
        f"{server.url}/endless": "page de plus de 50000000 octets",
    }
    result = play(script, write_list(tmp_path, good[0], *bad, *good[1:]))
    assert result.returncode == 1
    assert set(pages(result.stdout)) == set(good)
    failed = pages(result.stderr)
    assert set(failed) == set(bad)
    assert len(result.stderr.splitlines()) == len(bad)
    for url, cause in bad.items():
        assert failed[url][0] == "✗"
        assert cause in (None, failed[url][2])
    assert "3 URL sur 13 en " in result.stdout
    assert "\x1b" not in result.stdout + result.stderr


@both
def test_a_failure_keeps_the_old_file(script: str, server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/cut"
    file = web_sync_multiple.file_for(url)
    file.write_bytes(b"avant")
    assert play(script, write_list(tmp_path, url)).returncode == 1
    assert file.read_bytes() == b"avant"


@both
def test_a_folder_in_the_way_is_a_failure(script: str, server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/dossier"
    file = web_sync_multiple.file_for(url)
    file.mkdir()
    try:
        result = play(script, write_list(tmp_path, url))
        assert pages(result.stderr) == {url: ("✗", str(file), "c'est un dossier")}
        assert result.returncode == 1
        assert not file.with_name(f"{file.name}.part").exists()
    finally:
        file.rmdir()


@both
def test_shows_each_page_as_it_finishes(script: str, server: Server, tmp_path: Path) -> None:
    first, held = f"{server.url}/first", f"{server.url}/held"
    with Process(script, write_list(tmp_path, first, held)) as process:
        process.expect(f"✓ {first} ")
        assert held not in process.out
        server.released.set()
        process.expect("2 URL sur 2")
        assert process.wait() == 0


@both
def test_neutralises_escape_sequences(script: str, tmp_path: Path) -> None:
    listing = write_list(tmp_path, "http://127.0.0.1:1/\x1b]0;titre\x07", "\x9b31m\u202ehttp")
    result = play(script, listing)
    assert set(pages(result.stderr)) == {
        "http://127.0.0.1:1/%1B]0;titre%07",
        "%C2%9B31m%E2%80%AEhttp",
    }


@both
def test_says_what_is_wrong_with_the_list(script: str, tmp_path: Path) -> None:
    for file in (tmp_path / "absent.txt", tmp_path):
        result = play(script, str(file))
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr == f"{file} : fichier introuvable ou illisible\n"
    empty = play(script, write_list(tmp_path, "# rien"))
    assert empty.returncode == 1
    assert empty.stdout.startswith("0 URL sur 0 en ")
    binary = tmp_path / "binaire"
    binary.write_bytes(b"\xff\xfe\n")
    assert "✗" in play(script, str(binary)).stderr


@both
def test_ends_quietly_on_interrupt(script: str, server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/silent"
    file = web_sync_multiple.file_for(url)
    file.write_bytes(b"avant")
    with Process(script, write_list(tmp_path, f"{server.url}/page", url)) as process:
        process.expect("/page")
        wait_until(lambda: server.requests["/silent"], "requête absente")
        process.interrupt()
        assert process.wait() == 130
        assert process.err == ""
    assert file.read_bytes() == b"avant"
    assert list(file.parent.glob(f"*:{server.server_address[1]}*.part")) == []


@both
def test_explains_itself(script: str) -> None:
    helped = play(script, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert f"Usage : python {script} FICHIER" in helped.stdout
    for arguments in ([], ["--quoi"], ["a.txt", "b.txt"]):
        misused = play(script, *arguments)
        assert (misused.returncode, misused.stdout) == (2, "")
        assert misused.stderr == helped.stdout
