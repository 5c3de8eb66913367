"""Qui peut venir : qui a le mot de la classe, qui est sur sa liste. Sans eux, tout le monde."""

import hmac
from collections.abc import Iterable

from chatroom.protocol.flags import Asks
from chatroom.protocol.frames import Reason
from chatroom.protocol.text import fold
from chatroom.server.core.guesses import TOO_MANY, Guesses

Refusal = tuple[Reason, str]


class Admission:
    def __init__(self, code: str = "", names: Iterable[str] | None = None) -> None:
        """`names` : les seuls pseudos permis ; None : tous."""
        self.guesses = Guesses()
        self._code = _spoken(code)
        self.restrict(names)

    def restrict(self, names: Iterable[str] | None) -> None:
        """La liste, ou sa nouvelle version."""
        self._names = None if names is None else frozenset(map(fold, names))

    @property
    def asks(self) -> Asks:
        """Ce qu'il faut demander à qui arrive."""
        return Asks.CODE if self._code else Asks(0)

    def refuses_code(self, code: str, host: str, now: float) -> Refusal | None:
        """Pourquoi ce mot, d'une connexion de `host`, ne suffit pas ; `now` est en secondes."""
        if not self._code:
            return None
        if self.guesses.exhausted(host, now):
            return Reason.CODE, TOO_MANY
        if hmac.compare_digest(_spoken(code), self._code):
            return None
        if not code:
            return Reason.CODE, "Ce chat demande un mot de passe : celui de la classe."
        self.guesses.wrong(host, now)
        return Reason.CODE, "Ce n'est pas le mot de passe de ce chat."

    def refuses_name(self, pseudo: str) -> Refusal | None:
        """Pourquoi ce pseudo ne peut pas venir."""
        if self._names is None or fold(pseudo) in self._names:
            return None
        return Reason.DENIED, f"Le pseudo {pseudo} n'est pas sur la liste des invités."


def _spoken(code: str) -> bytes:
    """Un mot dicté en classe : ni les majuscules ni les espaces du bord n'y comptent."""
    return fold(code.strip()).encode()


def listed(text: str) -> list[str]:
    """Les pseudos d'un fichier : un par ligne ; « # » commence un commentaire."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]
