"""Une page d'un salon : ce qu'on en relit, et ce que cela coûte."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from chatroom.protocol.documents import document
from chatroom.protocol.messages import Said
from chatroom.server.storage.pages import PAGES, date_of, page
from chatroom.server.storage.pages import document as one
from chatroom.server.storage.schema import migrate


def said(seq: int) -> str:
    return document(Said(1, seq, 100 + seq, 1, seq, 0, "alice", f"n° {seq}"))


@pytest.fixture
def base() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as base:
        migrate(base, 0, pytest.fail)
        rows: list[tuple[int, int, object]] = [(1, seq, said(seq)) for seq in range(1, 6)]
        rows += [(1, 6, "{"), (1, 7, b"\xff")]
        base.executemany("INSERT INTO messages VALUES (?, ?, ?)", rows)
        yield base


def test_a_page_before_and_after(base: sqlite3.Connection) -> None:
    assert page(base, 1, 4, 2, forwards=False) == ([said(2), said(3)], True, [])
    assert page(base, 1, 3, 2, forwards=False)[1] is False
    assert page(base, 1, 2, 2, forwards=True) == ([said(3), said(4)], True, [])
    assert page(base, 2, 2**64 - 1, 2, forwards=False) == ([], False, [])


def test_a_damaged_message_keeps_its_place(base: sqlite3.Connection) -> None:
    lost = [f'{{"kind":"unreadable","seq":{seq}}}' for seq in (6, 7)]
    assert page(base, 1, 4, 9, forwards=True) == ([said(5), *lost], False, [6, 7])


def test_the_date_of_a_message(base: sqlite3.Connection) -> None:
    assert date_of(base, 1, 3) == 103
    for seq in (6, 7, 8, 2**64 - 1):
        assert date_of(base, 1, seq) is None


def test_one_message(base: sqlite3.Connection) -> None:
    assert one(base, 1, 3) == said(3)
    assert one(base, 1, 6) == '{"kind":"unreadable","seq":6}'
    assert one(base, 2, 6) is one(base, 1, 2**64 - 1) is None


def test_the_cost_of_a_page_does_not_grow_with_the_history(base: sqlite3.Connection) -> None:
    """Le plan de la requête, et non une durée : elle va droit à la page par la clé."""
    for query in PAGES.values():
        (plan,) = base.execute(f"EXPLAIN QUERY PLAN {query}", (1, 2, 3)).fetchall()
        assert plan[3].startswith("SEARCH messages USING PRIMARY KEY (room=? AND seq")
