"""Deux comptes, quel que soit le texte qui les entoure ; et ce qui n'en est pas deux."""

import pytest

from grader.checks.numbers import ONCE, ShownNumber, counts, numbers

EACH = [*ONCE, *ONCE]
BOTH = [number for number in ONCE for _ in range(2)]


def _read(text: str) -> list[int]:
    """Les nombres lus, une ligne par demi-seconde."""
    pieces = [(place / 2, line) for place, line in enumerate(text.splitlines(keepends=True))]
    return [number.value for number in numbers(pieces)]


def _lines(form: str, values: list[int]) -> str:
    return "".join(form.format(n=value, double=value * 2) + "\n" for value in values)


RIGHT = {
    "nus": _lines("{n}", EACH),
    "un titre devant chaque compte": f"Appel 1\n{_lines('{n}', ONCE)}"
    f"Appel 2\n{_lines('{n}', ONCE)}",
    "deux titres différents": f"Premier compte (1/2) :\n{_lines('{n}', ONCE)}"
    f"Second compte (2/2) :\n{_lines('{n}', ONCE)}",
    "le nom de qui compte": "".join(f"Compteur 1 : {n}\nCompteur 2 : {n}\n" for n in ONCE),
    "une lettre": "".join(f"A : {n}\nB : {n}\n" for n in ONCE),
    "sur une même ligne": _lines("A:{n} B:{n}", ONCE),
    "sur combien": _lines("tic {n}/10", EACH),
    "une horloge": _lines("[12:03:{double}] {n}", EACH),
    "une durée": _lines("t={double}.5 s : {n}", EACH),
    "un accord": _lines("{n} secondes", EACH).replace("1 secondes", "1 seconde"),
    "en rang": f"Compte 1\n{' '.join(map(str, ONCE))}\nCompte 2\n{' '.join(map(str, ONCE))}\n",
    "des virgules": f"{','.join(map(str, ONCE))}\n" * 2,
    "une barre": "".join(f"{'▮' * n} {n}\n" for n in EACH),
    "de 0 à 10": _lines("{n}", [0, *ONCE, 0, *ONCE]),
    "un avertissement": "/tp/1. Premiers pas/s.py:12: DeprecationWarning: There is no loop\n"
    f"  loop = asyncio.get_event_loop(1)\n{_lines('{n}', EACH)}",
    "deux par ligne, datés": _lines("2026-11-29 02:36:59 A : {n}/10 02:36:59 B : {n}/10", ONCE),
    "un bilan": f"{_lines('{n}', EACH)}2 comptes en 10 s, soit 0,5 s par nombre\n",
    "un rang": "".join(f"{place}s {n}\n" for place, n in enumerate(EACH)),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_two_counts_are_seen(text: str) -> None:
    assert sorted(_read(text)) == BOTH


WRONG = {
    "jusqu'à 9": (_lines("{n}", [*range(10)] * 2), [*range(1, 10)] * 2),
    "une seule fois, sous un titre": (f"Appel 1\n{_lines('n = {n}', ONCE)}", ONCE),
    "jusqu'à 20": (_lines("{n}", [*range(1, 21)]), [*range(1, 21)]),
    "11 à 20 avec 1 à 10": (
        "".join(f"A {n}\nB {n + 10}\n" for n in ONCE),
        [value for n in ONCE for value in (n, n + 10)],
    ),
    "rien": ("bonjour\n", []),
}


@pytest.mark.parametrize(("text", "read"), WRONG.values(), ids=WRONG)
def test_what_is_not_two_counts_is_shown_as_it_is(text: str, read: list[int]) -> None:
    assert _read(text) == read


def test_numbers_without_anything_between_them() -> None:
    assert [number.value for number in numbers([(n / 2, str(n)) for n in ONCE])] == ONCE


def test_a_number_keeps_the_instant_it_appeared() -> None:
    pieces = [(1.0, "Compte : "), (1.5, "1 "), (2.0, "2\n3")]
    assert numbers(pieces) == [ShownNumber(1, 1.5), ShownNumber(2, 2.0), ShownNumber(3, 2.0)]


def test_endless_text_is_not_read_to_its_end() -> None:
    assert len(numbers([(0.0, "7 8\n" * 100_000)])) < 20_000


def test_counts_follow_one_another_or_not() -> None:
    both = [ShownNumber(value, place) for place, value in enumerate([1, 11, 2, 12, 3, 7])]
    first, second, third = counts(both)
    assert (first.values, second.values, third.values) == ([1, 2, 3], [11, 12], [7])
    assert (first.start, first.end, first.pauses) == (0, 4, [2, 2])
