"""Une base abîmée, de toutes les façons : une phrase et une issue, jamais une trace."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.operation.upkeep import BY_LINE, WHOLE, upkeep
from chatroom.server.storage.opening import FILE

from tests.bonus.server.storage.filled import fill
from tests.bonus.server.storage.opened import nothing, play

PAGE = 4_096


def execute(*statements: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA writable_schema=1")
            for statement in statements:
                base.execute(statement)
            base.commit()

    return damage


def rewrite(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return damage


def zero_the_index(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base:
        query = "SELECT rootpage FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_people%'"
        ((page,),) = base.execute(query).fetchall()
    data = path.read_bytes()
    path.write_bytes(data[: (page - 1) * PAGE] + bytes(PAGE) + data[page * PAGE :])


SCHEMA = "UPDATE sqlite_master SET sql={} WHERE name='people'"
DAMAGES: dict[str, Callable[[Path], None]] = {
    "tronquée": rewrite(lambda data: data[: len(data) // 2]),
    "tronquée dans l'en-tête": rewrite(lambda data: data[:60]),
    "en-tête": rewrite(lambda data: b"\xff" * 100 + data[100:]),
    "tout sauf l'en-tête": rewrite(lambda data: data[:100] + b"\xff" * (len(data) - 100)),
    "table": execute("DROP TABLE people"),
    "colonne": execute("ALTER TABLE rooms DROP COLUMN topic"),
    "schéma illisible": execute(SCHEMA.format("CAST(x'435245415445ff205441424c45' AS TEXT)")),
    "schéma faux": execute(SCHEMA.format("'CREATE TABLE people (pseudo'")),
    "racine fausse": execute("UPDATE sqlite_master SET rootpage=9999 WHERE name='people'"),
    "sans format": execute("PRAGMA user_version=0"),
    "format 1": execute("PRAGMA user_version=1"),
    "index": zero_the_index,
    "nom de salon": execute("UPDATE rooms SET name=CAST(x'ff' AS TEXT) WHERE id=1"),
    "pseudo": execute("UPDATE people SET pseudo=CAST(x'ff' AS TEXT)"),
    "numéros": execute("UPDATE people SET nonces='{'"),
    "méta": execute("UPDATE meta SET value=CAST(x'ff' AS TEXT)"),
    "messages": execute("UPDATE messages SET document=CAST(x'7bff' AS TEXT)"),
    "oubli": execute("INSERT INTO meta VALUES ('oubli:1', '{')"),
}
SUBJECTS = {"check": "", "export-history": "été"}
# Ce qui ne touche pas à ce qui est abîmé se fait quand même.
HARMLESS = re.compile(r"Personne ne s'appelle|Il n'y a pas de salon")


@pytest.mark.parametrize("task", ["serve", *WHOLE, *BY_LINE])
@pytest.mark.parametrize("name", DAMAGES)
def test_one_sentence_and_a_way_out(name: str, task: str, tmp_path: Path) -> None:
    folder = fill(tmp_path / "données")
    DAMAGES[name](folder / FILE)
    subject = SUBJECTS.get(task, str(tmp_path / "copie.db") if task == "backup" else "alice")
    try:
        if task == "serve":
            play(folder, nothing)
        else:
            list(upkeep(folder, task, subject))
    except ChatError as error:
        text = str(error)
        assert ".recover" in text or "--check" in text or HARMLESS.search(text), text
        assert "\n" not in text
    else:
        assert task != "check" or name == "sans format"


def test_what_sqlite_recovers_is_served(tmp_path: Path) -> None:
    """L'issue que nomme la phrase, suivie à la lettre ; ce qui a perdu son format le retrouve."""
    folder = fill(tmp_path / "données", 3_000)
    zero_the_index(folder / FILE)
    recovered = tmp_path / "neuf"
    recovered.mkdir()

    async def recover() -> None:
        command = f"sqlite3 {FILE} .dump | sqlite3 {recovered / FILE}"
        process = await asyncio.create_subprocess_shell(command, cwd=folder)
        assert await process.wait() == 0

    asyncio.run(recover())
    play(recovered, nothing)
    lines = list(upkeep(recovered, "check", ""))
    assert lines[1:] == ["2 personnes, 1 salon, 3003 messages, 1 image.\n", "Aucun défaut.\n"]
