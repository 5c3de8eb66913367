"""Des rapports écrits, et de ce qui a été décidé, à la classe qu'on montre. Rien ne court."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from grader.classroom import kept
from grader.classroom.adjustments import Adjustments
from grader.classroom.alike import Likeness, given, likeness
from grader.classroom.copies import ClassSource, Copy
from grader.classroom.kept import Kept
from grader.classroom.marks import apply
from grader.classroom.results import ClassResults, Entry
from grader.engine import catalogue
from grader.model.records import Step
from grader.reports.jsonreport import ReportError
from grader.reports.restoring import restore

NOT_YET = "Pas encore jugée."


def gather(
    source: ClassSource,
    folder: Path,
    steps: Sequence[Step],
    decisions: Adjustments,
    notes: Mapping[str, Sequence[str]],
) -> ClassResults:
    """La classe de cette source, d'après les rapports de ce dossier.

    `notes` : par copie, ce que l'on en sait d'autre, à neutraliser.
    """
    beside = {copy.name: kept.read(folder, copy.report) for copy in source.copies}
    entries = [
        _entry(copy, folder, decisions, beside[copy.name], notes.get(copy.name, ()))
        for copy in source.copies
    ]
    judged = {entry.copy.name: beside[entry.copy.name] for entry in entries if entry.result}
    scripts = {step.id: _scripts(judged, step.id) for step in steps}
    return ClassResults(
        title=source.place.name or str(source.place),
        entries=entries,
        steps=steps,
        absent=source.absent,
        ignored=source.ignored,
        likenesses=_likenesses(scripts, steps),
        scripts=scripts,
    )


def _entry(
    copy: Copy, folder: Path, decisions: Adjustments, beside: Kept, notes: Sequence[str]
) -> Entry:
    told = (*filter(None, [copy.note]), *beside.notes, *notes)
    file = folder / f"{copy.report}.json"
    if beside.why or not file.exists():
        return Entry(copy, None, beside.why or NOT_YET, told)
    try:
        report = restore(file, catalogue.steps())
    except ReportError as error:
        return Entry(copy, None, f"{file.name} : {error}.", told)
    return Entry(copy, apply(report, copy.name, decisions, _submitted(copy, decisions)), "", told)


def _submitted(copy: Copy, decisions: Adjustments) -> datetime | None:
    """La remise d'une copie de groupe est la dernière de celles de ses auteurs."""
    dates = [student.submitted for student in copy.students if student.submitted]
    return decisions.handed_in(copy.name) or max(dates, key=datetime.timestamp, default=None)


def _scripts(copies: Mapping[str, Kept], step: str) -> dict[str, bytes]:
    return {
        name: one.scripts[step].encode("utf-8", "surrogateescape")
        for name, one in copies.items()
        if step in one.scripts
    }


def _likenesses(
    scripts: Mapping[str, Mapping[str, bytes]], steps: Sequence[Step]
) -> dict[str, Likeness]:
    """Étape par étape, une fois ôté ce que donnent le sujet, le cours et nos propres indices."""
    found = {}
    for step in steps:
        hints = [check.hints[2].encode() for check in step.checks]
        if len(scripts[step.id]) > 1:
            found[step.id] = likeness(scripts[step.id], [*given(step.id), *hints])
    return found
