"""La suite des messages d'un salon, sans trou ni répétition, malgré les coupures."""

from collections.abc import Iterable

from chatroom.protocol.documents import Posted
from chatroom.protocol.flags import Mode
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Acted, Announced, Gathered, GetPage, Join, Joined

# Ce qu'un acte fait d'un salon ; ou défait, s'il dit OFF.
MODES = {
    "lock": Mode.LOCKED,
    "readonly": Mode.READ_ONLY,
    "private": Mode.PRIVATE,
    "password": Mode.PASSWORD,
    "close": Mode.CLOSED,
}
OFF = "off"
Live = Posted | Announced | Gathered


class Stream:
    """`seen` est le dernier numéro montré ; une coupure ne l'oublie pas.

    À chaque connexion : `join`, `joined`, puis `page` jusqu'à `caught_up`. Ce qui arrive en direct
    pendant ce temps est retenu, et suit.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.number = 0  # celui du salon chez le serveur
        self.seen = 0
        self.mark = 0  # l'heure de ce message-là : d'un salon restauré, il en aurait une autre
        self.oldest = 0  # le premier numéro reçu : l'historique se remonte à partir de lui
        self.more = False  # il reste de l'historique avant lui
        self.members = 0  # en entrant
        self.mode = 0  # Mode
        self.topic = ""
        self.word = ""  # le mot de passe que l'on a donné, s'il en faut un
        self.known = False  # nous y sommes entrés un jour
        self.remade = False  # mais ce n'est plus le même
        self.caught_up = False
        self.leaving = False
        self._whole = False  # nous avons vu tout ce qui précède `seen`, même si c'est 0
        self._held: list[Live] = []

    def cut(self) -> None:
        """La connexion est perdue."""
        self.caught_up = False
        self._held.clear()

    def forget(self) -> None:
        """Le serveur a perdu son histoire : ses numéros repartent d'ailleurs."""
        self.seen = self.mark = self.oldest = 0
        self.remade = self.known

    def join(self) -> Join:
        return Join(self.name, self.seen, self.mark, self.word)

    def joined(self, message: Joined, after: int) -> bool:
        """Nous y sommes ; vrai si une page suit d'elle-même. `after` : ce qu'on avait demandé."""
        self._whole = self.known and not self.remade
        self.name, self.number, self.known = message.name, message.room, True
        self.members, self.mode, self.topic = message.members, message.mode, message.topic
        if after > message.last:
            raise ProtocolError("Un salon s'arrête avant ce que l'on y a vu.")
        self.caught_up = after == message.last
        return after < message.last

    def ruled(self, message: Acted) -> None:
        """Ce qu'on vient de décider du salon."""
        if message.act == "topic":
            self.topic = message.text
        elif mode := MODES.get(message.act):
            self.mode = self.mode & ~mode if message.text == OFF else self.mode | mode

    def page(
        self, messages: list[Posted], *, forwards: bool, more: bool
    ) -> tuple[list[Posted], GetPage | None]:
        """Ce qui est nouveau d'une page de rattrapage, et la suivante à demander."""
        if not forwards:
            if self._whole and more:  # la dernière page, mais il manque ce qui la précède
                return [], GetPage(self.number, self.seen, 1)
            self.more, more = more, False
        fresh = self._fresh(messages)
        if more and not fresh:
            raise ProtocolError("Une page d'historique n'avance pas.")
        self.caught_up = not more
        return fresh, GetPage(self.number, self.seen, 1) if more else None

    def give_up(self, last: int) -> None:
        """L'historique est illisible : on commence au direct."""
        self.seen, self.mark, self.caught_up = last, 0, True

    def live(self, message: Live) -> None:
        self._held.append(message)

    def release(self) -> Iterable[Live]:
        """Ce qui peut être montré du direct ; rien tant qu'il manque ce qui précède."""
        if not self.caught_up:
            return []
        held, self._held = self._held, []
        return [
            item for item in held if isinstance(item, Announced | Gathered) or self._fresh([item])
        ]

    def _fresh(self, messages: list[Posted]) -> list[Posted]:
        fresh = []
        for message in messages:
            if message.seq > self.seen:
                self.seen, self.mark = message.seq, message.time
                self.oldest = self.oldest or message.seq
                fresh.append(message)
        return fresh

    def older(self, messages: list[Posted], *, more: bool) -> None:
        """Une page plus ancienne, que la personne a demandée."""
        self.more = more
        if messages:
            self.oldest = min(self.oldest, messages[0].seq)
