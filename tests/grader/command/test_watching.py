"""watch, avant qu'il commence : quelle étape, quel dossier, et avec ou sans bac à sable."""

from pathlib import Path

import pytest

from grader.command import commands
from grader.command.exits import BAD_INPUT, NO_SANDBOX, OK
from grader.engine import doctor as machine
from grader.engine.catalogue import select
from grader.model.records import RefusedError, Step
from tests.grader.commandline import said
from tests.support.processes import ROOT

Asked = list[tuple[Path, tuple[Step, ...], str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Les travaux qu'on suivrait, et qu'on ne suit pas."""
    found: Asked = []

    def follow(folder: Path, wanted: tuple[Step, ...], sandbox: str, seed: int | None) -> None:
        found.append((folder, wanted, sandbox))
        assert seed in (None, 7)

    monkeypatch.setattr(commands, "follow", follow)
    monkeypatch.setattr(machine, "usable", lambda: "")
    return found


def test_which_step_in_which_folder(asked: Asked, tmp_path: Path) -> None:
    there = str(tmp_path)
    for given in ([], ["II.5"], [there], ["II.5.server", there, "--seed", "7"]):
        answer = said("watch", *given)
        assert (answer.code, answer.err) == (OK, "")
    assert said("watch", "./absent").code == OK  # c'est à `follow` de le dire
    assert asked.pop()[0] == Path("absent")
    assert [(folder, wanted) for folder, wanted, _ in asked] == [
        (ROOT, ()),
        (ROOT, select("II.5")),
        (tmp_path, ()),
        (tmp_path, select("II.5.server")),
    ]


@pytest.mark.parametrize("given", [["IV.1"], ["IV.1", "/"], [""], ["II.5.\x1b[31m"], ["a" * 9999]])
def test_neither_a_step_nor_a_folder(given: list[str], asked: Asked) -> None:
    answer = said("watch", *given)
    assert answer.code == BAD_INPUT
    assert answer.err.startswith("Étape inconnue : ")
    assert "\x1b" not in answer.err
    assert not asked


@pytest.mark.usefixtures("asked")
def test_what_cannot_be_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    def follow(*_: object) -> None:
        raise RefusedError("/a : ce dossier n'existe pas.")

    monkeypatch.setattr(commands, "follow", follow)
    answer = said("watch", "II.5", "/a")
    assert (answer.code, answer.err) == (BAD_INPUT, "/a : ce dossier n'existe pas.\n")


def test_without_a_sandbox(asked: Asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "usable", lambda: "bwrap : absent")
    answer = said("watch", str(tmp_path))
    assert answer.code == NO_SANDBOX
    assert not asked
    assert said("watch", str(tmp_path), "--sandbox", "none").code == OK
    assert said("watch").code == OK  # notre propre code
    assert [sandbox for *_, sandbox in asked] == ["none", "none"]
    monkeypatch.setattr(machine, "cramped", lambda: "La machine est trop petite")
    answer = said("watch", str(tmp_path), "--sandbox", "none")
    assert (answer.code, answer.err) == (BAD_INPUT, "La machine est trop petite.\n")
