"""L'écran se refait sur place dans un terminal ; ailleurs, ce sont des lignes, sans provisoire."""

import os
import signal
from contextlib import redirect_stdout

import pyte
import pytest

from grader.engine.catalogue import select
from grader.watching.display import WIDEST, Display, woken_by_signals
from grader.watching.memory import Memory
from grader.watching.work import Order, Work
from tests.grader.commandline import Screen

(SERVER,) = select("II.5.server")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Un terminal de 80 sur 24, à donner pour sortie (`redirect_stdout`)."""
    out = Screen()
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}.items():
        monkeypatch.setenv(name, value)
    return out


def work(**settings: object) -> Work:
    return Work(Memory(), SERVER, **settings)  # type: ignore[arg-type]


def display_with_keys(out: Screen) -> Display:
    with redirect_stdout(out):
        return Display(keys=True)


def show(display: Display, out: Screen, **settings: object) -> None:
    with redirect_stdout(out):
        display.show(work(**settings))


def lines(written: str, columns: int = 80) -> list[str]:
    """Ce que l'on lirait à l'écran."""
    screen = pyte.Screen(columns, 24)
    pyte.Stream(screen).feed("$ watch\r\n" + written.replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in screen.display).rstrip().split("\n")


def test_it_is_redrawn_in_place(terminal: Screen) -> None:
    display = display_with_keys(terminal)
    show(display, terminal, judging=Order.JUDGE, notice="Un long message.")
    assert lines(terminal.getvalue())[0].startswith("II.5.server")
    assert any("Jugement en cours" in line for line in lines(terminal.getvalue()))
    show(display, terminal)
    assert not any("Jugement" in line or "message" in line for line in lines(terminal.getvalue()))
    assert lines(terminal.getvalue())[0].startswith("II.5.server")
    assert sum("II.5.server" in line for line in lines(terminal.getvalue())) == 1


def test_nothing_is_redrawn_for_nothing(terminal: Screen) -> None:
    display = display_with_keys(terminal)
    show(display, terminal)
    before = len(terminal.getvalue())
    show(display, terminal)
    assert len(terminal.getvalue()) == before
    display.start_over()
    show(display, terminal)
    assert len(terminal.getvalue()) > before


def test_what_was_there_goes_up(terminal: Screen) -> None:
    """Dans l'historique du terminal : rien n'en est effacé."""
    show(display_with_keys(terminal), terminal)
    assert terminal.getvalue().startswith("\n" * 24 + "\x1b[H")
    assert "\x1b[2J" not in terminal.getvalue()


def test_elsewhere_only_what_is_sure(capsys: pytest.CaptureFixture[str]) -> None:
    display = Display(keys=False)
    display.show(work(judging=Order.JUDGE))
    assert capsys.readouterr().out == ""
    display.show(work())
    display.show(work())
    out = capsys.readouterr().out
    assert out.startswith("II.5.server  Serveur : des pseudos\n")
    assert out.count("II.5.server") == 1
    assert "\x1b" not in out
    assert all(line == line.rstrip() for line in out.split("\n"))


def test_a_dumb_terminal(terminal: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    show(display_with_keys(terminal), terminal)
    assert "\x1b" not in terminal.getvalue()


def test_a_very_wide_terminal(terminal: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "4000")
    show(display_with_keys(terminal), terminal, notice="mot " * 500)
    assert max(map(len, lines(terminal.getvalue(), 500))) <= WIDEST


def test_a_signal_wakes_the_loop() -> None:
    before = signal.getsignal(signal.SIGWINCH)
    with woken_by_signals() as wake:
        with pytest.raises(BlockingIOError):
            os.read(wake, 1)
        os.kill(os.getpid(), signal.SIGWINCH)
        assert os.read(wake, 10) == bytes([signal.SIGWINCH])
    assert signal.getsignal(signal.SIGWINCH) is before
    assert signal.set_wakeup_fd(-1) == -1
