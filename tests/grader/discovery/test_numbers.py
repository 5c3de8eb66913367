"""Le numéro du TP, de la partie, de l'étape."""

import pytest

from grader.discovery.numbers import RULES, NumberRule, Numbers, distribute
from grader.discovery.vocabulary import MEANINGS
from grader.discovery.words import read

GIVEN = {
    "lab": Numbers(lab=6),
    "part": Numbers(part=2),
    "step": Numbers(number=5),
    "roman": Numbers(part=2, number=5),
    "part and step": Numbers(part=2, number=4),
    "digit": Numbers(number=2),
}


@pytest.mark.parametrize("rule", RULES, ids=[rule.kind for rule in RULES])
def test_each_rule_reads_its_example(rule: NumberRule) -> None:
    words = read(rule.example, folder=False)
    assert Numbers(words.lab, words.part, words.number) == GIVEN[rule.kind]


@pytest.mark.parametrize(
    ("words", "folder", "expected"),
    [
        (["tp", "6", "part", "2", "etape", "5"], False, Numbers(6, 2, 5)),
        (["ii"], False, Numbers(part=2)),
        (["iv"], False, Numbers(number=4)),
        (["iv"], True, Numbers(part=4)),
        (["part", "2", "ii"], False, Numbers(part=2, number=2)),
        (["2", "4"], False, Numbers(part=2, number=4)),
        (["5", "2"], False, Numbers(number=5)),
        (["server", "v", "2"], False, Numbers(number=2)),
        (["server", "v"], False, Numbers(number=5)),
        (["server", "8888"], False, Numbers()),
        (["server", "2023", "5"], False, Numbers(number=5)),
        (["9" * 400], False, Numbers()),
        ([], True, Numbers()),
    ],
)
def test_what_the_numbers_of_a_name_are(words: list[str], folder: bool, expected: Numbers) -> None:
    meanings = [MEANINGS.get(word, "") for word in words]
    assert distribute(words, meanings, folder=folder) == expected
