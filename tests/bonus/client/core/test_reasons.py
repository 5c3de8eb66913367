"""Les raisons : celles que l'on connaît, et s'il faut y revenir."""

from chatroom.client.core.reasons import FINAL, known
from chatroom.protocol.frames import Reason


def test_a_reason_is_known_or_of_another_version() -> None:
    assert [known(int(reason)) for reason in Reason] == list(Reason)
    assert known(255) is None
    assert known(0) is None


def test_who_is_dismissed_does_not_come_back() -> None:
    assert {Reason.BANNED, Reason.EXPELLED, Reason.CODE, Reason.FLOOD} <= FINAL
    assert not {Reason.FULL, Reason.SHUTDOWN, Reason.SILENT, Reason.QUOTA} & FINAL
