"""Le web d'un contrôle : ce qu'on donne au script, et ce qu'il en demande."""

from pathlib import Path, PurePosixPath

import pytest

from grader.checks.web import Given, new_url, nonce_of, open_web, options, place_of, run
from grader.driving.arena import Arena
from grader.model.records import Launch
from tests.grader.checks.playing import play

ONE, MANY = "I.2.sync", "I.2.sync_multiple"
SHOW = "import sys; print(sys.argv[1:]); print(repr(open(sys.argv[-1]).read()))"
GET = "import sys; from urllib.request import urlopen; urlopen(sys.argv[1]).read()"


def test_place_of() -> None:
    assert place_of("https://www.ynov.com") == PurePosixPath("/tmp/web_www.ynov.com")
    assert place_of("http://www.ynov.com/") == PurePosixPath("/tmp/web_www.ynov.com")
    assert place_of("https://x.fr/a/b") == PurePosixPath("/tmp/web_x.fr%2Fa%2Fb")


def test_pages_are_new_and_signed(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        web = await open_web(arena, 3, latency=0.5)
        assert len({nonce_of(page) for page in web.pages.values()}) == 3
        assert all(nonce_of(page).encode() in page.body for page in web.pages.values())
        assert {page.latency for page in web.pages.values()} == {0.5}
        assert new_url(arena, web.site) not in web.pages
        assert not web.complete()
        await web.site.close()
        web = await open_web(arena, 3, launch=Launch(urls=("https://x.fr",)))
        assert list(web.pages) == ["https://x.fr"]

    play(tmp_path, MANY, "", check)


@pytest.mark.parametrize("lines", [None, ["https://a.fr", "", "https://b.fr"]])
@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("unended", [True, False])
def test_the_list_that_is_given(
    tmp_path: Path, lines: list[str] | None, ended: bool, unended: bool
) -> None:
    async def check(arena: Arena) -> None:
        web = await open_web(arena, 2)
        launch = Launch(".", ("-f", "{file}"), unended=unended)
        program = await run(arena, web, Given(lines, ended), launch=launch)
        text = "\n".join(lines or web.pages) + ("\n" if ended and not unended else "")
        assert f"['-f', '{web.name}']" in program.since()
        assert repr(text) in program.since()
        assert web.sent == text

    play(tmp_path, MANY, SHOW, check)


def test_the_list_has_the_name_the_script_wants(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        web = await open_web(arena, 1)
        program = await run(arena, web, launch=Launch(".", file="sites.txt"))
        assert program.since().strip() == next(iter(web.pages))

    play(tmp_path, MANY, "print(open('sites.txt').read())", check)


@pytest.mark.parametrize(
    ("script", "launch", "answers"),
    [
        (GET, Launch(".", ("{url}",)), ()),
        (f"{GET}; input('Entrée pour quitter')", Launch(".", ("{url}",)), ("enter",)),
        (GET.replace("sys.argv[1]", "input('URL : ')"), Launch("."), ("url",)),
    ],
)
def test_what_is_asked_and_typed(
    tmp_path: Path, script: str, launch: Launch, answers: tuple[str, ...]
) -> None:
    async def check(arena: Arena) -> None:
        web = await open_web(arena, 1)
        program = await run(arena, web, launch=launch)
        assert not program.running
        assert web.complete()
        assert web.related
        assert web.answers == answers
        assert 0 < web.lasted < 60

    play(tmp_path, ONE, script, check)


def test_an_argument_is_not_typed_to_who_asks_for_another(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        web = await open_web(arena, 1)
        program = await run(arena, web, launch=Launch(".", ("{url}",)))
        assert program.running
        assert web.answers == ()

    play(tmp_path, ONE, "print(input('Quelle URL ? '))", check)


def test_options(tmp_path: Path) -> None:
    script = "names = ['--lien', '-u', '-h', '--verbose', 'x-y', '--out=']; print('usage: [-z Z]')"

    async def check(arena: Arena) -> None:
        assert options(arena.job.script) == ["-u", "--lien", "--out"]
        program = await arena.start()
        await program.finish(30)
        assert options(arena.job.script, program) == ["-u", "--lien", "--out", "-z"]

    play(tmp_path, ONE, script, check)
