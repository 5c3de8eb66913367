"""Le fichier de ce qu'une personne a choisi, serveur par serveur."""

import json
from pathlib import Path

import pytest
from chatroom.client.choices import Choices

HERE = "127.0.0.1:8888"


def test_it_is_kept_for_one_server(tmp_path: Path) -> None:
    path = tmp_path / "state/choices.json"
    mine = Choices(path, HERE)
    assert (mine.code, mine.ignored) == ("", {})
    mine.keep(code="sésame")
    mine.keep(ignored={"bob": 7})
    Choices(path, "ailleurs:1").keep(code="autre")
    again = Choices(path, HERE)
    assert (again.code, again.ignored) == ("sésame", {"bob": 7})
    assert Choices(path, "ailleurs:1").code == "autre"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[" * 100_000,
        "[]",
        json.dumps({HERE: []}),
        json.dumps({HERE: {"code": 3, "ignored": ["bob"]}}),
        json.dumps({HERE: {"code": None, "ignored": {"bob": "7"}}}),
    ],
)
def test_a_file_that_makes_no_sense_does_not_count(tmp_path: Path, text: str) -> None:
    path = tmp_path / "choices.json"
    path.write_text(text, encoding="utf-8")
    mine = Choices(path, HERE)
    assert (mine.code, mine.ignored) == ("", {})
    mine.keep(code="mot")
    assert Choices(path, HERE).code == "mot"


def test_it_is_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text(json.dumps({HERE: {"code": "mot"}}), encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert Choices(tmp_path / "link", HERE).code == ""


def test_without_a_disk_it_lasts_as_long_as_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    mine = Choices(tmp_path / "file/choices.json", HERE)
    mine.keep(code="mot")
    assert mine.code == "mot"
