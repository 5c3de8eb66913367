"""Le schéma de la base, migration après migration.

Une migration publiée ne se modifie plus : la suivante s'y ajoute. Une base neuve les joue toutes.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from chatroom.protocol.text import fold
from chatroom.server.core.lookalikes import skeletons
from chatroom.server.storage.causes import DamagedError, UnfitError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Migration:
    number: int  # PRAGMA user_version, une fois jouée
    gain: str  # ce qu'elle apporte, dit à qui lance le serveur
    statements: str  # séparées par « ; »


FIRST = Migration(
    1,
    "les salons, les messages, les images",
    """
    CREATE TABLE people (
        id INTEGER PRIMARY KEY, pseudo TEXT NOT NULL, colour INTEGER NOT NULL,
        proof BLOB NOT NULL, nonce INTEGER NOT NULL
    );
    CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, last INTEGER NOT NULL);
    CREATE TABLE messages (
        room INTEGER NOT NULL, seq INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (room, seq)
    ) WITHOUT ROWID;
    CREATE TABLE images (
        room INTEGER NOT NULL, seq INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (room, seq)
    )
    """,
)
# Une personne est une ligne, et le dernier numéro reçu de chacun de ses appareils y est aussi
# (nonces, en JSON) : un message accepté n'en change qu'une. Les dates sont en millisecondes.
SECOND = Migration(
    2,
    "plusieurs appareils par personne, des rôles, des bornes",
    """
    CREATE TABLE tokens (
        proof BLOB PRIMARY KEY, person INTEGER NOT NULL, made INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX tokens_by_person ON tokens (person);
    INSERT INTO tokens SELECT proof, id, now() FROM people;
    ALTER TABLE people RENAME TO old;
    CREATE TABLE people (
        id INTEGER PRIMARY KEY, pseudo TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
        colour INTEGER NOT NULL,
        role INTEGER NOT NULL DEFAULT 0, muted INTEGER NOT NULL DEFAULT 0,
        nonces TEXT NOT NULL DEFAULT '{}', seen INTEGER NOT NULL,
        bytes INTEGER NOT NULL DEFAULT 0, pictures INTEGER NOT NULL DEFAULT 0
    );
    INSERT INTO people (id, pseudo, key, colour, nonces, seen)
        SELECT id, pseudo, folded(pseudo, id), colour,
               CASE nonce WHEN 0 THEN '{}' ELSE json_object('0', nonce) END, now()
        FROM old ORDER BY id;
    DROP TABLE old;
    CREATE TABLE skeletons (
        skeleton TEXT NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (skeleton, person)
    ) WITHOUT ROWID;
    CREATE TABLE weights (person INTEGER PRIMARY KEY, bytes INTEGER, pictures INTEGER);
    INSERT INTO weights
        SELECT CASE WHEN json_valid(document) THEN json_extract(document, '$.person') END AS who,
               sum(length(CAST(document AS BLOB))), coalesce(sum(length(data)), 0)
        FROM messages LEFT JOIN images USING (room, seq) GROUP BY who HAVING who IS NOT NULL;
    UPDATE people SET bytes=w.bytes, pictures=w.pictures FROM weights AS w WHERE id=w.person;
    DROP TABLE weights;
    CREATE TABLE codes (
        hash BLOB PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, expires INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE bans (
        kind TEXT NOT NULL, subject TEXT NOT NULL, until INTEGER NOT NULL, why TEXT NOT NULL,
        author TEXT NOT NULL, name TEXT NOT NULL DEFAULT '', made INTEGER NOT NULL,
        PRIMARY KEY (kind, subject)
    ) WITHOUT ROWID;
    ALTER TABLE rooms ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN mode INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
    ALTER TABLE rooms ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN password BLOB;
    ALTER TABLE rooms ADD COLUMN former TEXT NOT NULL DEFAULT '[]';
    UPDATE rooms SET used=now();
    CREATE TABLE members (
        room INTEGER NOT NULL, person INTEGER NOT NULL, PRIMARY KEY (room, person)
    ) WITHOUT ROWID;
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    INSERT INTO meta VALUES ('server', randomblob(16)), ('person', 0), ('room', 0)
    """,
)
# À refaire, d'une nouvelle migration, quand les tables d'Unicode changent (core/unicode/).
THIRD = Migration(
    3,
    "ce à quoi ressemble chaque pseudo",
    """
    DELETE FROM skeletons;
    INSERT INTO skeletons SELECT value, people.id FROM people, json_each(skeletons(pseudo))
    """,
)
MIGRATIONS = (FIRST, SECOND, THIRD)
FORMAT = MIGRATIONS[-1].number


def migrate(base: sqlite3.Connection, now: int, say: Say) -> None:
    """Met une base au format d'aujourd'hui, et vérifie que c'est une base du chat.

    UnfitError si elle est d'un format à venir, ou si ce n'en est pas une.
    """
    (found,) = base.execute("PRAGMA user_version").fetchone()
    if found > FORMAT:
        raise UnfitError(
            f"il est au format {found}, et ce serveur, plus ancien, s'arrête au {FORMAT}",
            "Mettez le serveur à jour.",
        )
    if not found and _tables(base):
        found = _recovered(base)
    if found:
        check_shape(base, found)
        if found < FORMAT:
            say(f"L'historique est au format {found} : mise à jour…")
    for migration in MIGRATIONS[found:]:
        _apply(base, migration, now)
        if found:
            say(f"L'historique est au format {migration.number} : {migration.gain}.")


def _recovered(base: sqlite3.Connection) -> int:
    """Le format d'une base qui l'a perdu : ce que récupère .dump ne le dit pas."""
    for number in range(FORMAT, 0, -1):
        with suppress(DamagedError):
            check_shape(base, number)
            base.execute(f"PRAGMA user_version={number}")
            return number
    raise DamagedError("il a des tables, et pas de format")


def _apply(base: sqlite3.Connection, migration: Migration, now: int) -> None:
    """En entier ou pas du tout, et le numéro avec."""
    seen = set[str]()

    def folded(pseudo: str, number: int) -> str:
        """De quoi retrouver un pseudo. Deux qui n'en font plus qu'un restent deux personnes."""
        key = fold(pseudo)
        if key in seen:
            key += f"\0{number}"
        seen.add(key)
        return key

    base.create_function("now", 0, lambda: now)
    base.create_function("folded", 2, folded)
    base.create_function("skeletons", 1, lambda pseudo: json.dumps(skeletons(pseudo)))
    with base:
        base.execute("BEGIN IMMEDIATE")
        for statement in migration.statements.split(";"):
            base.execute(statement)
        base.execute(f"PRAGMA user_version={migration.number}")


def check_shape(base: sqlite3.Connection, number: int) -> None:
    """DamagedError s'il manque une table ou une colonne à cette base, de ce format."""
    model = sqlite3.connect(":memory:")
    try:
        for migration in MIGRATIONS[:number]:
            _apply(model, migration, 0)
        expected, found = _tables(model), _tables(base)
    finally:
        model.close()
    for table, columns in expected.items():
        if table not in found:
            raise DamagedError(f"il y manque la table {table}")
        if missing := columns - found[table]:
            raise DamagedError(f"il y manque {', '.join(sorted(missing))}, dans la table {table}")


def _tables(base: sqlite3.Connection) -> dict[str, set[str]]:
    names = base.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
    return {
        name: {row[0] for row in base.execute("SELECT name FROM pragma_table_info(?)", (name,))}
        for (name,) in names
    }
