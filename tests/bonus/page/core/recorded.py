"""Un participant de core/participant.py dont tout appel est noté, pour que l'autre le rejoue."""

import dataclasses
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from chatroom.client.core import events
from chatroom.client.core.outbox import Post
from chatroom.client.core.participant import Participant, RetryError
from chatroom.protocol.documents import Absent
from chatroom.protocol.frames import ProtocolError, encode_frame
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Message, Unknown

# Chaque méthode, et son nom en JavaScript.
METHODS = {
    "connected": "connected",
    "identify": "identify",
    "ask": "ask",
    "disconnected": "disconnected",
    "receive": "receive",
    "take_events": "takeEvents",
    "to_send": "toSend",
    "join": "join",
    "leave": "leave",
    "say": "say",
    "whisper": "whisper",
    "send_image": "sendImage",
    "list_rooms": "listRooms",
    "older": "older",
    "fetch": "fetch",
}
TYPES = {
    events.Welcomed: "welcomed",
    events.Entered: "entered",
    events.Spoke: "spoke",
    events.Happened: "acted",
    events.Ruled: "ruled",
    events.Renamed: "renamed",
    events.PutOut: "out",
    events.Announcement: "announced",
    events.Gathering: "gathered",
    events.AnswerReceived: "answered",
    events.NoticeShown: "notice",
    events.RefusedRequest: "refused",
    events.RoomsListed: "rooms",
    events.PageReceived: "page",
    events.ImageReceived: "image",
    events.Ended: "ended",
}
ERRORS: dict[type[Exception], str] = {
    ValueError: "RequestError",
    ProtocolError: "ProtocolError",
    RetryError: "RetryError",
}


class Recorded(Participant):
    """`steps` : chaque appel ; `outcomes` : ce qu'il a rendu, et l'état où il a laissé."""

    def __init__(self, pseudo: str, token: bytes = b"", limits: Limits | None = None) -> None:
        super().__init__(pseudo, token, limits)
        self.limits = limits or Limits()
        self.start = {"pseudo": pseudo, "token": token.hex()}
        self.posts: list[Post] = []
        self.steps: list[list[Any]] = []
        self.outcomes: list[dict[str, Any]] = []

    def call(self, name: str, *arguments: Any) -> Any:
        self.steps.append([METHODS[name], *map(self._written, arguments)])
        outcome: dict[str, Any] = {}
        try:
            result = getattr(Participant, name)(self, *arguments)
            if isinstance(result, Post):
                self.posts.append(result)
            outcome["result"] = self._shown(result)
        except tuple(ERRORS) as error:
            outcome["error"] = [ERRORS[type(error)], str(error)]
            raise
        finally:
            outcome["waiting"] = len(self.outbox)
            outcome["wake"] = self.outbox.wake
            told = [self.person, self.device, self.pseudo, self.token.hex(), self.welcomed]
            outcome["who"] = told
            self.outcomes.append(outcome)
        return result

    @staticmethod
    def _written(argument: Any) -> Any:
        """Un argument : un message s'écrit comme sa trame, des octets en hexadécimal."""
        if isinstance(argument, Unknown):
            return {"frame": encode_frame(argument.kind, b"").hex()}
        if isinstance(argument, Message):
            return {"frame": argument.encode().hex()}
        return {"hex": argument.hex()} if isinstance(argument, bytes) else argument

    def _shown(self, value: Any) -> Any:
        """Ce que rend JavaScript à la place de cette valeur."""
        if isinstance(value, Post):
            return self.posts.index(value)
        if isinstance(value, bytes):
            return {"hex": value.hex()}
        if isinstance(value, list | tuple):
            return [self._shown(item) for item in value]
        if dataclasses.is_dataclass(value):
            return self._of(value)
        return int(value) if isinstance(value, IntEnum) else value

    def _of(self, value: Any) -> dict[str, Any]:
        fields = [field.name for field in dataclasses.fields(value)]
        shown = {name: self._shown(getattr(value, name)) for name in fields}
        if isinstance(value, Message):
            return {"kind": type(value).__name__} | shown
        if isinstance(value, Absent):
            return {"kind": "Absent"} | shown | {"why": value.why.value}
        if isinstance(value, events.Welcomed):
            del shown["token"]  # la page tire toujours le sien
        return ({"type": TYPES[type(value)]} if type(value) in TYPES else {}) | shown


def _recorded(name: str) -> Callable[..., Any]:
    return lambda self, *arguments: self.call(name, *arguments)


for _name in METHODS:
    setattr(Recorded, _name, _recorded(_name))
