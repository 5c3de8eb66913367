"""Les commandes : qui peut quoi, ce qui les précise, et comment on y répond."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from chatroom.protocol import ChatError, messages
from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import LONGEST_NAME
from chatroom.server.core.deeds import Act, Deed
from chatroom.server.core.handlers import on
from chatroom.server.core.house import House
from chatroom.server.core.pending import Batch
from chatroom.server.core.people import Lookup, Person, by_pseudo
from chatroom.server.core.session import Session
from wording.harmless import neutral

WHY = 200  # caractères d'un motif
T = TypeVar("T")
NOT_ALLOWED = "Il faut être opérateur pour cela."


class RefusalError(ChatError):
    """Cette commande n'aura pas lieu ; le texte, en français, dit pourquoi à la personne."""

    def __init__(self, text: str, reason: Reason = Reason.DENIED) -> None:
        super().__init__(text)
        self.reason = reason


class Request:
    """Une commande de quelqu'un, à laquelle on répond une fois : tout de suite, ou plus tard.

    Ses méthodes lèvent RefusalError pour ce qui manque, ou ne convient pas.
    """

    def __init__(self, house: House, session: Session, name: str, values: dict[str, Any]) -> None:
        assert session.person
        self.house, self.session, self.verb = house, session, name
        self.person: Person = session.person
        self._values = values

    def text(self, key: str, limit: int) -> str:
        """Un texte, rendu inoffensif ; vide s'il manque."""
        value = self._values.get(key, "")
        if not isinstance(value, str):
            raise RefusalError(f"« {key} » doit être un texte.", Reason.PROTOCOL)
        value = neutral(value).strip()
        if len(value) > limit:
            raise RefusalError(f"« {key} » : {limit} caractères au plus.", Reason.TOO_LONG)
        return value

    def number(self, key: str, most: int) -> int:
        """Un entier, de 0 à `most` ; 0 s'il manque."""
        value = self._values.get(key, 0)
        if type(value) is not int or not 0 <= value <= most:
            raise RefusalError(f"« {key} » doit être un entier de 0 à {most}.", Reason.PROTOCOL)
        return value

    def flag(self, key: str) -> bool:
        """Vrai s'il manque."""
        return self._values.get(key, True) is True

    def answer(self, **answer: object) -> None:
        if not self.session.closed:
            text = json.dumps(answer, ensure_ascii=False)
            self.session.peer.send(messages.Answered(self.verb, text).encode())

    def refuse(self, text: str, reason: Reason = Reason.DENIED) -> None:
        self.session.refuse(reason, text)

    def tell(self, text: str) -> None:
        """Répond par une phrase, et la note au journal."""
        self.house.note(f"{self.session} : {text}")
        self.answer(text=text)

    def wait(self, ask: Callable[[Callable[[T], None]], object], then: Callable[[T], None]) -> None:
        """La suite, quand viendra ce que demande `ask` ; d'ici là, rien d'autre n'est lu de lui."""

        def found(answer: T) -> None:
            if not self.session.closed:
                self._try(lambda: then(answer))
            self.session.release()

        self.session.hold()
        ask(found)

    def read(
        self,
        ask: Callable[[Callable[[T], None], Callable[[str], None]], None],
        then: Callable[[T], None],
    ) -> None:
        """De même, quand le disque peut ne pas répondre : `ask` reçoit aussi de quoi le dire."""

        def both(found: Callable[[Callable[[], None]], None]) -> None:
            ask(lambda answer: found(partial(then, answer)), lambda why: found(partial(sorry, why)))

        def sorry(why: str) -> None:
            raise RefusalError(f"L'historique est illisible : {why}", Reason.STORAGE)

        self.wait(both, lambda answer: answer())

    def seek(self, lookup: Lookup, then: Callable[[Person | None], None]) -> None:
        """De même, avec une personne, si elle existe."""
        self.read(partial(self.house.people.find, lookup), then)

    def whom(self, then: Callable[[Person], None]) -> None:
        """De même, avec la personne que nomme « who » ; ou le refus."""
        name = self.text("who", LONGEST_NAME)

        def found(person: Person | None) -> None:
            if person is None:
                raise RefusalError(f"Il n'y a personne du nom de {name}.", Reason.NOT_FOUND)
            then(person)

        self.seek(by_pseudo(name), found)

    def decide(
        self,
        write: Callable[[Batch], None],
        then: Callable[[], None],
        acts: Iterable[Act] = (),
        undo: Callable[[], None] = lambda: None,
        people: Iterable[Person] = (),
        by: str = "",
    ) -> None:
        """Enregistre une décision ; puis `then`, ou le refus après `undo`.

        `people` : ceux, avec qui la prend, dont elle a besoin d'ici là ; `by` : le pseudo de qui
        la prend, si ce n'est déjà plus le sien.
        """
        house = self.house
        people = (self.person, *people)

        def release() -> None:
            for person in people:
                person.busy -= 1
            self.session.release()

        def kept() -> None:
            self._try(then)
            release()

        def lost(why: str) -> None:
            undo()
            self.refuse(f"Le serveur ne peut rien enregistrer : {why}", Reason.STORAGE)
            release()

        for person in people:
            person.busy += 1
        self.session.hold()
        author = (house.world.date(), self.person, by or self.person.pseudo)
        deed = Deed(author, house.publish, write, acts, kept, lost)
        house.submit(deed, self.session)

    def _try(self, then: Callable[[], None]) -> None:
        try:
            then()
        except RefusalError as refusal:
            self.refuse(str(refusal), refusal.reason)


Verb = Callable[[Request], None]
VERBS: dict[str, Verb] = {}
OPERATORS: set[str] = set()  # celles des seuls opérateurs


def verb(name: str, *, operator: bool = False) -> Callable[[Verb], Verb]:
    def register(function: Verb) -> Verb:
        VERBS[name] = function
        if operator:
            OPERATORS.add(name)
        return function

    return register


@on(messages.Ask)
def ask(house: House, session: Session, message: messages.Ask) -> None:
    assert session.person
    name = message.verb
    function = VERBS.get(name)
    if function is None:
        text = f"Ce serveur ne connaît pas la commande {neutral(name)}."
        return session.refuse(Reason.UNKNOWN, text)
    if name in OPERATORS and not session.person.role & Role.OPERATOR:
        return session.refuse(Reason.DENIED, NOT_ALLOWED)
    try:
        function(Request(house, session, name, _object(message.arguments)))
    except RefusalError as refusal:
        session.refuse(refusal.reason, str(refusal))
    return None


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RefusalError("Une commande est précisée par un objet JSON.", Reason.PROTOCOL)
    return found
