"""L'historique sur un vrai disque : ce qui est dit gardé l'est, et se relit."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.protocol.text import fold
from chatroom.server.core.pending import Batch, Record
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import PRIVATE_BIT, Room
from chatroom.server.storage.history import FILE, Durability, History, export

from tests.support.processes import ROOT

ALICE = Person(1, "alice", 0x112233, b"preuve")
SALON = Room(1, "Salon")


def record(seq: int, room: int = 1, image: bytes | None = None) -> Record:
    return Record(room, seq, f'{{"seq":{seq},"text":"é{seq}"}}', image)


def batch(*records: Record, **fields: Any) -> Batch:
    last = {one.room: one.seq for one in records}
    return Batch(records=list(records), last=last, **fields)


FIRST = batch(people=[ALICE], rooms=[SALON])


class Opened:
    """Un historique ouvert, dont les réponses s'attendent."""

    def __init__(self, folder: Path, durability: Durability = "full", **limits: Any) -> None:
        loop = asyncio.get_running_loop()
        self.history = History(folder, Limits(**limits), durability, loop.call_soon_threadsafe)

    async def commit(self, one: Batch) -> str:
        return str(await answer(lambda done: self.history.commit(one, done)))

    async def page(
        self, seq: int, *, forwards: bool = False, room: int = 1
    ) -> tuple[list[int], bool]:
        found: tuple[Sequence[str], bool] | None = await answer(
            lambda done: self.history.page(room, seq, forwards, done)
        )
        assert found
        documents, more = found
        return [json.loads(text)["seq"] for text in documents], more

    async def image(self, seq: int) -> bytes | None:
        found: bytes | None = await answer(lambda done: self.history.image(1, seq, done))
        return found


async def answer(ask: Callable[[Callable[[Any], None]], None]) -> Any:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    ask(future.set_result)
    return await asyncio.wait_for(future, 20)


def play(
    folder: Path, scenario: Callable[[Opened], Awaitable[None]], *arguments: Any, **limits: Any
) -> None:
    async def alone() -> None:
        opened = Opened(folder, *arguments, **limits)
        try:
            await scenario(opened)
        finally:
            opened.history.close()

    asyncio.run(alone())


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
from tests.bonus.server.storage.test_history import FIRST, Opened, batch, record

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


def test_each_durability_asks_the_disk_what_it_says(tmp_path: Path) -> None:
    async def synchronous(durability: Durability) -> int:
        opened = Opened(tmp_path / durability, durability)
        found: list[int] = []
        opened.history._writer.submit(
            lambda base: found.extend(base.execute("PRAGMA synchronous").fetchone())
        )
        opened.history.close()
        return found[0]

    levels = [asyncio.run(synchronous(name)) for name in ("full", "normal", "off")]
    assert levels == [2, 1, 1]


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
    monkeypatch.setattr("chatroom.server.storage.history.BUSY", 0.1)

    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        other = sqlite3.connect(tmp_path / FILE)
        other.execute("BEGIN IMMEDIATE")
        assert await opened.commit(batch(record(1))) == "un autre programme tient la base"
        other.rollback()
        other.close()
        assert await opened.commit(batch(record(1))) == ""

    play(tmp_path, scenario)


def test_one_server_by_folder(tmp_path: Path) -> None:
    async def scenario(_: Opened) -> None:
        with pytest.raises(ChatError, match="Un autre serveur se sert déjà du dossier"):
            Opened(tmp_path)

    play(tmp_path, scenario)
    play(tmp_path, nothing)


async def nothing(_: Opened) -> None:
    pass


def test_what_is_not_a_history(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"ceci n'est pas une base" * 100)
    with pytest.raises(ChatError, match="ce n'est pas une base SQLite"):
        play(tmp_path, nothing)
    (tmp_path / FILE).unlink()
    with sqlite3.connect(tmp_path / FILE) as base:
        base.execute("PRAGMA user_version=99")
    base.close()
    with pytest.raises(ChatError, match="au format 99"):
        play(tmp_path, nothing)
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(ChatError, match="c'est un dossier"):
        play(tmp_path, nothing)
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ChatError, match="ne convient pas"):
        play(tmp_path / "fichier", nothing)


def test_a_damaged_base(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        await opened.commit(batch(*map(record, range(1, 2_000))))

    play(tmp_path, scenario)
    data = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(ChatError, match="abîmée"):
        play(tmp_path, nothing)


def test_it_is_its_owner_s_alone(tmp_path: Path) -> None:
    play(tmp_path / "données", nothing)
    assert (tmp_path / "données").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "données" / FILE).stat().st_mode & 0o777 == 0o600


def test_export_while_the_server_runs(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        assert "".join(export(tmp_path, "SALON", fold)) == "[\n]\n"
        await opened.commit(batch(*map(record, range(1, 200))))
        documents = json.loads("".join(export(tmp_path, "salon", fold)))
        assert [one["text"] for one in documents] == [f"é{seq}" for seq in range(1, 200)]
        with pytest.raises(ChatError, match="Ceux de l'historique : Salon"):
            list(export(tmp_path, "autre", fold))

    play(tmp_path, scenario)
    with pytest.raises(ChatError, match="pas d'historique"):
        list(export(tmp_path / "vide", "salon", fold))


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
