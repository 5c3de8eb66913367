"""Ce que le serveur note, à la fin de chaque tour ; et la part qu'une adresse y a.

Le fichier tourne : sans bornes, qui parle assez en chasserait ce qu'ont fait les autres. Passé sa
part, les lignes d'une adresse sont comptées, et leur nombre est dit chaque minute.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from chatroom.protocol.limits import Limits
from chatroom.server.core.usage import Buckets
from wording.numbers import count, plural

STAMP = 21  # octets : la date qui précède chaque ligne, et sa fin
SENT = 150  # octets : la ligne qui dira à qui est allé un message
EVERY = 60.0  # secondes entre deux comptes de ce qui n'est pas noté
# De la part d'une adresse, ce que ses messages laissent à ses allées et venues : l'historique a
# les messages, le journal seul dit d'où ils venaient.
RESERVED = 0.25


class Journal:
    def __init__(
        self,
        limits: Limits,
        now: Callable[[], float],
        write: Callable[[Sequence[str]], None],
        schedule: Callable[[], None],
    ) -> None:
        """`schedule` : il y a de quoi écrire, à la fin de ce tour (`flush`)."""
        self._now, self._write, self._schedule = now, write, schedule
        self.adopt(limits)
        self._lines: list[str] = []
        self._silenced: Counter[str] = Counter()
        self._told = 0.0

    def adopt(self, limits: Limits) -> None:
        """D'autres bornes ; chacun y a de nouveau toute sa part."""
        self._reserved = RESERVED * limits.logged
        self._shares = Buckets(limits.logged_rate, limits.logged)

    def note(self, line: str, host: str = "") -> None:
        """Une ligne ; à prendre sur la part de cette adresse, si elle est donnée."""
        if not host or self._allows(host, line, 0.0):
            self._lines.append(line)
            self._schedule()

    def note_message(self, line: str, host: str) -> bool:
        """La ligne d'un message ; faux s'il n'est que compté, et à qui il va n'est pas à dire."""
        if not self._allows(host, line, SENT, self._reserved):
            return False
        self._lines.append(line)
        self._schedule()
        return True

    def _allows(self, host: str, line: str, more: float, floor: float = 0.0) -> bool:
        now = self._now()
        size = STAMP + more + len(line.encode("utf-8", "replace"))
        if self._shares.ask(host, now, size, floor):
            if not self._silenced:
                self._told = now
            if host not in self._silenced:
                self.note(f"{host} remplit le journal : ses lignes ne sont plus que comptées.")
            self._silenced[host] += 1
            return False
        return True

    def flush(self) -> None:
        if self._lines:
            lines, self._lines = self._lines, []
            self._write(lines)

    def tick(self) -> None:
        """Dit, de temps en temps, combien de lignes manquent."""
        if self._silenced and self._now() - self._told >= EVERY:
            self.tell_silenced()

    def tell_silenced(self) -> None:
        silenced, self._silenced = self._silenced, Counter()
        for host, number in silenced.items():
            self.note(f"… {count(number, 'ligne')} de {host} tue{plural(number)}")

    def sweep(self) -> None:
        self._shares.sweep(self._now())
