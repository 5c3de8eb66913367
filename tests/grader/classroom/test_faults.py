"""Les fautes les plus rencontrées : la même d'une copie à l'autre, aux mots tirés au sort près."""

import time
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.copies import Copy, Student
from grader.classroom.faults import MAX_MESSAGE, VARYING, common, faults
from grader.classroom.marks import Adjusted
from grader.classroom.results import Entry
from grader.driving.words import RandomWords
from grader.model.records import CheckResult, Failure, Outcome, Verdict
from tests.grader.reports import sample


def entry(name: str, *failures: tuple[str, str], verdict: Verdict = Verdict.FAILED) -> Entry:
    """Une copie où ces contrôles, de l'étape `chat`, échouent en disant cela."""
    said = dict(failures)
    chat = sample.chat()
    checks = [
        CheckResult(one.check, verdict, trial=Outcome(0.0, Failure(said[one.check.id])))
        if one.check.id in said
        else CheckResult(one.check, Verdict.PASSED)
        for one in chat.checks
    ]
    report = replace(sample.report(), steps=[replace(chat, checks=checks)])
    copy = Copy(name, PurePosixPath(name), (Student(name),), Path(name))
    return Entry(copy, Adjusted(report))


JOINS, SAYS = "II.5.server.joins", "II.5.server.says"


def test_the_same_fault_in_several_copies() -> None:
    entries = [
        entry("Ada", (JOINS, "L'annonce de mibedi, reçue par povesi : rien n'arrive.")),
        entry("Bob", (JOINS, "L'annonce de tarulo, reçue par povesi : rien n'arrive.")),
        entry("Cid", (JOINS, "L'annonce de mibedi, reçue par sotama : le texte est autre.")),
        entry("Dan", (SAYS, "L'annonce de mibedi, reçue par povesi : rien n'arrive.")),
        Entry(Copy("Eve", PurePosixPath("e"), (Student("Eve"),), Path("e")), why="vide"),
    ]
    found = faults(entries)
    assert [(one.check.id, [each.copy.name for each in one.entries]) for one in found] == [
        (JOINS, ["Ada", "Bob"]),
        (JOINS, ["Cid"]),
        (SAYS, ["Dan"]),
    ]
    assert found[0].message == "L'annonce de …, reçue par povesi : rien n'arrive."
    assert found[1].message == "L'annonce de mibedi, reçue par sotama : le texte est autre."


def test_the_most_frequent_first_then_as_in_the_assignment() -> None:
    entries = [
        entry("Ada", (SAYS, "Non."), (JOINS, "Non.")),
        entry("Bob", (SAYS, "Non.")),
        entry("Cid", (JOINS, "Jamais.")),
    ]
    assert [(one.check.id, one.message) for one in faults(entries)] == [
        (SAYS, "Non."),
        (JOINS, "Non."),
        (JOINS, "Jamais."),
    ]


def test_what_wavers_is_a_fault_and_what_waits_is_not() -> None:
    assert faults([entry("Ada", (JOINS, "Non."), verdict=Verdict.UNSTABLE)])
    assert not faults([entry("Ada", (JOINS, "Non."), verdict=Verdict.SKIPPED)])


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("Sur 10.1.2.3:4000.", "Sur 10.9.2.3:4001.", "Sur …."),
        ("KeyError: 'ada' ici", "KeyError: 'bob' ici", "KeyError: … ici"),
        ("Lit « a.txt ».", "Lit « b.txt ».", "Lit …."),
        ("Dans /tmp/a/x.html au lieu", "Dans /tmp/b au lieu", "Dans … au lieu"),
        ("https://www.mibedi.fr manque", "https://www.povesi.fr manque", "… manque"),
        ("S'arrête à 9.", "S'arrête à 9.", "S'arrête à 9."),
        ("Le … de 1", "Le … de 2", "Le … de …"),
    ],
)
def test_what_varies_without_changing_the_fault(one: str, other: str, shown: str) -> None:
    (fault,) = faults([entry("Ada", (JOINS, one)), entry("Bob", (JOINS, other))])
    assert fault.message == shown
    assert common([one, other]) == shown


def test_apostrophes_are_not_quotes() -> None:
    ours, theirs = "L'adresse n'est pas d'ici", "L'annonce n'est pas d'ici"
    assert len(faults([entry("Ada", (JOINS, ours)), entry("Bob", (JOINS, theirs))])) == 2


def test_every_drawn_word_is_known() -> None:
    """Ce que tire au sort le correcteur, dont les étages ne s'importent pas d'ici."""
    words = RandomWords(1, "x")
    for drawn in (words.word(), words.pseudo(), words.address(), str(words.port())):
        assert VARYING.fullmatch(drawn)


def test_a_long_message_is_cut_and_costs_nothing() -> None:
    before = time.process_time()
    for piece in ("« ", " '", "/a", "1.", "mi", "http://"):
        (fault,) = faults([entry("Ada", (JOINS, piece * 1_000_000))])
        assert len(fault.message) < MAX_MESSAGE + 50
        VARYING.sub("", piece * 50_000)
    assert time.process_time() - before < 20
