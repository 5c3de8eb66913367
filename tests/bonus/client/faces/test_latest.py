"""Les derniers messages d'un salon : ceux que /delete peut retirer."""

import pytest
from chatroom.client.core.events import Happened, Spoke
from chatroom.client.faces.latest import KEPT, Latest
from chatroom.protocol.documents import Absent, Missing
from chatroom.protocol.messages import Acted, Said


def spoke(seq: int, pseudo: str = "bob", room: str = "salon", mine: bool = False) -> Spoke:
    return Spoke(room, Said(1, seq, 0, 2, 1, 0, pseudo, "x"), mine, old=False, post=None)


def removed(seq: int) -> Happened:
    return Happened("SALON", Acted(1, 99, 0, 2, 0, 0, "prof", "delete", seq, ""), False, False)


def test_mine_then_the_one_before() -> None:
    latest = Latest()
    for event in (spoke(1, mine=True), spoke(2, mine=True), spoke(3), spoke(4, room="jeux")):
        latest.learn(event)
    assert latest.last("Salon") == 2
    assert (latest.last("salon", "BOB"), latest.last("jeux", "bob")) == (3, 4)
    latest.learn(removed(2))
    assert latest.last("salon") == 1
    latest.learn(removed(1))
    with pytest.raises(ValueError, match="pas de message à vous"):
        latest.last("salon")
    with pytest.raises(ValueError, match="pas de message de zoé"):
        latest.last("salon", "zoé")


def test_what_is_no_longer_there_is_not_removed_again() -> None:
    latest = Latest()
    gone = Absent(1, 5, Missing.REMOVED, person=2, pseudo="bob")
    latest.learn(Spoke("salon", gone, mine=True, old=True, post=None))
    with pytest.raises(ValueError, match="à retirer ici"):
        latest.last("salon")


def test_memory_is_bounded() -> None:
    latest = Latest()
    latest.learn(spoke(1, "eve"))
    for seq in range(2, KEPT + 2):
        latest.learn(spoke(seq))
    with pytest.raises(ValueError, match="de eve"):
        latest.last("salon", "eve")
