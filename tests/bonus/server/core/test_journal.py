"""Ce qu'une adresse peut noter, et ce qui reste aux autres."""

from chatroom.protocol.limits import Limits
from chatroom.server.core.journal import EVERY, SENT, STAMP, Journal

LOUD, OTHER = "10.0.0.1", "10.0.0.2"


class Book:
    """Un journal, son heure, et ce qui y est écrit."""

    def __init__(self, **limits: float) -> None:
        self.time, self.lines, self.scheduled = 0.0, list[str](), 0
        bounds = Limits(**limits)  # type: ignore[arg-type]
        self.journal = Journal(bounds, lambda: self.time, self.lines.extend, self._schedule)

    def _schedule(self) -> None:
        self.scheduled += 1

    def written(self) -> list[str]:
        self.journal.flush()
        lines = self.lines[:]
        self.lines.clear()
        return lines


def test_lines_wait_for_the_end_of_the_turn() -> None:
    book = Book()
    book.journal.note("un")
    book.journal.note("deux", LOUD)
    assert book.scheduled == 2
    assert book.lines == []
    assert book.written() == ["un", "deux"]
    assert book.written() == []


def test_an_address_that_fills_the_log_is_counted_then_told() -> None:
    book = Book(logged=1_000, logged_rate=1.0)
    for _ in range(100):
        book.journal.note("x" * (100 - STAMP), LOUD)
    book.journal.note("les autres aussi", OTHER)
    book.journal.note("le serveur toujours")
    lines = book.written()
    assert lines[:10] == ["x" * (100 - STAMP)] * 10
    assert lines[10:] == [
        "10.0.0.1 remplit le journal : ses lignes ne sont plus que comptées.",
        "les autres aussi",
        "le serveur toujours",
    ]
    book.time = EVERY - 1
    book.journal.tick()
    assert book.written() == []
    book.time = EVERY
    book.journal.tick()
    assert book.written() == ["… 90 lignes de 10.0.0.1 tues"]
    book.journal.tick()
    assert book.written() == []


def test_what_is_silenced_is_told_before_leaving() -> None:
    book = Book(logged=100, logged_rate=1.0)
    for _ in range(2):
        book.journal.note("é" * 30, LOUD)  # soixante octets, et la date
    book.journal.tell_silenced()
    assert book.written()[2:] == ["… 1 ligne de 10.0.0.1 tue"]


def test_messages_leave_room_for_comings_and_goings() -> None:
    """Qui a trop parlé ne se cache pas pour autant : d'où il vient s'écrit encore."""
    book = Book(logged=4_000, logged_rate=1.0)
    size = 500
    line = "m" * (size - STAMP - SENT)
    noted = [book.journal.note_message(line, LOUD) for _ in range(10)]
    assert noted == [True] * 6 + [False] * 4  # les trois quarts de sa part
    book.journal.note("Connexion de 10.0.0.1:5", LOUD)
    assert book.written()[-1] == "Connexion de 10.0.0.1:5"


def test_no_rate_no_limit() -> None:
    book = Book(logged=100, logged_rate=0.0)
    assert all(book.journal.note_message("x" * 1_000, LOUD) for _ in range(100))


def test_an_address_may_write_again_when_it_has_rested() -> None:
    book = Book(logged=100, logged_rate=1.0)
    book.journal.note("x" * 70, LOUD)
    book.journal.note("y" * 70, LOUD)
    book.time = 90.0
    book.journal.sweep()
    book.journal.note("z" * 70, LOUD)
    assert book.written()[-1] == "z" * 70
    book.time = 1_000.0
    book.journal.sweep()
    assert not book.journal._shares


def test_other_limits_begin_anew() -> None:
    book = Book(logged=1_000, logged_rate=1.0)
    book.journal.note("x" * 2_000, LOUD)
    book.journal.adopt(Limits(logged=10_000, logged_rate=1.0))
    book.written()
    book.journal.note("y" * 2_000, LOUD)
    assert book.written() == ["y" * 2_000]
