"""Les noms vus passer, et ce que Tab en propose."""

from pathlib import Path

from chatroom.client.core.events import Announcement, Entered, RoomsListed, Spoke
from chatroom.client.faces.names import KNOWN, Names
from chatroom.protocol.documents import RoomSummary
from chatroom.protocol.messages import Presence, Said


def test_completion(tmp_path: Path) -> None:
    """Commandes, salons, pseudos, fichiers : chaque proposition est la ligne entière."""
    names = Names()
    names.learn(Entered("général", 1, again=False, restarted=False))
    names.learn(RoomsListed((RoomSummary("Gestion", 1, ("Élodie", "bob")),)))
    (tmp_path / "chat.png").touch()
    (tmp_path / "chats").mkdir()
    assert names.complete("/h") == ["/help", "/history"]
    assert names.complete("/jo") == names.complete("/JO") == ["/join "]
    assert names.complete("/who g") == ["/who Gestion", "/who général"]
    assert names.complete("/msg é") == names.complete("/Msg É") == ["/msg Élodie "]
    assert names.complete("/kick b") == ["/kick bob "]
    assert names.complete("/unban b") == ["/unban bob"]
    assert names.complete("/nick zo") == []
    assert names.complete("salut b") == ["salut bob "]
    assert names.complete("salut ") == []
    found = [f"/image {tmp_path}/chat.png", f"/image {tmp_path}/chats/"]
    assert names.complete(f"/image {tmp_path}/ch") == found
    assert names.complete("/image /nulle/part/") == []


def test_who_speaks_or_comes_is_known_but_not_oneself() -> None:
    names = Names()
    said = Said(1, 1, 0, 2, 0, 0, "bob", "oui")
    names.learn(Spoke("salon", said, mine=False, old=False, post=None))
    names.learn(Announcement("salon", Presence.ARRIVED, "zoe", 0, mine=False))
    names.learn(Announcement("salon", Presence.ARRIVED, "moi", 0, mine=True))
    assert list(names.pseudos) == ["bob", "zoe"]


def test_the_oldest_are_forgotten() -> None:
    names = Names()
    for number in range(KNOWN + 1):
        names.learn(Entered(f"salon {number}", 1, again=False, restarted=False))
    assert len(names.rooms) == KNOWN
    assert "salon 0" not in names.rooms
