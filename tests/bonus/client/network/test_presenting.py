"""Se présenter : un jeton neuf est gardé avant d'être montré, un jeton connu ne l'est jamais."""

import asyncio

from chatroom.client.network.presenting import STRANGER, Presenting
from chatroom.common.proofs import proof_of, unmasked
from chatroom.protocol.messages import TOKEN, VERSION, Greeting, Welcome

from tests.bonus.client.network.stage import Keyring

HERE, THERE = Greeting(VERSION, 0, b"ici", b"defi"), Greeting(VERSION, 0, b"ailleurs", b"autre")
PLACE = "127.0.0.1:8888"


def welcome(token: bytes = b"", pseudo: str = "alice") -> Welcome:
    return Welcome(VERSION, 7, 0, 0, 1, pseudo, token)


class Scene:
    def __init__(self, keyring: Keyring | None = None) -> None:
        self.keyring, self.said = keyring or Keyring(), list[str]()
        self.presenting = Presenting(self.keyring, PLACE, self.said.append)

    def shown(self, greeting: Greeting = HERE, pseudo: str = "alice") -> tuple[bytes, int]:
        return asyncio.run(self.presenting.shown(greeting, pseudo))

    def welcomed(self, message: Welcome) -> None:
        asyncio.run(self.presenting.welcomed(message))


def proves(shown: bytes, token: bytes, greeting: Greeting = HERE) -> bool:
    return unmasked(shown, [proof_of(token)], greeting.challenge, greeting.server) == token


def test_a_new_token_is_kept_then_shown_then_proved() -> None:
    scene = Scene()
    token, person = scene.shown()
    assert (len(token), person) == (TOKEN, 0)
    assert scene.keyring.kept == {(b"ici", "alice"): (token, 0)}
    scene.welcomed(welcome())
    assert scene.keyring.kept == {(b"ici", "alice"): (token, 7)}
    shown, person = scene.shown()
    assert person == 7
    assert proves(shown, token)
    assert token not in shown
    again = Scene(scene.keyring)  # une autre fois
    shown, person = again.shown()
    assert person == 7
    assert proves(shown, token)


def test_another_address_of_the_same_server_is_the_same_person() -> None:
    scene = Scene()
    token, _ = scene.shown()
    elsewhere = Presenting(scene.keyring, "localhost:8888", scene.said.append)
    shown, _ = asyncio.run(elsewhere.shown(HERE, "alice"))
    assert proves(shown, token)
    asyncio.run(elsewhere.welcomed(welcome()))
    assert scene.keyring.addresses == {PLACE: b"ici", "localhost:8888": b"ici"}
    assert scene.said == []


def test_another_server_at_the_same_address_is_told_and_learns_nothing() -> None:
    scene = Scene()
    token, _ = scene.shown()
    scene.welcomed(welcome())
    shown, person = scene.shown(THERE)
    assert scene.said == [STRANGER.format(PLACE)]
    assert (shown != token, len(shown), person) == (True, TOKEN, 0)


def test_a_token_the_server_drew_is_kept() -> None:
    scene = Scene()
    scene.shown()
    scene.welcomed(welcome(bytes(TOKEN)))
    assert scene.keyring.kept == {(b"ici", "alice"): (bytes(TOKEN), 7)}


def test_with_a_code_the_pseudo_is_learnt_first() -> None:
    scene = Scene()
    token, _ = scene.shown(pseudo="")
    assert scene.keyring.kept == {}
    scene.welcomed(welcome())
    assert scene.keyring.kept == {(b"ici", "alice"): (token, 7)}


def test_a_keyring_that_does_not_open_is_said() -> None:
    scene = Scene(Keyring(broken=True))
    assert len(scene.shown()[0]) == TOKEN
    assert all(text.startswith("Votre pseudo ne pourra pas") for text in scene.said)
