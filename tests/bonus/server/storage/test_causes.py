"""Ce que SQLite dit, en français."""

import sqlite3

import pytest
from chatroom.server.storage.causes import cause_of


def test_what_sqlite_says_is_understood() -> None:
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA query_only=ON")
    with pytest.raises(sqlite3.Error) as refused:
        base.execute("CREATE TABLE t (x)")
    assert cause_of(refused.value) == "la base est en lecture seule"
    base.close()


def test_what_is_not_known_is_told_as_it_is() -> None:
    assert cause_of(OverflowError("trop grand")) == "trop grand"
