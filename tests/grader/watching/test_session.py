"""Suivre un travail pour de vrai : un terminal, un éditeur, de vraies corrections."""

import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from grader.discovery.files import SubmissionError
from grader.engine import grading
from grader.engine.catalogue import select
from grader.model.records import RefusedError, Report
from grader.sandbox.appetite import processes_of
from grader.watching import memory
from grader.watching.display import Display
from grader.watching.session import LOST, NO_KEYS, follow
from grader.watching.work import Work
from tests.grader.commandline import submission
from tests.grader.driving.programs import children
from tests.grader.watching.processes import children_of, is_over
from tests.support.processes import ROOT, Process
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until

BOUND = 90.0  # secondes, pour une machine très chargée
SCRIPT = "chat_server_ii_5.py"
RIGHT = (ROOT / "part2" / SCRIPT).read_text(encoding="utf-8")
WRONG = RIGHT.replace("a rejoint la", "rejoint la")
HINT = "indice 1   Qui reçoit l'annonce ?"
IN_PROGRESS = "Jugement en cours"


@pytest.fixture
def place() -> Iterator[Path]:
    """Pas un dossier de pytest : l'utilisateur d'une cellule n'y entrerait pas."""
    with tempfile.TemporaryDirectory(prefix="tp6-suivi-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def copy_of(place: Path, source: str = WRONG) -> Path:
    return submission(place / "copie", {SCRIPT: source})


@contextmanager
def watching(place: Path, *arguments: str, columns: int = 80) -> Iterator[Terminal]:
    command = ("-m", "grader", "watch", *arguments, str(place / "copie"))
    environment = {"XDG_STATE_HOME": str(place / "état"), "COLUMNS": "", "LINES": ""}
    with Terminal(*command, columns=columns, **environment) as terminal:  # type: ignore[arg-type]
        yield terminal
        assert "Traceback" not in terminal.text


def settle(terminal: Terminal, *told: str) -> None:
    """Attend que tout soit jugé, et que ceci soit à l'écran."""
    wait_until(
        lambda: IN_PROGRESS not in terminal.text and all(text in terminal.text for text in told),
        lambda: terminal.text,
        BOUND,
    )


def save(place: Path, source: str) -> None:
    (place / "copie" / SCRIPT).write_text(source, encoding="utf-8")


@pytest.mark.proof
@pytest.mark.sandbox
@pytest.mark.parametrize("columns", [60, 80])
def test_from_a_mistake_to_the_next_step(columns: int, place: Path) -> None:
    copy_of(place)
    with watching(place, "II.5.server", columns=columns) as terminal:
        settle(terminal, "✗ échec  Annonce les arrivées", "·rejoint la")
        assert max(map(len, terminal.lines)) <= columns
        assert "caractère 18 : attendu « a », reçu « r »" in terminal.text
        terminal.press("h")
        terminal.expect(HINT)
        terminal.press("l")
        terminal.expect_line(r"▸  II\.5\.server .*◐ partiel")
        save(place, RIGHT)
        terminal.expect(f"enregistré : {SCRIPT}", BOUND)
        settle(terminal, "✓ juste  Tout est juste.", "2,25 / 2,25")
        assert "II.6" not in terminal.text  # on ne passe à la suite que si on le demande
        terminal.press("n")
        settle(terminal, "II.6.server", "∅ non rendu")
        terminal.press("q")
        assert terminal.wait(BOUND) == 0
        assert "reprendra à II.6.server" in terminal.text
    assert not [one.name for one in (place / "copie").iterdir() if one.name != SCRIPT]


@pytest.mark.proof
@pytest.mark.sandbox
def test_it_goes_on_where_one_was(place: Path) -> None:
    copy_of(place)
    with watching(place, "II.5.server") as terminal:
        settle(terminal, "✗ échec  Annonce les arrivées")
        terminal.press("h")
        terminal.expect(HINT)
        terminal.press("\x03")
        assert terminal.wait(BOUND) == 130
    with watching(place) as terminal:
        settle(terminal, "II.5.server", "✗ échec  Annonce les arrivées", HINT)
        terminal.press("q")
        assert terminal.wait(BOUND) == 0
    (kept,) = (place / "état" / memory.PLACE).iterdir()
    kept.write_text('{"format": 1, "step": "II', encoding="utf-8")
    with watching(place) as terminal:  # illisible, il ne gêne personne
        terminal.expect(LOST.format(reason="le fichier est abîmé")[:60], BOUND)
        settle(terminal, "I.1.sync", "∅ non rendu")
        terminal.press("q")
        assert terminal.wait(BOUND) == 0


@pytest.mark.proof
@pytest.mark.sandbox
def test_everything_then_the_first_step_to_do(place: Path) -> None:
    copy_of(place)
    first = {name: (ROOT / "part1" / name).read_text("utf-8") for name in ("sleep_and_print.py",)}
    submission(place / "copie", first)
    with watching(place) as terminal:
        terminal.expect("Premier passage", BOUND)
        settle(terminal, "I.1.async", "∅ non rendu")
        terminal.press("t")
        terminal.expect("Tout se note", BOUND)
        terminal.expect(" / 20", BOUND)
        terminal.expect_line(r" *I\.1\.sync .*✓ juste")
        terminal.expect_line(r"▸ *I\.1\.async .*∅ non rendu")
        terminal.press("t")
        terminal.expect("Tout se note", BOUND)
        save(place, RIGHT)
        terminal.expect("Enregistré pendant que tout se notait", BOUND)
        settle(terminal, "I.1.async", "∅ non rendu")
        terminal.press("q")
        assert terminal.wait(BOUND) == 0


@pytest.mark.proof
@pytest.mark.sandbox
def test_what_goes_wrong_is_one_line_and_one_goes_on(place: Path) -> None:
    copy = copy_of(place)
    with watching(place, "II.5.server") as terminal:
        settle(terminal, "✗ échec")
        save(place, "def f(:\n")
        terminal.expect("Python ne comprend pas le script : erreur de syntaxe à la ligne 1", BOUND)
        settle(terminal, "✗ échec")
        (copy / SCRIPT).unlink()
        terminal.expect("ce dossier ne contient aucun fichier Python", BOUND)
        shutil.rmtree(copy)
        terminal.expect("Le dossier n'est plus là.", BOUND)
        copy_of(place, RIGHT)
        terminal.expect("Le dossier est revenu.", BOUND)
        settle(terminal, "✓ juste")
        terminal.press("q")
        assert terminal.wait(BOUND) == 0


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_save_while_judging_leaves_no_orphan(place: Path) -> None:
    copy_of(place, RIGHT)
    with watching(place, "II.5.server") as terminal:
        terminal.expect(IN_PROGRESS, BOUND)
        watcher, *_ = children_of(terminal.popen.pid)
        for number in range(3):
            judging = working(terminal, watcher)
            save(place, f"{RIGHT}# {number}\n")
            wait_until(partial(all_over, judging), "il en reste", BOUND)
            assert not is_over(watcher)
        judging = working(terminal, watcher)
        os.kill(terminal.popen.pid, signal.SIGKILL)
        terminal.wait()
    wait_until(partial(all_over, [watcher, *judging]), "il en reste", BOUND)


def working(terminal: Terminal, watcher: int) -> list[int]:
    """Les processus qui jugent, et ceux qu'ils ont lancés, une fois qu'il y en a plusieurs."""
    found: list[int] = []

    def several() -> bool:
        found[:] = [one for one in processes_of(terminal.popen.pid)[1:] if one != watcher]
        return len(found) > 3

    wait_until(several, lambda: terminal.text, BOUND)
    return found


def all_over(processes: list[int]) -> bool:
    return all(map(is_over, processes))


@pytest.mark.proof
@pytest.mark.sandbox
def test_keys_answer_while_judging(place: Path) -> None:
    copy_of(place)
    with watching(place, "II.5.server") as terminal:
        terminal.expect(IN_PROGRESS, BOUND)
        terminal.press("l")
        terminal.expect_line(r"▸  II\.5\.server .*à juger", 5)
        terminal.press("\x1a")  # dans une session sans shell, Ctrl-Z n'arrête rien
        terminal.press("l")
        settle(terminal, "✗ échec")
        terminal.press("q")
        assert terminal.wait(BOUND) == 0


@pytest.mark.proof
@pytest.mark.sandbox
def test_without_a_terminal_it_only_watches(place: Path) -> None:
    copy = copy_of(place)
    state = {"XDG_STATE_HOME": str(place / "état")}
    arguments = ("-m", "grader", "watch", "II.5.server", str(copy))
    with Process(*arguments, **state) as process:
        process.expect(NO_KEYS[:35], BOUND)
        process.expect("✗ échec  Annonce les arrivées", BOUND)
        save(place, RIGHT)
        process.expect("✓ juste  Tout est juste.", BOUND)
        process.popen.send_signal(signal.SIGTERM)
        assert process.wait(BOUND) == 143
    assert "\x1b" not in process.out
    assert "à confirmer" not in process.out
    assert "q quitter" not in process.out
    assert process.err == ""


@pytest.mark.busy
@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("step", "script"),
    [("II.4.server", "chat_server_ii_4.py"), ("II.6.client", "chat_client_ii_6.py")],
)
def test_from_save_to_verdict(step: str, script: str, place: Path) -> None:
    """Deux secondes au plus, sur deux cœurs tranquilles."""
    shutil.copytree(ROOT / "part2", place / "copie")
    file = place / "copie" / script
    durations = []
    with watching(place, step) as terminal:
        settle(terminal, "✓ juste")
        for number in range(3):
            started = time.monotonic()
            with open(file, "a", encoding="utf-8") as opened:
                opened.write(f"# {number}\n")
            wait_until(lambda: first_verdict(terminal), lambda: terminal.text, BOUND)
            durations.append(time.monotonic() - started)
            settle(terminal, "✓ juste")
        terminal.press("q")
        terminal.wait()
    assert min(durations) < 2.0, durations


def first_verdict(terminal: Terminal) -> bool:
    judging = re.search(r"(\d+) contrôles? jugés? sur", terminal.text)
    return "à confirmer" in terminal.text or bool(judging and int(judging[1]))


def test_what_is_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="ce dossier n'existe pas"):
        follow(tmp_path / "absent")
    (tmp_path / "copie.zip").touch()
    with pytest.raises(SubmissionError, match="c'est une archive"):
        follow(tmp_path / "copie.zip")


def test_nothing_can_be_kept(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On le dit une fois, et l'on juge quand même."""
    (place / "état").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "état"))
    copy = copy_of(place)

    def grade(_: grading.Options) -> Report:
        raise RefusedError("La machine est trop petite.")

    def show(display: Display, work: Work) -> None:
        shown(display, work)
        if work.failed:
            raise KeyboardInterrupt

    shown = Display.show
    monkeypatch.setattr(grading, "grade", grade)
    monkeypatch.setattr(Display, "show", show)
    with pytest.raises(KeyboardInterrupt):
        follow(copy, select("II.5.server"))
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("Rien ne sera gardé de ce travail pour la prochaine fois") == 1
    assert "perdu" not in out
    assert "La machine est trop petite." in out
    assert children() == []
