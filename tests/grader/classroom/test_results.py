"""Une classe corrigée : à qui revient chaque note."""

from pathlib import Path, PurePosixPath

from grader.classroom.copies import Copy, Student
from grader.classroom.marks import Adjusted
from grader.classroom.results import ClassResults, Entry
from tests.grader.reports.sample import report

ADA = Student("Lovelace", "Ada", "ada@exemple.fr")
ALAN, GRACE = Student("Turing", "Alan"), Student("Hopper", "Grace")


def test_recipients() -> None:
    result = Adjusted(report())
    pair = Copy("Groupe 3", PurePosixPath("g3"), (ADA, ALAN), Path("g3"), group="3")
    results = ClassResults("TP6", [Entry(pair, result)], [], absent=[GRACE])
    ada, alan, grace = results.recipients()
    assert (ada.name, ada.email, ada.group, ada.copy) == (
        "Ada Lovelace",
        "ada@exemple.fr",
        "3",
        "Groupe 3",
    )
    assert ada.result is alan.result is result
    assert (grace.name, grace.copy, grace.result) == ("Grace Hopper", "", None)
