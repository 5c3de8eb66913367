"""Être oublié : de soi-même, ou par un opérateur."""

import pytest
from chatroom.protocol.flags import Role
from chatroom.protocol.frames import Reason
from chatroom.server.core.verbs import NOT_ALLOWED

from tests.bonus.server.core.town import Town, goodbye, welcome

UNKNOWN = "Vous n'êtes plus connu de ce serveur : vos messages y sont retirés."


@pytest.fixture
def town() -> Town:
    return Town()


def test_oneself(town: Town) -> None:
    """Il est congédié, et le pseudo est à qui le prend."""
    alice = town.come("alice")
    answer = town.ask(alice, "forget")
    assert answer == {"text": "alice est oublié : ses messages sont retirés, son pseudo est libre."}
    assert goodbye(alice) == (Reason.EXPELLED, UNKNOWN)
    assert town.disk.people == []
    assert not welcome(town.come("alice")).back


def test_someone_else_takes_an_operator(town: Town) -> None:
    prof, alice, bob = town.prof(), town.come("alice"), town.come("bob")
    assert town.ask(bob, "forget", who="alice") == (Reason.DENIED, NOT_ALLOWED)
    assert town.ask(prof, "forget", who="ALICE")["text"].startswith("alice est oublié")
    assert goodbye(alice) == (Reason.EXPELLED, UNKNOWN)
    missing = (Reason.NOT_FOUND, "Il n'y a personne du nom de alice.")
    assert town.ask(prof, "forget", who="alice") == missing


def test_an_operator_only_forgets_himself(town: Town) -> None:
    prof = town.prof()
    other = town.come("autre")
    assert other.session
    assert other.session.person
    other.session.person.role |= Role.OPERATOR
    refusal = (Reason.DENIED, "autre est opérateur aussi.")
    assert town.ask(prof, "forget", who="autre") == refusal


def test_nothing_is_done_when_nothing_can_be_kept(town: Town) -> None:
    alice = town.come("alice")
    town.disk.broken = "le disque est plein"
    why = (Reason.STORAGE, "Le serveur ne peut rien enregistrer : le disque est plein")
    assert town.ask(alice, "forget") == why
    assert not alice.closed
