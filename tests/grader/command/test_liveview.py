"""Où en est une classe."""

import io

from rich.console import Console

from grader.classroom.running import News
from grader.command.liveview import LiveView


def view(*names: str, terminal: bool = True, width: int = 80) -> LiveView:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width)
    return LiveView(console, names)


def shown(one: LiveView, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(one.drawn(60.0))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_what_is_being_graded() -> None:
    one = view("Zoé", "Ali", "Bob", "Eve")
    one.tell("Zoé", News("opened"))
    one.tell("Zoé", News("settled", 3, 40, "II.5.server.joins"))
    one.tell("Ali", News("opened"))
    screen = shown(one)
    assert "Zoé" in screen
    assert "3/40" in screen
    assert "II.5.server.joins" in screen
    assert "Ali" in screen
    assert "Bob" not in screen
    one.tell("Zoé", News("finished"))
    assert "Zoé" not in shown(one)


def test_it_counts_what_has_ended() -> None:
    one = view(*"abcdef")
    for name, what in (("a", "finished"), ("b", "kept"), ("c", "failed"), ("d", "finished")):
        one.tell(name, News("opened"))
        one.tell(name, News(what))  # type: ignore[arg-type]
    told = one.told(60.0)
    # Deux copies en une minute, il en reste deux.
    assert told == (
        "4 copies sur 6, dont 1 sans changement et 1 sans rapport ; encore 1 min environ"
    )


def test_it_says_nothing_of_what_it_does_not_know() -> None:
    one = view(*"abc")
    one.tell("a", News("opened"))
    assert one.told(60.0) == "0 copie sur 3"
    one.tell("a", News("settled", 1, 2, "x"))
    assert one.told(2.0) == "0 copie sur 3 ; encore 10 s environ"
    for name in "abc":
        one.tell(name, News("kept"))
    assert one.told(60.0) == "3 copies sur 3, dont 3 sans changement"


def test_a_name_does_not_drive_the_terminal() -> None:
    one = view("x")
    one.tell("\x1b[2J[red]" + "y" * 500, News("settled", 1, 2, "\x1b]0;z\x07"))
    for width in (60, 80):
        screen = shown(one, width)
        assert "\x1b" not in screen
        assert all(len(line) <= width for line in screen.splitlines())


def test_it_is_quiet_without_a_terminal() -> None:
    one = view("a", terminal=False)
    with one:
        one.tell("a", News("opened"))
        one.tell("a", News("finished"))
    assert isinstance(one._console.file, io.StringIO)
    assert not one._console.file.getvalue()


def test_it_draws_on_a_terminal_and_leaves_it_clean() -> None:
    one = view("a")
    with one:
        one.tell("a", News("opened"))
    assert isinstance(one._console.file, io.StringIO)
    text = one._console.file.getvalue()
    assert "0 copie sur 1" in text
    assert text.endswith("\x1b[2K")  # la ligne effacée
