"""L'historique sur un vrai disque : ce qui est dit gardé l'est, et se relit."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from chatroom.server.core.pending import Record
from chatroom.server.core.rooms import PRIVATE_BIT
from chatroom.server.storage.opening import FILE

from tests.bonus.server.storage.opened import ALICE, FIRST, Opened, batch, play, record
from tests.support.processes import ROOT


def test_people_rooms_and_messages_are_found_again(tmp_path: Path) -> None:
    private = ALICE.id | PRIVATE_BIT

    async def write(opened: Opened) -> None:
        assert await opened.commit(FIRST) == ""
        numbered = batch(record(1), record(2), record(1, private), nonces={1: 7})
        assert await opened.commit(numbered) == ""

    async def read(opened: Opened) -> None:
        people, rooms = opened.history.load()
        alice = people.named("ALICE")
        assert alice
        assert (alice.id, alice.colour, alice.proof, alice.nonce) == (1, 0x112233, b"preuve", 7)
        room, own = rooms.named("salon"), rooms.get(private)
        assert room
        assert own
        assert (room.id, room.name, room.last, own.last, own.private) == (1, "Salon", 2, 1, True)
        assert len(rooms) == 1
        assert await opened.page(3) == ([1, 2], False)

    play(tmp_path / "neuf/dossier", write)
    play(tmp_path / "neuf/dossier", read)


def test_pages(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        await opened.commit(batch(*map(record, range(1, 11))))
        assert await opened.page(11) == ([8, 9, 10], True)
        assert await opened.page(4) == ([1, 2, 3], False)
        assert await opened.page(1) == ([], False)
        assert await opened.page(0, forwards=True) == ([1, 2, 3], True)
        assert await opened.page(7, forwards=True) == ([8, 9, 10], False)
        assert await opened.page(2**64 - 1) == ([8, 9, 10], True)
        assert await opened.page(5, room=99) == ([], False)

    play(tmp_path, scenario, page=3)


def test_images_and_those_kept_at_hand(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        await opened.commit(batch(record(1, image=b"a" * 60), record(2, image=b"b" * 60)))
        first = await opened.image(1)
        assert first == b"a" * 60
        assert await opened.image(1) is first  # la même en mémoire, non relue
        assert await opened.image(2) == b"b" * 60
        assert await opened.image(1) is not first  # la place est comptée
        assert await opened.image(3) is None
        assert await opened.image(2**64 - 1) is None

    play(tmp_path, scenario, pictures=100)


def test_a_batch_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        assert await opened.commit(batch(record(1), record(2), record(1))) != ""
        assert await opened.page(9) == ([], False)
        assert await opened.commit(batch(record(1))) == ""

    play(tmp_path, scenario)


def test_a_number_that_the_base_cannot_keep(tmp_path: Path) -> None:
    """Ce n'est pas une erreur de SQLite, et le fil qui écrit doit y survivre."""

    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        assert await opened.commit(batch(record(1), nonces={1: 2**63})) != ""
        assert await opened.commit(batch(record(1), nonces={1: 2**63 - 1})) == ""

    play(tmp_path, scenario)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.bonus.server.storage.opened import FIRST, Opened, batch, record

async def main():
    opened = Opened(Path(sys.argv[1]), sys.argv[2])
    await opened.commit(FIRST)
    for seq in range(1, 51):
        await opened.commit(batch(record(seq)))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_kill_9_loses_nothing_that_was_said_kept(tmp_path: Path, durability: str) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path), durability]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bonus'}"}
    killed = subprocess.run(command, env=environment, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL

    async def scenario(opened: Opened) -> None:
        assert await opened.page(99) == (list(range(1, 51)), False)

    play(tmp_path, scenario)


def test_off_answers_at_once_reads_after_writing_and_says_later_what_failed(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        assert await opened.commit(FIRST) == ""
        assert await opened.commit(batch(record(1))) == ""
        assert await opened.page(9) == ([1], False)
        assert await opened.commit(batch(record(1))) == ""  # le disque ne l'a pas encore refusé
        await opened.page(9)
        assert await opened.commit(batch(record(2))) != ""
        assert await opened.commit(batch(record(2))) == ""
        assert await opened.page(9) == ([1, 2], False)

    play(tmp_path, scenario, "off")


def test_a_full_disk(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        opened.history._writer.submit(lambda base: base.execute("PRAGMA max_page_count=20"))
        big = Record(1, 1, "x" * 1_000_000)
        assert await opened.commit(batch(big)) == "le disque est plein"
        opened.history._writer.submit(lambda base: base.execute("PRAGMA max_page_count=99999"))
        assert await opened.commit(batch(big)) == ""

    play(tmp_path, scenario)


def test_a_base_held_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatroom.server.storage.opening.BUSY", 0.1)

    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        other = sqlite3.connect(tmp_path / FILE)
        other.execute("BEGIN IMMEDIATE")
        assert await opened.commit(batch(record(1))) == "un autre programme tient la base"
        other.rollback()
        other.close()
        assert await opened.commit(batch(record(1))) == ""

    play(tmp_path, scenario)


def test_the_cost_of_a_page_does_not_grow_with_the_history(tmp_path: Path) -> None:
    """Le plan de la requête, et non une durée : elle va droit à la page par la clé."""

    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)

    play(tmp_path, scenario)
    from chatroom.server.storage.history import PAGES  # noqa: PLC0415

    base = sqlite3.connect(tmp_path / FILE)
    for query in PAGES.values():
        (plan,) = base.execute(f"EXPLAIN QUERY PLAN {query}", (1, 2, 3)).fetchall()
        assert plan[3].startswith("SEARCH messages USING PRIMARY KEY (room=? AND seq")
    base.close()
