"""Les noms vus passer, et ce que Tab en propose."""

from pathlib import Path

from chatroom.client.core.events import Entered, RoomsListed, RoomSummary
from chatroom.client.faces.names import Names


def test_completion(tmp_path: Path) -> None:
    """Commandes, salons, pseudos, fichiers : chaque proposition est la ligne entière."""
    names = Names()
    names.learn(Entered("général", 1, again=False, restarted=False))
    names.learn(RoomsListed((RoomSummary("Gestion", 1, ("Élodie", "bob")),)))
    (tmp_path / "chat.png").touch()
    (tmp_path / "chats").mkdir()
    assert names.complete("/h") == ["/help", "/history"]
    assert names.complete("/jo") == ["/join "]
    assert names.complete("/who g") == ["/who Gestion", "/who général"]
    assert names.complete("/msg é") == ["/msg Élodie "]
    assert names.complete("salut b") == ["salut bob "]
    assert names.complete("salut ") == []
    found = [f"/image {tmp_path}/chat.png", f"/image {tmp_path}/chats/"]
    assert names.complete(f"/image {tmp_path}/ch") == found
    assert names.complete("/image /nulle/part/") == []
