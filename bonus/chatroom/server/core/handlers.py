"""Qui répond à quoi : une fonction par message qu'un client peut envoyer."""

from collections.abc import Callable
from typing import Any, TypeVar

from chatroom.protocol.messages import Message
from chatroom.server.core.house import House
from chatroom.server.core.session import Session

M = TypeVar("M", bound=Message)
Handler = Callable[[House, Session, M], None]
HANDLERS: dict[type[Message], Handler[Any]] = {}


def on(kind: type[M]) -> Callable[[Handler[M]], Handler[M]]:
    def register(function: Handler[M]) -> Handler[M]:
        HANDLERS[kind] = function
        return function

    return register


def handle(house: House, session: Session, message: Message) -> None:
    """Fait ce que demande cette trame, dont le type est permis par `session.bounds`."""
    HANDLERS[type(message)](house, session, message)
