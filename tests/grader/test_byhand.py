"""Voir un échec sur des écrans : ce qui compte comme vu, et ce qui ne compte pas."""

import pytest

from grader.model import Failure
from tests.grader.byhand import seen_again

JOINED = "Annonce : alice a rejoint la chatroom"


@pytest.mark.parametrize(
    ("failure", "wrong", "right", "seen"),
    [
        (Failure("", expected=JOINED, received="alice arrive"), "alice arrive", JOINED, True),
        (Failure("", expected=JOINED), "", JOINED, True),
        (Failure("", expected=JOINED), JOINED, JOINED, False),
        (Failure("", expected="la fin du programme"), "$ python x.py", "$ python x.py\n$ ", True),
        (Failure("", expected="la fin du programme"), "$ python x.py", "$ python x.py", False),
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
def test_seen_again(failure: Failure, wrong: str, right: str, seen: bool) -> None:
    assert seen_again(failure, [wrong], [right]) is seen
