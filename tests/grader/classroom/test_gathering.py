"""Des rapports et des décisions à la classe telle qu'on la montre."""

from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom import kept
from grader.classroom.adjustments import Adjustments, Decision, Lateness
from grader.classroom.copies import ClassSource, Copy, Student
from grader.classroom.gathering import NOT_YET, gather
from grader.classroom.kept import Kept
from grader.classroom.results import ClassResults
from grader.engine import catalogue
from grader.model.records import CheckResult, Report, StepResult, Verdict
from grader.reports import jsonreport

STEPS = catalogue.select("II.5.server")
SCRIPT = (Path(__file__).parents[1] / "submissions/textbook/part2/chat_server_ii_5.py").read_text(
    "utf-8"
)
JANUARY = datetime(2026, 1, 15, tzinfo=UTC)


def copy(name: str, *students: Student, **more: str) -> Copy:
    people = students or (Student(name),)
    return Copy(name, PurePosixPath(name), people, Path(name), report=name.lower(), **more)  # type: ignore[arg-type]


def perfect() -> Report:
    (step,) = STEPS
    checks = [CheckResult(check, Verdict.PASSED, check.points) for check in step.checks]
    return Report("x", 1, "bwrap", [StepResult(step, Verdict.PASSED, checks, file="s.py")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / kept.FOLDER).mkdir()
    return tmp_path


def write(folder: Path, *names: str, script: str = "") -> None:
    for name in names:
        (folder / f"{name}.json").write_text(jsonreport.dump(perfect()), encoding="utf-8")
        kept.write(folder, name, Kept({"II.5.server": script} if script else {}))


NOTHING = Adjustments()


def gathered(folder: Path, *copies: Copy, decisions: Adjustments = NOTHING) -> ClassResults:
    source = ClassSource(Path("tp6"), copies, (Student("Absente"),), ("vu : un lien",))
    return gather(source, folder, STEPS, decisions, {"Ada": ["une note"]})


def test_what_was_decided_counts(folder: Path) -> None:
    write(folder, "ada")
    points = (Decision("*", "II.5.server", "Doute.", -0.5),)
    results = gathered(folder, copy("Ada", note="vu"), decisions=Adjustments(points=points))
    (ada,) = results.entries
    assert ada.result
    assert ada.result.earned == ada.result.report.earned - 0.5
    assert ada.notes == ("vu", "une note")
    assert (results.title, results.absent, results.ignored, results.steps) == (
        "tp6",
        (Student("Absente"),),
        ("vu : un lien",),
        STEPS,
    )


def test_what_has_no_report_says_why(folder: Path) -> None:
    write(folder, "abime", "ancienne")
    (folder / "abime.json").write_text("{", encoding="utf-8")
    kept.write(folder, "refusee", Kept(why="Une bombe.", notes=("un lien",)))
    kept.write(folder, "ancienne", Kept(why="Le correcteur s'est arrêté."))
    entries = gathered(folder, *map(copy, ("Abime", "Refusee", "Ancienne", "Nouvelle"))).entries
    assert [entry.result for entry in entries] == [None] * 4
    damaged, refused, older, new = entries
    assert damaged.why.startswith("abime.json : ce n'est pas un rapport : JSON illisible")
    assert (refused.why, refused.notes) == ("Une bombe.", ("un lien",))
    assert older.why == "Le correcteur s'est arrêté."  # son rapport est d'avant
    assert new.why == NOT_YET


@pytest.mark.parametrize(("given", "late"), [(None, True), (JANUARY, False)])
def test_a_group_is_as_late_as_the_last_of_its_authors(
    folder: Path, given: datetime | None, late: bool
) -> None:
    write(folder, "g")
    last = datetime(2026, 1, 18, tzinfo=UTC)
    group = copy("G", Student("A", submitted=JANUARY), Student("B", submitted=last), Student("C"))
    submitted = {"g": given} if given else {}
    rule = Adjustments(Lateness(datetime(2026, 1, 16, tzinfo=UTC), 0.25), submitted)
    (entry,) = gathered(folder, group, decisions=rule).entries
    assert entry.result
    assert bool(entry.result.late) is late
    assert not late or entry.result.late is None or entry.result.late.points == -0.5


def test_look_alikes_are_of_the_same_step_and_not_of_what_is_given(folder: Path) -> None:
    write(folder, "ada", "bob", script=SCRIPT)
    write(folder, "eve", script=catalogue.select("II.5.server")[0].checks[0].hints[2])
    write(folder, "zoe")
    results = gathered(folder, *map(copy, ("Ada", "Bob", "Eve", "Zoe")))
    found = results.likenesses["II.5.server"]
    assert [(pair.left, pair.right) for pair in found.pairs] == [("Ada", "Bob")]
    assert set(found.aside) == {"Eve"}
    assert results.scripts["II.5.server"]["Bob"] == SCRIPT.encode()
    assert not gathered(folder, copy("Ada")).likenesses
