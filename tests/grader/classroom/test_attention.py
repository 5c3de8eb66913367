"""Les copies à regarder, et pourquoi."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from grader.classroom.adjustments import Adjustments, Decision, Lateness
from grader.classroom.attention import MAX_TEXT, attention
from grader.classroom.copies import Copy, Student
from grader.classroom.marks import Adjusted, apply
from grader.classroom.results import Entry
from grader.model.records import CheckResult, Report, StepResult, Verdict
from tests.grader.reports import sample

COPY = Copy("Ada", PurePosixPath("a"), (Student("Ada"),), Path("a"))


def fine() -> Report:
    return replace(sample.report(), steps=[sample.sleeping()], notes=[])


def told(*entries: Entry) -> dict[str, list[str]]:
    return {one.title: [case.text for case in one.cases] for one in attention(entries)}


def judged(report: Report) -> Entry:
    return Entry(COPY, Adjusted(report))


def test_nothing_to_look_at() -> None:
    assert told(judged(fine())) == {}


def test_every_reason_has_its_copies() -> None:
    assert told(judged(sample.report())) == {
        "Panne du correcteur": ["I.3.async.together"],
        "Pas entièrement jugées": [
            "I.2.sync.quits : le temps accordé à cette copie est écoulé",
        ],
        "Instables": ["II.5.server.says"],
        "Script à vérifier": ["I.3.async : Le nom diffère de celui du sujet."],
        "Remarques": ["3 fichiers ignorés : plus d'un mégaoctet."],
    }


def test_a_copy_without_a_report() -> None:
    (matter,) = attention([Entry(COPY, why="archive refusée"), Entry(COPY), judged(fine())])
    assert (matter.title, matter.pressing) == ("Sans rapport", True)
    assert [case.text for case in matter.cases] == ["archive refusée", "elle n'a pas été corrigée"]


def test_what_the_teacher_asked_for() -> None:
    decisions = Adjustments(
        late=Lateness(datetime.now().astimezone() + timedelta(days=1), 1.0),
        files=(Decision("ada", "I.1.sync", "Vu.", path="essais/a.py"),),
        orals=(Decision("*", "", "Revoir."), Decision("ada", "I.1.sync", "Expliquer.")),
    )
    assert told(Entry(COPY, apply(fine(), "Ada", decisions))) == {
        "À voir à l'oral": ["Revoir.", "I.1.sync, Expliquer."],
        "À rejuger": ["I.1.sync, avec essais/a.py au lieu de part1/sleep_and_print.py"],
        "Date de remise inconnue": [""],
    }


def test_an_unforeseen_private_line_is_told_too() -> None:
    assert told(Entry(COPY, Adjusted(fine(), private=("autre chose",)))) == {
        "À savoir": ["autre chose"]
    }


def test_a_copy_graded_without_a_sandbox() -> None:
    assert told(judged(replace(fine(), sandbox="none"))) == {"Corrigées sans bac à sable": [""]}


def test_what_someone_decided_is_no_longer_to_be_looked_at() -> None:
    decisions = Adjustments(
        points=tuple(
            Decision("ada", step.step.id, "Vu.")
            for step in sample.report().steps
            if step.step.id.startswith("I")
        )
    )
    assert [*told(Entry(COPY, apply(sample.report(), "Ada", decisions)))] == ["Remarques"]


def test_remarks_are_not_pressing() -> None:
    copy = replace(COPY, note="deux dossiers")
    entry = Entry(copy, Adjusted(replace(fine(), notes=["lien"])), notes=("date", "date"))
    (matter,) = attention([entry])
    assert not matter.pressing
    assert [case.text for case in matter.cases] == ["deux dossiers", "date", "lien"]


def test_a_date_that_nobody_has_is_not_for_each_copy_to_tell() -> None:
    undated = Entry(COPY, Adjusted(fine(), private=("date de remise inconnue : …",)))
    (one,) = attention([undated, judged(fine())])
    (most,) = attention([undated, undated, judged(fine())])
    assert (one.pressing, one.flags) == (True, True)
    assert (most.pressing, most.flags) == (True, False)
    (failed,) = attention([Entry(COPY), Entry(COPY)])
    assert failed.flags


def test_a_copy_counts_once_whatever_its_reasons() -> None:
    notes = ("un", "deux")
    first, second = (Entry(COPY, Adjusted(fine()), notes=notes) for _ in range(2))
    (matter,) = attention([first, second])
    assert (len(matter.cases), matter.copies) == (4, 2)


def test_a_long_list_and_a_long_text_are_cut() -> None:
    checks = [sample.check(f"I.1.c{number}", "C", "…") for number in range(9)]
    for verdict, title in ((Verdict.ERROR, "Panne du correcteur"), (Verdict.UNSTABLE, "Instables")):
        step = sample.step("I.1", "Un", "a.py", "script", *checks)
        result = StepResult(step, verdict, [CheckResult(check, verdict) for check in checks])
        assert told(judged(replace(fine(), steps=[result]))) == {
            title: ["I.1.c0, I.1.c1, I.1.c2 et 6 autres"]
        }
    (matter,) = attention([Entry(COPY, why="x" * 1_000_000)])
    assert len(matter.cases[0].text) < MAX_TEXT + 50
