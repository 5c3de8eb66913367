"""Une classe corrigée : ce que l'on sait de chaque copie, une fois les décisions prises."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from grader.classroom.alike import Likeness
from grader.classroom.copies import Copy, Student
from grader.classroom.marks import Adjusted, Recipient
from grader.model.records import Step


@dataclass(frozen=True)
class Entry:
    """Une copie, et ce qu'elle vaut."""

    copy: Copy
    result: Adjusted | None = None  # None : elle n'a pas de rapport
    why: str = ""  # pourquoi elle n'en a pas, en français ; à neutraliser
    notes: tuple[str, ...] = ()  # ce qu'on a laissé de côté, la date déclarée… ; à neutraliser


@dataclass(frozen=True)
class ClassResults:
    """Une classe, telle que la montrent sa page et ses listes de notes."""

    title: str  # ce qu'on a donné à corriger ; montrable
    entries: Sequence[Entry]
    steps: Sequence[Step]  # ceux qu'on a jugés
    absent: Sequence[Student] = ()  # dans la liste, sans copie
    ignored: Sequence[str] = ()  # ce qu'on a laissé de côté en cherchant les copies ; montrable
    likenesses: Mapping[str, Likeness] = field(default_factory=dict)  # par étape
    # Les scripts comparés, par étape puis par copie, pour montrer deux à deux ceux des paires.
    scripts: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    date: datetime = field(default_factory=lambda: datetime.now().astimezone())

    def recipients(self) -> Iterator[Recipient]:
        """Chaque étudiant à qui revient une note, ceux qui n'ont rien rendu compris."""
        for entry in self.entries:
            for student in entry.copy.students:
                yield Recipient(
                    student.last,
                    student.first,
                    student.address,
                    entry.copy.group,
                    entry.copy.participant,
                    entry.copy.name,
                    entry.result,
                )
        for student in self.absent:
            yield Recipient(student.last, student.first, student.address)
