"""Les derniers messages de chaque salon : ceux que /delete peut retirer."""

from collections import deque
from dataclasses import dataclass

from chatroom.client.core.events import Event, Happened, Spoke
from chatroom.protocol.documents import Absent
from chatroom.protocol.text import fold

KEPT = 500  # par salon


@dataclass(frozen=True, slots=True)
class Trace:
    seq: int
    pseudo: str  # replié
    mine: bool


class Latest:
    def __init__(self) -> None:
        self._rooms: dict[str, deque[Trace]] = {}  # par nom replié

    def learn(self, event: Event) -> None:
        match event:
            case Spoke(room=room, message=message, mine=mine) if not isinstance(message, Absent):
                traces = self._rooms.setdefault(fold(room), deque(maxlen=KEPT))
                traces.append(Trace(message.seq, fold(message.pseudo), mine))
            case Happened(room=room, message=message) if message.act == "delete":
                traces = self._rooms.get(fold(room), deque())
                kept = [trace for trace in traces if trace.seq != message.target]
                self._rooms[fold(room)] = deque(kept, KEPT)

    def last(self, room: str, pseudo: str = "") -> int:
        """Le numéro du dernier message de cette personne, ou de nous. ValueError."""
        for trace in reversed(self._rooms.get(fold(room), ())):
            if trace.pseudo == fold(pseudo) if pseudo else trace.mine:
                return trace.seq
        whose = f"de {pseudo}" if pseudo else "à vous"
        raise ValueError(f"Il n'y a pas de message {whose} à retirer ici.")
