"""Ce qu'on tape pour servir : le code de sortie, et ce qui en est dit."""

import os
import sys
from pathlib import Path

import pytest
import server
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.server.core.pending import Batch, Record
from chatroom.server.core.rooms import Room
from chatroom.server.operation import serving
from chatroom.server.operation.settings import ServerSettings
from chatroom.server.operation.upkeep import upkeep
from chatroom.server.storage.history import History

from tests.support.processes import ENVIRONMENT

SAID = '[\n{"kind":"unreadable","seq":1},\n{"kind":"unreadable","seq":2}\n]\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Un dossier dont l'historique a un salon, et deux messages."""
    history = History(tmp_path, Limits(), "off", lambda _: None)
    records = [Record(1, seq, f'{{"seq":{seq}}}', None) for seq in (1, 2)]
    history.commit(Batch(records=records, last={1: 2}, rooms=[Room(1, "Été")]), lambda _: None)
    history.close()
    return tmp_path


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aucun réglage hérité."""
    monkeypatch.setattr(os, "environ", ENVIRONMENT)


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Tape `python bonus/server.py`, et ces mots ; le code de sortie."""
    monkeypatch.setattr(sys, "argv", ["bonus/server.py", *words])
    return server.main()


def test_serves_until_it_is_stopped(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[ServerSettings] = []
    monkeypatch.setattr(serving, "run", lambda one, again: served.extend((one, again())))
    assert typed(monkeypatch, "--data", str(data), "-p", "0") == 0
    assert [(one.data, one.port) for one in served] == 2 * [(data, 0)]


def test_interrupted_before_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(serving, "run", interrupted)
    assert typed(monkeypatch) == 130


def test_what_prevents_it_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Une seule fois, et sans rien qui pilote le terminal."""

    def refused(*_: object) -> None:
        raise ChatError("Le port\n8888 \x1b[2Jest pris.")

    monkeypatch.setattr(serving, "run", refused)
    assert typed(monkeypatch) == 1
    assert capsys.readouterr() == ("", "Le port�8888 �[2Jest pris.\n")


def test_makes_a_certificate_and_does_not_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "run", None)
    assert typed(monkeypatch, "--data", str(tmp_path), "--make-cert") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"Certificat : {tmp_path}")
    assert Path(said[0].removeprefix("Certificat : ")).is_file()


def test_writes_the_history_and_does_not_serve(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "run", None)
    assert typed(monkeypatch, "--data", str(data), "--export-history", "été") == 0
    assert capsys.readouterr() == (SAID, "")
    assert typed(monkeypatch, "--data", str(data), "--export-history", "hiver") == 1
    absent = "Il n'y a pas de salon hiver. Ceux de l'historique : Été.\n"
    assert capsys.readouterr() == ("", absent)


@pytest.mark.parametrize("task", ["--check", "--export", "--forget", "--release", "--operator"])
def test_what_is_asked_of_the_base_is_not_serving(
    task: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "run", None)
    subject = [] if task == "--check" else ["alice"]
    assert typed(monkeypatch, "--data", str(data), task, *subject) == 1
    said = capsys.readouterr()
    if task == "--check":
        assert said.out.count("Défaut : ") == 2  # ses deux messages n'en sont pas
        assert said.err.startswith("Cette base a 2 défauts. ")
    else:
        assert said == ("", "Personne ne s'appelle alice : il faut être venu une fois.\n")


def test_writes_to_who_reads_to_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert server.write(["un", "deux"]) == 0
    assert capsys.readouterr().out == "undeux"


def test_writes_to_who_has_had_enough(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comme « | head » : ni erreur, ni trace, même quand Python vide sa sortie en partant."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        monkeypatch.setattr(sys, "stdout", nobody)
        assert server.write(upkeep(data, "export-history", "été")) == 0
        nobody.flush()
        monkeypatch.undo()
