"""Les empreintes, comparées à l'exemple de l'article et à ce qu'il garantit."""

import random

from grader.classroom.winnowing import grams, hashed, winnow


def test_grams() -> None:
    assert grams(b"abcd", 3) == [b"abc", b"bcd"]
    assert grams(b"ab", 3) == []
    assert grams(b"", 3) == []


def test_a_hash_is_the_same_every_time() -> None:
    assert hashed(b"123456789") == 0xCBF43926  # la valeur de contrôle du CRC-32
    assert hashed(b"ab") != hashed(b"ba")


def test_the_example_of_the_article() -> None:
    """Figure 2 : « A do run run run, a do run run », en 5-grammes et par fenêtres de 4."""
    hashes = [77, 74, 42, 17, 98, 50, 17, 98, 8, 88, 67, 39, 77, 74, 42, 17, 98]
    assert [(hashes[at], at) for at in winnow(hashes, 4)] == [
        (17, 3),
        (17, 6),
        (8, 8),
        (39, 11),
        (17, 15),
    ]


def test_ties_keep_the_one_already_kept() -> None:
    """Sans quoi, d'une suite constante, tout serait gardé."""
    assert winnow([5] * 12, 4) == [3, 7, 11]
    assert winnow([5, 5, 1, 1, 1, 9], 3) == [2, 4]


def test_a_short_text_is_one_window() -> None:
    assert winnow([3, 1, 2], 4) == [1]
    assert winnow([7], 4) == [0]
    assert winnow([], 4) == []


def test_every_window_keeps_its_minimum() -> None:
    draw = random.Random(6)
    for _ in range(200):
        hashes = [draw.randrange(9) for _ in range(draw.randrange(8, 60))]
        kept = winnow(hashes, 8)
        assert kept == sorted(set(kept))
        for start in range(len(hashes) - 7):
            window = range(start, start + 8)
            assert min(hashes[at] for at in window) in {hashes[at] for at in kept if at in window}


def test_what_is_common_is_never_missed() -> None:
    """Deux suites qui partagent size + window - 1 éléments partagent une empreinte."""
    draw = random.Random(7)
    for _ in range(200):
        common = draw.randbytes(5 + 4 - 1)
        left, right = (
            grams(
                draw.randbytes(draw.randrange(30)) + common + draw.randbytes(draw.randrange(30)), 5
            )
            for _ in range(2)
        )
        prints = [{text[at] for at in winnow([*map(hashed, text)], 4)} for text in (left, right)]
        assert prints[0] & prints[1]
