"""Les noms vus passer, et ce que la touche Tab en propose."""

import itertools
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from chatroom.client.core.events import Announcement, Entered, Event, RoomsListed, Spoke
from chatroom.client.faces.commands import COMMANDS
from chatroom.protocol.text import fold

KNOWN = 500  # de chaque sorte ; les plus anciens s'oublient


class Names:
    def __init__(self) -> None:
        self.pseudos: dict[str, None] = {}
        self.rooms: dict[str, None] = {}

    def learn(self, event: Event) -> None:
        match event:
            case Spoke(message=message, mine=False) if message.pseudo:
                _remember(self.pseudos, message.pseudo)
            case Announcement(pseudo=pseudo, mine=False):
                _remember(self.pseudos, pseudo)
            case Entered(room=room):
                _remember(self.rooms, room)
            case RoomsListed(rooms=rooms):
                for summary in rooms:
                    _remember(self.rooms, summary.name)
                    for pseudo in summary.members:
                        _remember(self.pseudos, pseudo)

    def complete(self, line: str) -> list[str]:
        """Les lignes entières que `line` peut devenir."""
        command, space, start = line.partition(" ")
        command = command.lower()
        if line.startswith("/") and not space:
            found = [name for name in COMMANDS if name.startswith(command)]
            return sorted(name + " " * COMMANDS[name].accepts for name in found)
        if command in ("/join", "/who"):
            return [f"{command} {name}" for name in _starting(self.rooms, start)]
        about = COMMANDS.get(command)
        if about and about.names_someone and (found := _starting(self.pseudos, start)):
            follows = " " * (len(about.usage.split()) > 2)
            return [f"{command} {name}{follows}" for name in found]
        if command == "/image":
            return [f"{command} {path}" for path in _files(start)]
        before, space, word = line.rpartition(" ")
        found = _starting(self.pseudos, word) if word else []
        return [f"{before}{space}{name} " for name in found]


def _remember(names: dict[str, None], name: str) -> None:
    """Le plus récent à la fin ; le plus ancien s'oublie."""
    names.pop(name, None)
    names[name] = None
    if len(names) > KNOWN:
        del names[next(iter(names))]


def _starting(names: Iterable[str], start: str) -> list[str]:
    return sorted(name for name in names if fold(name).startswith(fold(start)))


def _files(start: str) -> list[str]:
    before, slash, name = start.rpartition("/")
    shown = before + slash
    with suppress(OSError, RuntimeError, ValueError):
        entries = itertools.islice(Path(shown or ".").expanduser().iterdir(), KNOWN)
        return sorted(
            f"{shown}{entry.name}{'/' * entry.is_dir()}"
            for entry in entries
            if entry.name.startswith(name)
        )
    return []
