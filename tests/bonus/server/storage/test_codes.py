"""Un code ne vaut qu'une fois, pour ce à quoi il donne droit, et avant sa date."""

import sqlite3
from contextlib import closing

import pytest
from chatroom.server.core.pending import Code
from chatroom.server.storage.codes import issue, redeem
from chatroom.server.storage.schema import migrate


def test_a_code_is_worth_something_once_before_its_date_and_for_its_kind() -> None:
    with closing(sqlite3.connect(":memory:")) as base:
        migrate(base, 0, pytest.fail)
        for name in (b"a", b"b"):
            issue(base, Code(name, "jeton", "alice", 100))
        assert redeem(base, "opérateur", b"a", 99) is None
        assert redeem(base, "jeton", b"a", 99) == "alice"
        assert redeem(base, "jeton", b"a", 99) is None
        assert redeem(base, "jeton", b"b", 100) is None
        assert redeem(base, "jeton", b"b", 99) is None  # trop tard : il n'est plus là
