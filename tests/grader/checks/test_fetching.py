"""L'étape I.2 : où vont les pages, si elles vont ensemble, et qui attend les réponses."""

from pathlib import Path, PurePosixPath

import pytest

from grader.checks import fetching
from grader.model.records import Launch
from tests.grader.checks.playing import message, play

COPY = PurePosixPath("/home/etudiant/tp6")
ONE, MANY = "I.2.async", "I.2.async_multiple"
GIVEN = {ONE: Launch(arguments=("{url}",)), MANY: Launch(arguments=("{file}",))}
HEAD = """
import asyncio, sys, threading
from urllib.request import urlopen
def fetch(url):
    content = urlopen(url, timeout=20).read()
    open("web_" + url.split("/")[-1], "wb").write(content)
def urls():
    return [line.strip() for line in open(sys.argv[1]) if line.strip()]
"""
AIOHTTP = """
import aiohttp
async def download(url):
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return await response.read()
"""
EACH = "for url in urls(): fetch(url)"
THREADS = "for url in urls(): threading.Thread(target=fetch, args=(url,)).start()"
# Sur une machine chargée, le script met du temps à envoyer chaque requête.
LABORIOUS = """
import time
for url in urls()[:3]:
    threading.Thread(target=fetch, args=(url,)).start()
    until = time.monotonic() + 0.6
    while time.monotonic() < until: pass
"""
TOGETHER = f"{AIOHTTP}async def main(): await asyncio.gather(*map(download, urls()))\n"
LOOPS = f"{AIOHTTP}def alone(url): asyncio.run(download(url))\n{THREADS.replace('fetch', 'alone')}"


@pytest.fixture(autouse=True)
def _in_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Le /tmp d'une personne n'est pas à nous : les pages vont dans la copie."""

    def place_of(url: str) -> PurePosixPath:
        return COPY / f"web_{url.rpartition('/')[2]}"

    monkeypatch.setattr(fetching, "place_of", place_of)
    monkeypatch.setattr(fetching, "PAGE", COPY / "web_page")


@pytest.mark.parametrize(
    ("script", "said", "credit"),
    [
        ("open('web_page', 'wb').write(urlopen(sys.argv[1]).read())", "", 1.0),
        ("fetch(sys.argv[1])", "au lieu de /home/etudiant/tp6/web_page", 0.5),
        ("open('web_page', 'wb').write(urlopen(sys.argv[1]).read()[:99])", "tronquée", 0.25),
    ],
)
def test_a_page(tmp_path: Path, script: str, said: str, credit: float) -> None:
    outcome = play(tmp_path, ONE, HEAD + script, "file", launch=GIVEN[ONE])
    assert said in message(outcome)
    assert outcome.credit == credit


@pytest.mark.parametrize(
    ("script", "said"),
    [(EACH, ""), (EACH.replace("urls()", "urls()[1:]"), "La page n'est pas dans")],
)
def test_pages(tmp_path: Path, script: str, said: str) -> None:
    outcome = play(tmp_path, MANY, HEAD + script, "files", launch=GIVEN[MANY])
    assert said in message(outcome)
    assert bool(outcome.failure) == bool(said)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (THREADS, ""),
        (LABORIOUS, ""),
        (f"fetch(urls()[0])\n{THREADS.replace('urls()', 'urls()[1:]')}", ""),
        (EACH, "l'une après l'autre : le script est séquentiel"),
        ("fetch(urls()[0])", "l'une après l'autre"),
    ],
)
def test_overlap(tmp_path: Path, script: str, said: str) -> None:
    outcome = play(tmp_path, MANY, HEAD + script, "overlap", launch=GIVEN[MANY])
    assert said in message(outcome)
    assert bool(outcome.failure) == bool(said)


@pytest.mark.parametrize("check", ["overlap", "asynchronous", "rough"])
def test_one_url_of_its_own_earns_nothing_more(tmp_path: Path, check: str) -> None:
    launch = Launch(urls=("https://www.ynov.com",))
    outcome = play(tmp_path, MANY, HEAD, check, launch=launch)
    assert (message(outcome), outcome.credit) == (
        "L'URL est écrite dans le script : on ne peut pas la choisir.",
        0.0,
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"{AIOHTTP}asyncio.run(download(sys.argv[1]))", ""),
        ("fetch(sys.argv[1])", "La réponse n'est pas attendue"),
        ("urlopen(sys.argv[1]).read()", "La réponse n'est pas attendue"),
        ("async def main(): await asyncio.to_thread(fetch, sys.argv[1])\nasyncio.run(main())",
         "La réponse n'est pas attendue"),
        ("print('bonjour')", "ne demande aucune page"),
    ],
)  # fmt: skip
def test_one_answer_is_awaited(tmp_path: Path, script: str, said: str) -> None:
    outcome = play(tmp_path, ONE, HEAD + script, "asynchronous", launch=GIVEN[ONE])
    assert said in message(outcome)
    assert bool(outcome.failure) == bool(said)


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        (f"{TOGETHER}asyncio.run(main())", ""),
        (THREADS, "10 fils, qui attendent chacun de leur côté"),
        (LOOPS, "10 fils, qui attendent chacun de leur côté"),
    ],
)
def test_all_answers_are_awaited_together(tmp_path: Path, script: str, seen: str) -> None:
    outcome = play(tmp_path, MANY, HEAD + script, "asynchronous", launch=GIVEN[MANY])
    assert bool(outcome.failure) == bool(seen)
    assert not outcome.failure or outcome.failure.received == seen


@pytest.mark.parametrize(
    ("script", "said", "credit"),
    [
        (EACH, "", 1.0),
        (EACH.replace("urls()", "open(sys.argv[1])"), "Une ligne vide", 0.0),
        (EACH.replace("urls()", "[u for u in urls() if u[-1] != '/']"), "n'est pas demandée", 0.5),
    ],
)
def test_rough(tmp_path: Path, script: str, said: str, credit: float) -> None:
    fetching_by_name = HEAD.replace('split("/")', 'strip("/").split("/")')
    outcome = play(tmp_path, MANY, fetching_by_name + script, "rough", launch=GIVEN[MANY])
    assert said in message(outcome)
    assert outcome.credit == credit


@pytest.mark.parametrize(("unended", "lines"), [(True, 12), (False, 13)])
def test_a_last_newline_is_told_once(tmp_path: Path, unended: bool, lines: int) -> None:
    launch = Launch(arguments=("{file}",), unended=unended)
    outcome = play(tmp_path, MANY, "absent", "rough", launch=launch)
    assert outcome.failure
    assert len(outcome.failure.sent.split("\n")) == lines


def test_requests_learns(tmp_path: Path) -> None:
    for step, script in ((ONE, "urlopen(sys.argv[1])"), (MANY, EACH)):
        outcome = play(tmp_path, step, HEAD + script, "requests")
        assert outcome.launch
        assert outcome.launch.arguments == GIVEN[step].arguments
