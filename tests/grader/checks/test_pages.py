"""Une page écrite : entière, abîmée, ailleurs ; et ce qu'on dit de ce qu'elle a subi."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from random import Random

import pytest

from grader.checks.pages import damage, grown, verify
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.world.site import Page, Site
from tests.grader.checks.playing import AUTHORITY, message, play

Edit = Callable[[bytes], bytes]
PLACE = PurePosixPath("/home/etudiant/tp6/page")


def _page() -> Page:
    return Site(AUTHORITY, Random(1)).find("https://www.ynov.com")


DAMAGES: dict[str, Edit] = {
    "str(octets)": lambda body: str(body).encode(),
    "lue en latin-1": lambda body: body.decode("latin-1").encode(),
    "écrite en latin-1": lambda body: body.decode().encode("latin-1"),
    "écrite en UTF-8 précédé": lambda body: b"\xef\xbb\xbf" + body,
    "écrite en UTF-16": lambda body: body.decode().encode("utf-16"),
    "accents sont perdus": lambda body: body.decode().encode("ascii", "replace"),
    "devenues \\r\\n": lambda body: body.replace(b"\n", b"\r\n"),
    "retours à la ligne sont perdus": lambda body: body.replace(b"\n", b""),
    "retours à la ligne sont doublés": lambda body: body.replace(b"\n", b"\n\n"),
    "tronquée, 500 octets": lambda body: body[:500],
    "autre chose y est ajouté": lambda body: b"Voici :\n" + body,
    "elle a changé": lambda body: body.upper().replace(b"<TITLE>", b"<title>") + body[:200],
    "rien n'attend": lambda _: b"<coroutine object get_content at 0x7f>",
    "la réponse elle-même": lambda _: b"<Response [200]>",
    "elle est vide": lambda _: b"",
}


@pytest.mark.parametrize(("said", "edit"), DAMAGES.items(), ids=DAMAGES)
def test_damage(said: str, edit: Edit) -> None:
    page = _page()
    assert said in damage(edit(page.body), page)


def test_what_is_another_page_is_not_a_damaged_one() -> None:
    assert damage(b"<p>bonjour</p>", _page()) == ""


def _writes(tmp_path: Path, name: str, content: bytes) -> tuple[str, float, list[str]]:
    """Ce que dit `verify` d'un script qui écrit `content` : phrase, part des points, notes."""
    source = f"open({name!r}, 'wb').write(bytes.fromhex({content.hex()!r}))"

    async def check(arena: Arena) -> None:
        program = await arena.start()
        await program.finish(30)
        verify(arena, program, _page(), PLACE)

    outcome = play(tmp_path, "I.2.sync", source, check)
    return message(outcome), outcome.credit, outcome.notes


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_page_where_it_is_wanted(tmp_path: Path, end: bytes) -> None:
    said, credit, notes = _writes(tmp_path, "page", _page().body.rstrip() + end)
    assert (said, credit) == ("", 1.0)
    assert bool(notes) == (end != b"\n")


@pytest.mark.parametrize(
    ("name", "edit", "said", "credit"),
    [
        ("page", DAMAGES["lue en latin-1"], "à l'octet près : elle est en UTF-8, et a été", 0.25),
        ("page", DAMAGES["rien n'attend"], "à l'octet près : c'est une coroutine", 0.0),
        ("page.txt", bytes, "dans /home/etudiant/tp6/page.txt au lieu de", 0.5),
        ("page.txt", DAMAGES["str(octets)"], "au lieu de /home/etudiant/tp6/page, et abîmée", 0.0),
        ("page", lambda _: b"bonjour", "La page n'est pas dans", 0.0),
        ("autre", lambda _: b"bonjour", "La page n'est pas dans", 0.0),
    ],
)
def test_the_page_is_not_there(
    tmp_path: Path, name: str, edit: Edit, said: str, credit: float
) -> None:
    found, earned, _ = _writes(tmp_path, name, edit(_page().body))
    assert said in found
    assert earned == credit


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_grown(tmp_path: Path, mode: str) -> None:
    before, after = _page(), Site(AUTHORITY, Random(2)).find("https://y")
    bodies = [before.body.hex(), after.body.hex()]
    source = f"for body in {bodies}: open('page', {mode!r}).write(bytes.fromhex(body))"
    seen: list[Wrong | None] = []

    async def check(arena: Arena) -> None:
        program: Program = await arena.start()
        await program.finish(30)
        seen.append(grown(program, after, PLACE, before))

    play(tmp_path, "I.2.sync", source, check)
    (wrong,) = seen
    assert bool(wrong) == (mode == "ab")
    assert wrong is None or "s'ajoute à celle d'avant" in wrong.failure.message
