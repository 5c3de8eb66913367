"""Une décision : ce qu'elle change sur le disque, et ce que les salons en lisent."""

from collections.abc import Callable, Iterable

from chatroom.protocol.documents import document
from chatroom.protocol.messages import Acted
from chatroom.server.core.pending import Batch, Record
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import Room

Act = tuple[Room, str, int, str]  # le salon, l'acte, le message qu'il vise, et ce qu'il en dit


class Deed:
    """Attend le disque comme un message ; rien n'en paraît avant."""

    def __init__(
        self,
        author: tuple[int, Person, str],
        publish: Callable[[Room, int, bytes], None],
        write: Callable[[Batch], None],
        acts: Iterable[Act],
        then: Callable[[], None],
        sorry: Callable[[str], None],
    ) -> None:
        """`author` : la date, qui, et sous quel pseudo.

        `write` se met dans la transaction ; puis `then`, ou `sorry` avec la raison.
        """
        date, person, pseudo = author
        self._by = (date, person.id, 0, person.colour, pseudo)
        self._publish, self._write, self._then, self._sorry = publish, write, then, sorry
        self._acts = tuple(acts)
        self._made: list[tuple[Room, Acted]] = []
        self.size = 500 * (1 + len(self._acts))

    def write(self, batch: Batch) -> None:
        self._write(batch)
        self._made = []
        for room, act, target, text in self._acts:
            acted = Acted(room.id, batch.number(room), *self._by, act, target, text)
            self._made.append((room, acted))
            batch.records.append(Record(room.id, acted.seq, document(acted)))

    def kept(self) -> None:
        for room, acted in self._made:
            self._publish(room, acted.seq, acted.encode())
        self._then()

    def lost(self, why: str) -> None:
        self._sorry(why)
