"""Dire qu'un contrôle échoue : la preuve voyage avec l'exception."""

from grader.driving.failures import Wrong
from grader.model.records import Failure, Match


def test_wrong_holds_its_failure() -> None:
    wrong = Wrong("Non.", sent="s", received="r", match=Match.WORD, credit=0.5, timed_out=True)
    assert wrong.failure == Failure("Non.", sent="s", received="r", match=Match.WORD)
    assert (str(wrong), wrong.credit, wrong.timed_out) == ("Non.", 0.5, True)


def test_wrong_can_show_another_terminal() -> None:
    wrong = Wrong("Non.")
    assert wrong.showing("Traceback") is wrong
    assert wrong.failure.output == "Traceback"
