"""Chaque message qu'un client peut envoyer a sa fonction, et une seule."""

import pytest
from chatroom.protocol.bounds import FROM_SERVER
from chatroom.protocol.messages import (
    KINDS,
    Ping,
    Pong,
    Unknown,
)
from chatroom.server.core.handlers import HANDLERS, handle, on
from chatroom.server.core.house import House
from chatroom.server.core.session import Session

from tests.bonus.server.core.ground import Ground


def test_each_kind_a_client_may_send_has_its_handler() -> None:
    known = {kind for kind in KINDS.values() if kind.KIND < 0x40}
    assert set(HANDLERS) == known | {Unknown}
    assert {kind.KIND for kind in known} & set(FROM_SERVER) == {Ping.KIND, Pong.KIND}


def test_a_message_goes_to_its_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    ground, seen = Ground(), list[object]()
    client = ground.connect()
    assert client.session
    monkeypatch.setattr("chatroom.server.core.handlers.HANDLERS", kept := dict(HANDLERS))

    @on(Pong)
    def pong(house: House, session: Session, message: Pong) -> None:
        seen.extend((house, session, message))

    assert kept[Pong] is pong
    handle(ground.hub, client.session, Pong())
    assert seen == [ground.hub, client.session, Pong()]
