"""La liste de ceux qui peuvent venir, dans un fichier."""

from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.operation import door
from chatroom.server.operation.door import admission, guests


def test_a_list(tmp_path: Path) -> None:
    path = tmp_path / "classe.txt"
    path.write_bytes("\ufeff# TD 3\r\nÉlodie\r\n\r\nbob martin # délégué\r\n".encode())
    assert guests(path) == ["Élodie", "bob martin"]
    doorway = admission("", path)
    assert doorway.refuses_name("ÉLODIE") is None
    assert doorway.refuses_name("carol")


def test_without_anything_everybody_comes() -> None:
    doorway = admission("", None)
    assert doorway.refuses_name("carol") is None
    assert not doorway.asks
    assert admission("mot", None).asks


def test_what_is_not_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChatError, match=r"^Liste .*absente.txt : .*\.$"):
        guests(tmp_path / "absente.txt")
    (tmp_path / "latin.txt").write_bytes("Élodie".encode("latin-1"))
    with pytest.raises(ChatError, match=r"UTF-8\.$"):
        guests(tmp_path / "latin.txt")
    monkeypatch.setattr(door, "MAX_SIZE", 3)
    (tmp_path / "longue.txt").write_text("alice", encoding="utf-8")
    with pytest.raises(ChatError, match=r"3 octets au plus\.$"):
        guests(tmp_path / "longue.txt")
