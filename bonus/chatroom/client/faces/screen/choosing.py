"""Le message que l'on désigne au clavier, pour le retirer."""

from collections.abc import Callable

from chatroom.client.faces.screen.conversation import Conversation
from chatroom.client.faces.screen.rooms import Entry, OpenRoom

HOW = "Alt-↑ Alt-↓ : un autre message    Suppr : le retirer    Échap"
SURE = "Suppr encore : retirer ce message, pour tout le monde    Échap : le garder"


class Chooser:
    """`remove` demande au serveur de retirer ce message de ce salon."""

    def __init__(
        self,
        conversation: Conversation,
        hint: Callable[[str], None],
        remove: Callable[[str, int], object],
    ) -> None:
        self._conversation, self._hint, self._remove = conversation, hint, remove
        self._sure = False

    @property
    def chosen(self) -> Entry | None:
        return self._conversation.chosen

    def move(self, room: OpenRoom, step: int) -> None:
        """Le message d'à côté ; d'abord, le dernier."""
        entries = [entry for entry in room.entries if entry.seq]
        if not entries:
            return self._hint("Il n'y a pas de message à désigner ici.")
        if self.chosen in entries:
            place = entries.index(self.chosen) + step
            found = entries[max(0, min(place, len(entries) - 1))]
        else:
            found = entries[-1]
        self._sure = False
        self._conversation.choose(found)
        return self._hint(HOW)

    def forget(self) -> None:
        self._sure = False
        self._conversation.choose(None)

    def remove(self, room: OpenRoom) -> None:
        """Une première fois demande si l'on est sûr."""
        entry = self.chosen
        if entry is None:
            return None
        if not self._sure:
            self._sure = True
            return self._hint(SURE)
        self.forget()
        self._hint("")
        self._remove(room.name, entry.seq)
        return None
