"""Les salons où l'on est, ou veut être : par leur nom, et par leur numéro chez le serveur."""

from collections.abc import Container, Iterator

from chatroom.client.core.outbox import Outbox
from chatroom.client.core.stream import Stream
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import PRIVATE
from chatroom.protocol.text import fold


class Streams:
    def __init__(self) -> None:
        self._by_name = {PRIVATE: Stream(PRIVATE)}  # replié
        # Seulement ceux où l'on est entré, sur la connexion présente.
        self._by_number: dict[int, Stream] = {}
        self._closed: set[int] = set()  # de même, ceux d'où l'on nous a mis dehors

    def __iter__(self) -> Iterator[Stream]:
        return iter(self._by_name.values())

    @property
    def caught_up(self) -> bool:
        """Plus rien ne reste à lire du passé."""
        return all(stream.caught_up for stream in self)

    def named(self, name: str) -> Stream | None:
        return self._by_name.get(fold(name))

    def number(self, room: str) -> int:
        """Celui de ce salon, au nom déjà replié."""
        return self._by_name[room].number

    def numbered(self, number: int) -> Stream:
        """Celui qui a ce numéro ; ProtocolError s'il n'y en a pas."""
        if number not in self._by_number:
            raise ProtocolError("Une réponse à propos d'un salon où l'on n'est pas.")
        return self._by_number[number]

    def has(self, number: int) -> bool:
        return number in self._by_number

    def add(self, name: str) -> Stream:
        stream = self._by_name[fold(name)] = Stream(name)
        return stream

    def remove(self, name: str) -> None:
        stream = self._by_name.pop(fold(name))
        if self._by_number.get(stream.number) is stream:
            del self._by_number[stream.number]
            self._closed.add(stream.number)

    def closed(self, number: int) -> bool:
        """On vient d'en être mis dehors : des réponses en viennent peut-être encore."""
        return number in self._closed

    def rename(self, stream: Stream, name: str) -> None:
        """Le nouveau nom ne doit pas être celui d'un autre."""
        del self._by_name[fold(stream.name)]
        stream.name = name
        self._by_name[fold(name)] = stream

    def enter(self, stream: Stream) -> None:
        self._by_number[stream.number] = stream
        self._closed.discard(stream.number)

    def cut(self, outbox: Outbox) -> None:
        """La connexion est perdue. D'un salon qu'on quittait, on est sorti."""
        self._by_number.clear()
        self._closed.clear()
        for room, stream in list(self._by_name.items()):
            stream.cut()
            if stream.leaving and not outbox.waits_for(room):
                del self._by_name[room]

    def depart(self, outbox: Outbox, asked: Container[object]) -> list[int]:
        """Les numéros de ceux dont on sort : tout y est accusé, et rien n'y est plus attendu.

        `asked` : les salons dont on attend une réponse.
        """
        left = []
        for room, stream in list(self._by_name.items()):
            if stream.leaving and not outbox.waits_for(room) and stream.number not in asked:
                del self._by_name[room], self._by_number[stream.number]
                left.append(stream.number)
        return left
