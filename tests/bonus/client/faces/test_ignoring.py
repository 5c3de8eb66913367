"""Ceux qu'on ne veut plus lire."""

import pytest
from chatroom.client.core.events import Event, Happened, NoticeShown, PageReceived, Spoke
from chatroom.client.faces import ignoring
from chatroom.client.faces.ignoring import Ignored
from chatroom.protocol.messages import Acted, Said


def said(pseudo: str, person: int) -> Said:
    return Said(1, 1, 0, person, 1, 0, pseudo, "x")


def spoke(pseudo: str, person: int = 2, mine: bool = False) -> Spoke:
    return Spoke("salon", said(pseudo, person), mine, old=False, post=None)


class Kept:
    def __init__(self, **names: int) -> None:
        self.last = dict(names)
        self.ignored = Ignored(names, self._keep)

    def _keep(self, names: dict[str, int]) -> None:
        self.last = names

    def sees(self, event: Event) -> bool:
        return self.ignored.sifted(event) is not None


def test_nobody_is_ignored_at_first() -> None:
    kept = Kept()
    assert kept.sees(spoke("bob"))
    assert list(kept.ignored) == []


def test_somebody_is_and_stays_under_another_name() -> None:
    kept = Kept()
    kept.ignored.add("BOB")
    assert not kept.sees(spoke("bob", 7))
    assert kept.last == {"BOB": 7}
    assert not kept.sees(spoke("robert", 7))
    assert kept.sees(spoke("bob", 8))  # un autre a pris ce pseudo
    assert kept.sees(spoke("alice", 3))
    kept.ignored.remove("bob")
    assert kept.last == {}
    assert kept.sees(spoke("robert", 7))


def test_it_is_found_again() -> None:
    assert not Kept(bob=7).sees(spoke("robert", 7))


def test_pages_and_invitations_too_but_nothing_else() -> None:
    kept = Kept(bob=7)
    page = PageReceived("salon", (said("bob", 7), said("alice", 3)), 1, more=False)
    sifted = kept.ignored.sifted(page)
    assert isinstance(sifted, PageReceived)
    assert [message.pseudo for message in sifted.messages] == ["alice"]
    acts = [Acted(1, 5, 0, 7, 0, 0, "bob", act, 3, "jeux") for act in ("invite", "delete")]
    seen = [kept.sees(Happened("@", act, mine=False, old=False)) for act in acts]
    assert seen == [False, True]
    assert kept.sees(NoticeShown("bob"))
    assert kept.sees(spoke("bob", 7, mine=True))


def test_what_makes_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    with pytest.raises(ValueError, match="Vous n'ignorez pas bob"):
        kept.ignored.remove("bob")
    monkeypatch.setattr(ignoring, "MOST", 1)
    kept.ignored.add("bob")
    with pytest.raises(ValueError, match="Vous ignorez déjà"):
        kept.ignored.add("eve")
