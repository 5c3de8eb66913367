"""Deux scripts côte à côte."""

import time

from grader.classroom.beside import MAX_LINE, MAX_LINES, Excerpt, beside
from grader.classroom.passages import Passage


def test_common_parts_have_the_same_number_on_both_sides() -> None:
    left, right = b"a\nb\nc\nd\ne\n", "z\nd\né\nb".encode()
    both = beside(left, right, [Passage((2, 2), (4, 4), 12), Passage((4, 5), (2, 3), 12)])
    assert both.left == (
        Excerpt("  1  a\n"),
        Excerpt("  2  b\n", 1),
        Excerpt("  3  c\n"),
        Excerpt("  4  d\n  5  e\n", 2),
    )
    assert both.right == (
        Excerpt("  1  z\n"),
        Excerpt("  2  d\n  3  é\n", 2),
        Excerpt("  4  b\n", 1),
    )
    assert both.size == 63


def test_a_line_of_two_parts_is_of_the_first() -> None:
    both = beside(b"a\nb\n", b"", [Passage((1, 1), (1, 1), 12), Passage((1, 2), (1, 1), 12)])
    assert [(part.text.split(), part.rank) for part in both.left] == [
        (["1", "a"], 1),
        (["2", "b"], 2),
    ]


def test_lines_that_are_not_there_are_not_shown() -> None:
    both = beside(b"a", b"", [Passage((1, 900), (7, 9), 12)])
    assert (both.left, both.right) == ((Excerpt("  1  a\n", 1),), (Excerpt("  1  \n"),))


def test_a_huge_script_is_cut_before_it_is_read() -> None:
    before = time.process_time()
    for source in (b"a" * 50_000_000, b"\n" * 50_000_000, b"a\n" * 10_000_000):
        both = beside(source, source, [Passage((1, 10_000_000), (1, 1), 12)])
        assert both.size < 2 * MAX_LINES * (MAX_LINE + 60)
        assert "la suite n'est pas montrée" in both.left[-1].text
    assert time.process_time() - before < 20
