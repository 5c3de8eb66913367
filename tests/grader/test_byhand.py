"""Voir un échec sur des écrans : ce qui compte comme vu, et ce qui ne compte pas."""

import pytest

from grader.model.records import Failure
from tests.grader.byhand import PROMPT, differ, evident, normal, written

JOINED = "Annonce : alice a rejoint la chatroom"


@pytest.mark.parametrize(
    ("failure", "wrong", "right", "seen"),
    [
        (Failure("", expected=JOINED, received="alice arrive"), "alice arrive", JOINED, True),
        (Failure("", expected=JOINED), "", JOINED, True),
        (Failure("", expected=JOINED), JOINED, JOINED, False),
        (Failure("", expected="1 2 3", received="1 2"), "1\n2\n", "1\n2\n3\n", True),
        (Failure("", expected="1 2 3", received="1 2 3"), "1\n2\n3\n", "1\n2\n3\n", False),
        (Failure("", expected="la fin du programme"), "", "", False),  # de la prose
        (Failure(""), "", "", False),
        # Un port de client ou une adresse change d'une fois à l'autre : ce n'est pas l'échec.
        (
            Failure("", expected="Hello 10.1.2.3:21000", received="Hello 10.1.2.3:21000 !"),
            "Hello 127.0.0.1:36712",
            "Hello 127.0.0.1:40123",
            False,
        ),
        (
            Failure("", expected="Hello 10.1.2.3:21000", received="Hello 127.0.0.1:8888"),
            "Hello 127.0.0.1:8888",
            "Hello 127.0.0.1:40123",
            True,
        ),
    ],
)
def test_evident(failure: Failure, wrong: str, right: str, seen: bool) -> None:
    assert evident(failure, [wrong], [right]) is seen


def test_what_the_machine_mixes_is_not_what_a_command_wrote() -> None:
    block = "cd part1\npython x.py"
    pasted_before, pasted_after = (
        "cd part1\npython x.py\n{0}{0}1\n{0}",
        "cd part1\n{0}python x.py\n{0}1\n{0}",
    )
    before, after = (written(text.format(PROMPT), block) for text in (pasted_before, pasted_after))
    assert before == after == "1\n\n3 invites"
    assert written(pasted_before.format(PROMPT).removesuffix(PROMPT), block) == "1\n\n2 invites"


@pytest.mark.parametrize(
    ("one", "other", "same"), [("10,2 s", "9.8 s", True), ("10,2 s", "0,3 s", False)]
)
def test_durations_are_compared_roughly(one: str, other: str, same: bool) -> None:
    assert (normal([one]) == normal([other])) is same


@pytest.mark.parametrize(
    ("wrong", "right", "again", "expected"),
    [
        (["un"], ["deux"], ["deux"], True),
        (["un"], ["un"], ["un"], False),
        (["un"], ["deux"], ["trois"], False),  # le hasard, et non la faute
        (["b\na"], ["a\nb"], ["a\nb"], False),  # un autre ordre
        (["bruit 1", "un"], ["bruit 2", "deux"], ["bruit 3", "deux"], True),
        (
            ["10.0.0.1:34567 parle", "10.0.0.1:45678 a dit"],
            ["10.0.0.1:34567 parle", "10.0.0.1:34567 a dit"],
            ["10.0.0.1:56789 parle", "10.0.0.1:56789 a dit"],
            True,
        ),
    ],
)
def test_what_differs(wrong: list[str], right: list[str], again: list[str], expected: bool) -> None:
    assert differ(wrong, right, again) is expected
