"""Les parties communes de deux scripts, et leurs lignes."""

import time

from grader.classroom.passages import Passage, passages
from grader.classroom.tokens import MAX_TOKENS, tokens
from grader.classroom.winnowing import grams

LOOP = b"for x in y:\n    print(x, 1)\n    z += [x]\n"
CALL = b"def f(a, b=2):\n    return a.c(b) / 3\n"
SIZE = 8


def test_what_moved_is_found_where_it_is() -> None:
    left, right = LOOP + b"del u, v\n" + CALL, CALL + b"while not 1 > w: pass\n" + LOOP
    found = passages(tokens(left), tokens(right), SIZE, ())
    long = len(tokens(LOOP).codes), len(tokens(CALL).codes)
    assert found == [Passage((1, 3), (4, 6), long[0]), Passage((5, 6), (1, 2), long[1])]


def test_what_everyone_has_is_of_no_part() -> None:
    known = set(grams(tokens(CALL).codes, SIZE))
    found = passages(tokens(LOOP + b"del u, v\n" + CALL), tokens(CALL + LOOP), SIZE, known)
    assert [part.left for part in found] == [(1, 3)]


def test_the_longest_answer_wins() -> None:
    short = b"\n".join(LOOP.split(b"\n")[:2])
    (part,) = passages(tokens(LOOP), tokens(short + b"\ndel q\n" + LOOP), SIZE, ())
    assert part.right == (4, 6)


def test_a_part_ends_where_its_last_token_is() -> None:
    call = b"f(\n  a,\n  [b, c],\n  d.e,\n)\n"
    (part,) = passages(tokens(call), tokens(b"\n" + call + b"del q"), SIZE, ())
    assert (part.left, part.right) == ((1, 5), (2, 6))


def test_nothing_in_common() -> None:
    assert passages(tokens(LOOP), tokens(CALL), SIZE, ()) == []
    assert passages(tokens(b""), tokens(CALL), SIZE, ()) == []


def test_a_line_repeated_without_end_takes_no_time() -> None:
    same = tokens(b"-" * MAX_TOKENS)
    before = time.process_time()
    (part,) = passages(same, same, SIZE, ())
    assert part.tokens == MAX_TOKENS
    assert time.process_time() - before < 0.5
