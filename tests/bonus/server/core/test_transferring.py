"""Être soi ailleurs : un code, une fois, dix minutes."""

import json
import re

import pytest
from chatroom.common.proofs import masked
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import (
    TOKEN,
    VERSION,
    Answered,
    Ask,
    Closing,
    Greeting,
    Hello,
    Identify,
    Refused,
    Welcome,
)
from chatroom.server.core.transferring import SECONDS, hash_of

from tests.bonus.server.core.ground import Client, Ground

MINE, OTHER = bytes(range(TOKEN)), b"x" * TOKEN


@pytest.fixture
def ground() -> Ground:
    return Ground()


@pytest.fixture
def alice(ground: Ground) -> Client:
    return ground.arrive("alice", MINE)[0]


def code_of(alice: Client) -> str:
    alice.tell(Ask("token", "{}"))
    answer = json.loads(alice.last(Answered).answer)
    assert answer["seconds"] == SECONDS
    assert re.fullmatch("[0-9A-Z]{5}-[0-9A-Z]{5}", answer["code"])
    assert answer["code"] in answer["text"]
    return str(answer["code"])


def bring(ground: Ground, code: str, token: bytes = OTHER) -> Client:
    client = ground.connect()
    client.tell(Hello(VERSION), Identify(0, 0, "", code, token))
    return client


def test_a_code_is_written_any_way() -> None:
    assert hash_of("abcde-fghjk") == hash_of(" ABCDE FGHJK ") != hash_of("ABCDE-FGHJJ")


def test_another_device_becomes_the_same_person(ground: Ground, alice: Client) -> None:
    welcome = bring(ground, code_of(alice)).last(Welcome)
    assert (welcome.pseudo, welcome.back, welcome.token) == ("alice", 1, b"")
    assert not alice.closed
    # Le jeton de cet appareil vaut désormais pour elle, montré ou prouvé ; et l'ancien aussi.
    for token in (OTHER, MINE):
        assert ground.arrive("peu importe", token)[1].person == welcome.person
    client = ground.connect()
    client.tell(Hello(VERSION))
    greeting = client.last(Greeting)
    shown = masked(OTHER, greeting.challenge, greeting.server)
    client.tell(Identify(welcome.person, 0, "alice", "", shown))
    assert client.last(Welcome).person == welcome.person


def test_who_drew_no_token_is_given_one(ground: Ground, alice: Client) -> None:
    welcome = bring(ground, code_of(alice), b"").last(Welcome)
    assert len(welcome.token) == TOKEN
    assert ground.arrive("", welcome.token)[1].person == welcome.person


def test_a_code_serves_once_and_not_for_long(ground: Ground, alice: Client) -> None:
    code, late = code_of(alice), code_of(alice)
    assert bring(ground, code.lower()).last(Welcome)
    ground.world.advance(SECONDS)
    for worthless in (code, late, "ABCDE-FGHJK"):
        assert bring(ground, worthless).last(Closing).reason == Reason.CODE


def test_a_code_that_cannot_be_kept(ground: Ground, alice: Client) -> None:
    ground.disk.broken = "le disque est plein"
    alice.tell(Ask("token", "{}"))
    assert alice.last(Refused).reason == Reason.STORAGE


def test_a_token_that_cannot_be_kept(ground: Ground, alice: Client) -> None:
    code = code_of(alice)
    ground.disk.broken = "le disque est plein"
    assert bring(ground, code).last(Closing).reason == Reason.STORAGE
    ground.disk.broken = ""
    assert ground.arrive("bob", OTHER)[1].back == 0
