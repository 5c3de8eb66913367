"""L'historique sur un vrai disque : ce qui est dit gardé l'est, et se relit."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol.limits import Limits
from chatroom.server.core.pending import Batch, Code, Record, Removal, Speech
from chatroom.server.core.people import by_pseudo
from chatroom.server.core.rooms import PRIVATE_BIT
from chatroom.server.storage.opening import FILE
from chatroom.server.storage.schema import FORMAT

from tests.bonus.server.storage.opened import (
    ALICE,
    FIRST,
    SALON,
    Opened,
    answer,
    batch,
    play,
    record,
)
from tests.support.processes import ROOT


def test_people_rooms_and_messages_are_found_again(tmp_path: Path) -> None:
    private = ALICE.id | PRIVATE_BIT

    async def write(opened: Opened) -> None:
        assert await opened.commit(FIRST) == ""
        said = {1: Speech(5_000, {0: 7}, bytes=20, pictures=3)}
        assert await opened.commit(batch(record(1), record(2), record(1, private), said=said)) == ""

    async def read(opened: Opened) -> None:
        people, rooms = opened.history.load()
        alice = await opened.find(by_pseudo("ALICE"))
        assert alice
        assert (alice.id, alice.colour, alice.proofs) == (1, 0x112233, (b"preuve",))
        assert (alice.nonces, alice.seen, alice.bytes, alice.pictures) == ({0: 7}, 5_000, 20, 3)
        room, own = rooms.named("salon"), rooms.private_of(alice)
        assert room
        assert (room.id, room.name, room.last, own.last, own.private) == (1, "Salon", 2, 1, True)
        assert (len(people), len(rooms)) == (1, 1)
        assert people.create("bob", b"", 0).id == 2
        assert await opened.page(3) == ([1, 2], False)

    play(tmp_path / "neuf/dossier", write)
    play(tmp_path / "neuf/dossier", read)


def test_it_is_the_same_server_for_ever(tmp_path: Path) -> None:
    identities: list[bytes] = []

    async def note(opened: Opened) -> None:
        identities.append(opened.history.identity())

    for folder in ("a", "a", "b"):
        play(tmp_path / folder, note)
    first, again, other = identities
    assert first == again != other
    assert len(first) == 16


def test_a_code_is_worth_something_once(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        def issue(done: Callable[[str], None]) -> None:
            opened.history.issue(Code(b"empreinte", "jeton", "alice", 100), done)

        def redeem(done: Callable[[str | None], None]) -> None:
            opened.history.redeem("jeton", b"empreinte", 99, done, pytest.fail)

        assert await answer(issue) == ""
        assert await answer(redeem) == "alice"
        assert await answer(redeem) is None

    play(tmp_path, scenario)


def test_the_date_of_a_message(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        def date_of(done: Callable[[int | None], None]) -> None:
            opened.history.date_of(1, 1, done)

        await opened.commit(FIRST)
        assert await answer(date_of) is None
        await opened.commit(batch(record(1)))
        assert await answer(date_of) == 101

    play(tmp_path, scenario)


def test_a_message_and_its_twin(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        history = opened.history
        await opened.commit(FIRST)
        await opened.commit(batch(record(7)))
        assert await answer(lambda done: history.document(1, 7, done)) == record(7).document
        assert await answer(lambda done: history.document(1, 8, done)) is None
        assert await answer(lambda done: history.twin(1, 1, 7, done)) == 7
        assert await answer(lambda done: history.twin(1, 1, 8, done)) is None

    play(tmp_path, scenario)


def test_a_picture_removed_is_no_longer_at_hand(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        await opened.commit(batch(record(1, image=b"a" * 60)))
        assert await opened.image(1)
        await opened.commit(Batch(removed=[Removal(1, 1, "bob")]))
        assert await opened.image(1) is None

    play(tmp_path, scenario)


def test_nothing_removed_is_left_on_the_disk(tmp_path: Path) -> None:
    """Ni dans la base, ni dans le journal de ses écritures."""

    def on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.iterdir())

    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        await opened.commit(batch(record(1, image=b"compromettante" * 1_000)))
        assert "é1".encode() in await asyncio.to_thread(on_disk)
        assert await opened.commit(Batch(removed=[Removal(1, 1, "bob")])) == ""
        await opened.commit(batch(record(2)))  # ce qui suit le retrait a été fait
        left = await asyncio.to_thread(on_disk)
        assert "é2".encode() in left
        assert "é1".encode() not in left
        assert b"compromettante" not in left

    play(tmp_path, scenario)


def test_a_damaged_message_is_said_once(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        lines: list[str] = []
        opened.history.note = lines.append
        await opened.commit(FIRST)
        await opened.commit(batch(record(1), Record(1, 2, "{"), record(3)))
        for _ in range(2):
            assert await opened.page(9) == ([1, 2, 3], False)
        assert lines == ["Le message n° 2 du salon n° 1 est abîmé : il est remplacé."]

    play(tmp_path, scenario)


def test_a_person_that_cannot_be_read(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        with closing(sqlite3.connect(tmp_path / FILE)) as base, base:
            base.execute("UPDATE people SET nonces='{'")
        told = await answer(
            lambda done: opened.history.person(by_pseudo("alice"), lambda _: None, done)
        )
        assert told == "la base est abîmée"

    play(tmp_path, scenario)


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
        assert await opened.commit(Batch(records=[record(1)], last={1: 2**63})) != ""
        assert await opened.commit(Batch(records=[record(1)], last={1: 2**63 - 1})) == ""

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


def test_a_probe_writes_and_changes_nothing(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        assert await opened.commit(FIRST) == ""
        wal = tmp_path / f"{FILE}-wal"
        before = wal.stat().st_size
        assert await answer(opened.history.probe) == ""
        assert wal.stat().st_size > before

    play(tmp_path, scenario)
    with closing(sqlite3.connect(tmp_path / FILE)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (FORMAT,)


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


def test_a_person_is_forgotten_then_what_she_said(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        history = opened.history
        await opened.commit(FIRST)
        await opened.commit(batch(record(1, image=b"png")))
        assert await opened.image(1) == b"png"
        texts, after = await answer(lambda done: history.export(1, "", done))
        assert [json.loads(text)["message"]["seq"] for text in texts] == [1]
        assert after == ""
        assert await answer(lambda done: history.forget(1, done)) == ""
        assert await opened.find(by_pseudo("alice")) is None
        while (await answer(lambda done: history.tidy(Limits(), done))).more:
            pass
        document = await answer(lambda done: history.document(1, 1, done))
        assert json.loads(document)["kind"] == "removed"
        assert await opened.image(1) is None

    play(tmp_path, scenario)


def test_empty_rooms_are_dropped(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        opened.history.drop([SALON.id], [])
        await opened.commit(Batch())

    async def read(opened: Opened) -> None:
        _, rooms = opened.history.load()
        assert len(rooms) == 0
        assert rooms.create("neuf").id == SALON.id + 1

    play(tmp_path, scenario)
    play(tmp_path, read)
