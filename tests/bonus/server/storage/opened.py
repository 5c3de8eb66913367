"""Un historique ouvert sur un vrai disque, dont un test attend les réponses."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from chatroom.protocol.documents import document
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Said
from chatroom.server.core.pending import Batch, Record
from chatroom.server.core.people import Lookup, Person
from chatroom.server.core.rooms import Room
from chatroom.server.storage.history import History
from chatroom.server.storage.opening import Durability

ALICE = Person(1, "alice", 0x112233, (b"preuve",), key="alice")
SALON = Room(1, "Salon")


def record(seq: int, room: int = 1, image: bytes | None = None) -> Record:
    return Record(
        room, seq, document(Said(room, seq, 100 + seq, 1, seq, 0, "alice", f"é{seq}")), image
    )


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

    async def find(self, lookup: Lookup) -> Person | None:
        found: Person | None = await answer(
            lambda done: self.history.person(lookup, done, pytest.fail)
        )
        return found

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


async def nothing(_: Opened) -> None:
    pass
