"""Ce que dit d'un fichier chacune de ses sources : son nom, ses dossiers, son contenu."""

from pathlib import PurePosixPath

import pytest

from grader.discovery.candidates import Candidate, Source, Target
from grader.discovery.files import SourceFile
from grader.engine.catalogue import steps

SERVER, ASYNC = "asyncio.start_server(", "async def f(): ..."


def candidate(path: str, content: str = "") -> Candidate:
    return Candidate(SourceFile(PurePosixPath(path), content.encode()))


@pytest.mark.parametrize(
    ("path", "content", "role", "source"),
    [
        ("serveur_2.py", "", "server", Source.NAME),
        ("client/2.py", SERVER, "client", Source.FOLDER),
        ("server/client.py", SERVER, "client", Source.NAME),
        ("2.py", SERVER, "server", Source.READ_ROLE),
        ("2.py", "", "", Source.READ_ROLE),
    ],
)
def test_role(path: str, content: str, role: str, source: Source) -> None:
    assert candidate(path, content).role == (role, source)


@pytest.mark.parametrize(
    ("path", "content", "number", "source"),
    [
        ("server_2.py", "", 2, Source.NAME),
        ("3/server_2.py", "", 2, Source.NAME),
        ("3/server.py", "", 3, Source.FOLDER),
        ("server_deconnexion.py", "", 6, Source.TITLE),
        ("Pseudos/server.py", "", 5, Source.TITLE),
        ("server_9.py", SERVER, 2, Source.READ),  # il n'y a pas d'étape 9
        ("server.py", "", 0, Source.READ),
    ],
)
def test_number(path: str, content: str, number: int, source: Source) -> None:
    assert candidate(path, content).number == (number, source)


@pytest.mark.parametrize(
    ("path", "content", "topic", "source"),
    [
        ("web_sync.py", "", "web", Source.NAME),
        ("compteur/async.py", "", "sleep", Source.FOLDER),
        ("mesure_web.py", "", "measure", Source.NAME),
        ("urls.py", "", "web", Source.NAME),
        ("sync.py", "import requests", "web", Source.READ),
    ],
)
def test_topic(path: str, content: str, topic: str, source: Source) -> None:
    assert candidate(path, content).topic == (topic, source)


@pytest.mark.parametrize(
    ("path", "content", "mode", "source"),
    [
        ("web_async.py", "", "async", Source.NAME),
        ("sync/web.py", ASYNC, "sync", Source.FOLDER),
        ("I. Débuts avec l'asynchrone/web.py", "", "sync", Source.READ_MODE),
        ("web.py", ASYNC, "async", Source.READ_MODE),
    ],
)
def test_mode(path: str, content: str, mode: str, source: Source) -> None:
    assert candidate(path, content).mode == (mode, source)


def test_where_it_is() -> None:
    one = candidate("TP6/Partie 2/old/server_5.py")
    assert (one.lab, one.part, one.is_copy, one.outer) == (6, 2, True, ["old", "partie2", "tp6"])
    assert (candidate("a.py").lab, candidate("a.py").part) == (None, 2)
    assert candidate("tests/a.py").is_secondary
    assert candidate("Partie 3/a.py").is_secondary
    assert not candidate("Partie 2/a.py").is_secondary


def test_what_it_is_about() -> None:
    assert candidate("urls/web.py").multiple
    assert not candidate("web.py").multiple
    for path in ("server.py", "serveur/5.py", "II. Chat Room/main.py"):
        assert candidate(path).names_the_chat
    assert not candidate("main.py", SERVER).names_the_chat
    assert candidate("a.py", "\ufeff# rien\n\n").is_empty
    assert not candidate("a.py", "x").is_empty


def test_what_a_step_wants() -> None:
    targets = {step.id: Target(step) for step in steps()}
    server, sync = targets["II.5.server"], targets["I.1.sync"]
    assert (server.role, server.number, server.outer) == ("server", 5, ["part2"])
    assert (sync.role, sync.topic, sync.mode, sync.name) == ("", "sleep", "sync", "sleepandprint")
    assert "compteur" in sync.aliases
