"""Tout ce que la base a d'une personne, et rien de ce qui est aux autres."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from chatroom.server.storage import belongings
from chatroom.server.storage.belongings import START, Place, card, export_person, portion, scan
from chatroom.server.storage.consulting import consulting

from tests.bonus.server.storage.filled import ALICE, BOB, HIS, MINE, PICTURE, fill


def test_what_she_said_and_what_is_in_her_private_room(tmp_path: Path) -> None:
    with consulting(fill(tmp_path, 4)) as base:
        found, after = scan(base, ALICE.id, START)
        assert [(room, seq) for room, seq, _ in found] == [
            (1, 1),
            (1, 3),
            (1, 5),
            (MINE, 1),
            (HIS, 1),
        ]
        assert after is None
        found, _ = scan(base, BOB.id, START)
        assert [(room, seq) for room, seq, _ in found] == [(1, 2), (1, 4), (HIS, 1)]


def test_piece_by_piece(tmp_path: Path) -> None:
    with consulting(fill(tmp_path, 10)) as base:
        whole, _ = scan(base, ALICE.id, START)
        found, steps, after = [], 0, START
        place: Place | None = after
        while place:
            some, place = scan(base, ALICE.id, place, 3)
            found += some
            steps += 1
        assert found == whole
        assert steps == 5  # treize messages, trois par trois


def test_her_card_without_what_proves_it(tmp_path: Path) -> None:
    with consulting(fill(tmp_path)) as base:
        found = card(base, ALICE.id)
        assert found
        assert (found["pseudo"], found["pictures"], found["tokens"]) == ("Alice", len(PICTURE), 1)
        assert b"un" not in found.values()
        assert card(base, 99) is None


def test_a_portion_and_where_the_next_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belongings.scan, "__defaults__", (3,))
    with consulting(fill(tmp_path, 4)) as base:
        found, after = portion(base, ALICE.id, "")
        assert [json.loads(text)["message"]["seq"] for text in found] == [1, 3]
        assert after == "1:3"
        found, after = portion(base, ALICE.id, after)
        assert [json.loads(text)["room"] for text in found] == ["Été", "@"]
        found, after = portion(base, ALICE.id, after)
        assert (len(found), after) == (1, "")
        assert portion(base, ALICE.id, "n'importe quoi") == portion(base, ALICE.id, "")


def test_all_of_it_in_json(tmp_path: Path) -> None:
    with consulting(fill(tmp_path, 4)) as base:
        whole = json.loads("".join(export_person(base, ALICE.id)))
    assert whole["person"]["pseudo"] == "Alice"
    said = [(one["room"], one["message"]["seq"]) for one in whole["messages"]]
    assert said == [("Été", 1), ("Été", 3), ("Été", 5), ("@", 1), ("@", 1)]
    (picture,) = [one["image"] for one in whole["messages"] if "image" in one]
    assert b64decode(picture) == PICTURE
