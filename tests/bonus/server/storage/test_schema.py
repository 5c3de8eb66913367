"""Les migrations : d'une base à l'autre, entières ou pas du tout, jamais en arrière."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.server.core.lookalikes import skeletons
from chatroom.server.core.people import Alike, Key, Number, Proof
from chatroom.server.storage.causes import DamagedError, UnfitError
from chatroom.server.storage.persons import find
from chatroom.server.storage.schema import FORMAT, MIGRATIONS, check_shape, migrate

KEPT = Path(__file__).parents[2] / "kept/version_1/chat.db"


@pytest.fixture
def base() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as base:
        yield base


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """La base d'un serveur de la version 1."""
    shutil.copy(KEPT, tmp_path)
    with closing(sqlite3.connect(tmp_path / KEPT.name)) as base:
        yield base


def version(base: sqlite3.Connection) -> int:
    (found,) = base.execute("PRAGMA user_version").fetchone()
    return int(found)


def test_a_new_base_plays_every_migration_without_a_word(base: sqlite3.Connection) -> None:
    assert [one.number for one in MIGRATIONS] == list(range(1, FORMAT + 1))
    migrate(base, 0, pytest.fail)
    assert version(base) == FORMAT
    check_shape(base, FORMAT)
    migrate(base, 0, pytest.fail)  # il n'y a plus rien à faire


def test_a_base_of_version_1(kept: sqlite3.Connection) -> None:
    old = kept.execute("SELECT id, pseudo, colour, proof, nonce FROM people").fetchall()
    messages = kept.execute("SELECT * FROM messages").fetchall()
    images = kept.execute("SELECT data FROM images").fetchall()
    said: list[str] = []
    migrate(kept, 1_000, said.append)
    assert version(kept) == FORMAT
    assert said[0] == "L'historique est au format 1 : mise à jour…"
    assert said[1].startswith("L'historique est au format 2 : ")
    for number, pseudo, colour, proof, nonce in old:
        person = find(kept, Proof(proof))
        assert person
        assert (person.id, person.pseudo, person.colour, person.nonces) == (
            *(number, pseudo, colour),
            {0: nonce},
        )
        mine = [text for _, _, text in messages if json.loads(text)["person"] == number]
        assert person.bytes == sum(len(text.encode()) for text in mine)
    assert kept.execute("SELECT sum(pictures) FROM people").fetchone()[0] == len(images[0][0])
    zoe = find(kept, Key("zoé"))
    assert zoe
    assert zoe.last == 1
    assert kept.execute("SELECT * FROM messages").fetchall() == messages
    assert kept.execute("SELECT DISTINCT epoch, used FROM rooms").fetchall() == [(0, 1_000)]


def test_people_of_an_old_base_are_looked_alike_too(kept: sqlite3.Connection) -> None:
    """Et gardent leur pseudo, même refusé désormais à un nouveau venu, ou s'ils se ressemblent."""
    for number, pseudo in ((8, "prof, l'autre"), (9, "pr0f"), (10, "prof")):
        kept.execute("INSERT INTO people VALUES (?, ?, 0, ?, 0)", (number, pseudo, bytes([number])))
    kept.commit()
    migrate(kept, 0, lambda _: None)
    alike = find(kept, Alike(skeletons("PROF")))
    assert alike
    assert alike.pseudo in {"pr0f", "prof"}
    assert find(kept, Alike(skeletons("zoe"))) is None
    for number, pseudo in ((8, "prof, l'autre"), (9, "pr0f"), (10, "prof")):
        found = find(kept, Proof(bytes([number])))
        assert found
        assert found.pseudo == pseudo


def test_two_pseudos_that_have_become_one_stay_two_people(kept: sqlite3.Connection) -> None:
    kept.execute("INSERT INTO people VALUES (9, 'ZOÉ', 0, x'00', 0)")
    kept.execute("INSERT INTO messages VALUES (1, 99, 'abîmé')")
    kept.commit()
    migrate(kept, 0, lambda _: None)
    first, second = find(kept, Key("zoé")), find(kept, Number(9))
    assert first
    assert second
    assert first.id != second.id
    assert second.key != "zoé"


def test_a_migration_that_fails_changes_nothing(kept: sqlite3.Connection) -> None:
    kept.execute("CREATE TABLE bans (x)")
    before = list(kept.iterdump())
    with pytest.raises(sqlite3.OperationalError, match="bans"):
        migrate(kept, 0, lambda _: None)
    assert list(kept.iterdump()) == before
    assert version(kept) == 1


def test_a_format_to_come_is_refused(base: sqlite3.Connection) -> None:
    base.execute("PRAGMA user_version=99")
    with pytest.raises(UnfitError, match="au format 99") as refused:
        migrate(base, 0, pytest.fail)
    assert refused.value.way_out == "Mettez le serveur à jour."


def test_what_is_not_a_base_of_the_chat(base: sqlite3.Connection) -> None:
    base.execute("CREATE TABLE autre (x)")
    with pytest.raises(DamagedError, match="des tables, et pas de format"):
        migrate(base, 0, pytest.fail)
    base.execute("PRAGMA user_version=2")
    with pytest.raises(DamagedError, match="il y manque la table"):
        migrate(base, 0, pytest.fail)


def test_a_column_that_is_missing(base: sqlite3.Connection) -> None:
    migrate(base, 0, pytest.fail)
    base.execute("ALTER TABLE rooms DROP COLUMN topic")
    with pytest.raises(DamagedError, match="il y manque topic, dans la table rooms"):
        check_shape(base, FORMAT)


def test_a_base_that_lost_its_format_finds_it_again(kept: sqlite3.Connection) -> None:
    kept.execute("PRAGMA user_version=0")
    said: list[str] = []
    migrate(kept, 0, said.append)
    assert version(kept) == FORMAT
    assert said[0] == "L'historique est au format 1 : mise à jour…"
    kept.execute("PRAGMA user_version=0")
    migrate(kept, 0, pytest.fail)
    assert version(kept) == FORMAT
