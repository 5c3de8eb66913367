"""Ce qu'on a fait d'un salon ou d'un message, en une phrase."""

import pytest
from chatroom.client.core.events import Happened
from chatroom.client.faces.acts import told
from chatroom.protocol.messages import Acted

from tests.bonus.client.faces.acts import TOLD


@pytest.mark.parametrize(("act", "text", "mine", "expected"), TOLD)
def test_a_sentence(act: str, text: str, mine: bool, expected: str) -> None:
    message = Acted(1, 5, 0, 7, 0, 0, "prof", act, 3, text)
    assert told(Happened("salon", message, mine, old=False)) == expected
