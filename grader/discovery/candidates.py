"""Ce que disent d'un fichier son nom, ses dossiers et, à défaut, son contenu."""

from collections.abc import Iterator
from enum import IntEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple

from grader.discovery.clues import mode_of, role_of, stage_of, topic_of
from grader.discovery.files import SourceFile
from grader.discovery.words import Words, read, squashed
from grader.model.records import Step

CHAT_PART = 2
CHAT_STEPS = range(2, 7)


class Source(IntEnum):
    """D'où l'on tient une réponse, de la meilleure source à la moins bonne."""

    NAME = 0
    READ_ROLE = 1  # le rôle, lu dans le contenu : il ne trompe guère
    FOLDER = 2
    TITLE = 3  # un mot du titre de l'étape
    READ_MODE = 4
    READ = 5


class Word(NamedTuple):
    value: str
    source: Source


class Number(NamedTuple):
    value: int
    source: Source


def _outer(path: PurePosixPath) -> list[str]:
    """Les noms de ses dossiers, du plus proche au plus lointain."""
    return [squashed(folder.name) for folder in path.parents[:-1]]


class Target:
    """Ce que doit dire le nom du fichier d'une étape."""

    def __init__(self, step: Step) -> None:
        self.path = PurePosixPath(step.file)
        self.words = read(self.path.stem, folder=False)
        self.name = squashed(self.path.stem)
        self.outer = _outer(self.path)
        self.aliases = {squashed(alias) for alias in step.aliases}
        self.role = next(iter(self.words.roles), "")
        self.number = self.words.number or 0
        self.topic = next(iter(self.words.topics), "")
        self.mode = next(iter(self.words.modes), "sync")


class Candidate:
    """Un fichier Python, et ce qu'il dit de lui."""

    def __init__(self, file: SourceFile) -> None:
        self.path = file.path
        self.content = file.content
        self.name = squashed(file.path.stem)
        self.outer = _outer(file.path)
        self.stem = read(file.path.name[: -len(".py")], folder=False)
        # Du plus proche au plus lointain.
        self.folders = [read(folder.name, folder=True) for folder in file.path.parents[:-1]]
        self.all = [self.stem, *self.folders]

    @property
    def lab(self) -> int | None:
        return next((words.lab for words in self.all if words.lab is not None), None)

    @property
    def part(self) -> int:
        return next((words.part for words in self.all if words.part is not None), CHAT_PART)

    @property
    def is_copy(self) -> bool:
        return any(words.copy for words in self.all)

    @property
    def is_secondary(self) -> bool:
        """Tests, bonus, utilitaires : ne comptent que si rien d'autre n'est trouvé."""
        return any(words.support for words in self.all) or any(
            (words.part or 0) > CHAT_PART for words in self.folders
        )

    @cached_property
    def is_empty(self) -> bool:
        text = self.content.removeprefix(b"\xef\xbb\xbf")
        return all(
            not line or line.startswith(b"#") for line in map(bytes.strip, text.split(b"\n"))
        )

    @cached_property
    def lowered(self) -> bytes:
        return self.content.lower()

    @cached_property
    def role(self) -> Word:
        for source, words in self._by_nearness():
            if len(words.roles) == 1:
                return Word(min(words.roles), source)
        return Word(role_of(self.lowered), Source.READ_ROLE)

    @cached_property
    def number(self) -> Number:
        """L'étape du chat ; 0 : aucune."""
        for source, words in self._by_nearness():
            if words.number in CHAT_STEPS:
                return Number(words.number or 0, source)
            if words.title:
                return Number(words.title, Source.TITLE)
        return Number(stage_of(self.lowered, self.role.value), Source.READ)

    @cached_property
    def topic(self) -> Word:
        for source, words in self._by_nearness():
            topics = words.topics - {"chat"}
            if "measure" in topics:
                return Word("measure", source)
            if len(topics) == 1:
                return Word(min(topics), source)
            if words.multiple:
                return Word("web", source)
        return Word(topic_of(self.lowered), Source.READ)

    @cached_property
    def mode(self) -> Word:
        """Synchrone ou asynchrone."""
        if len(self.stem.modes) == 1:
            return Word(min(self.stem.modes), Source.NAME)
        for words in self.folders:
            # « Débuts avec l'asynchrone » contient aussi les scripts synchrones.
            about_it = words.alone or (words.topics and not words.oddities)
            if about_it and len(words.modes) == 1:
                return Word(min(words.modes), Source.FOLDER)
        return Word(mode_of(self.lowered), Source.READ_MODE)

    @property
    def multiple(self) -> bool:
        return any(words.multiple for words in self.all)

    @property
    def names_the_chat(self) -> bool:
        named = self.stem.roles or self.role.source is Source.FOLDER
        return bool(named) or any("chat" in words.topics for words in self.all)

    def _by_nearness(self) -> Iterator[tuple[Source, Words]]:
        yield Source.NAME, self.stem
        for words in self.folders:
            yield Source.FOLDER, words
