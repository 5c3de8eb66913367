"""Lire les scripts d'une copie avec les Python qu'il faut, et choisir celui de chacun."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.discovery.confined import Sandbox
from grader.discovery.files import Submission
from grader.discovery.imports import local_modules
from grader.discovery.interpreters import Interpreter
from grader.discovery.modules import Machine
from grader.discovery.sources import ReadingError, SourceFacts, facts

Facts = dict[PurePosixPath, SourceFacts]


@dataclass(frozen=True)
class Choice:
    """De quoi lancer un script, ou ce qui l'empêche : la copie, ou bien la machine."""

    interpreter: Interpreter
    sources: tuple[SourceFacts, ...]  # les siens, puis ceux des fichiers qu'il importe
    broken: str = ""  # pourquoi Python refuse le script, en français
    unavailable: str = ""  # ce que la machine n'a pas, en français


class Reading:
    """Ce que dit des scripts d'une copie chaque Python, de 3.11 au plus récent."""

    def __init__(self, submission: Submission, machine: Machine, *, sandbox: Sandbox) -> None:
        self._submission, self._machine, self._sandbox = submission, machine, sandbox
        self._contents = {file.path: file.content for file in submission.files}
        self._known: dict[tuple[int, int], Facts] = {}  # la syntaxe ne dépend que de 3.N
        self._files: list[PurePosixPath] = []

    def follow(self, scripts: Sequence[PurePosixPath]) -> None:
        """Lit ces scripts, et les fichiers qu'ils importent. ReadingError si aucun Python ne peut.

        Le plus récent des Python s'en charge : il comprend tout ce qu'un autre comprendrait.
        """
        for one in self._machine.interpreters:
            try:
                self._follow(one, list(dict.fromkeys(scripts)))
            except ReadingError:
                continue
            self._newest = one
            return
        raise ReadingError("Aucun Python de cette machine ne démarre dans le bac à sable.")

    def _follow(self, interpreter: Interpreter, files: list[PurePosixPath]) -> None:
        scripts = tuple(files)
        known: Facts = {}
        while missing := [path for path in files if path not in known]:
            known |= self._read(interpreter, missing)
            for script in scripts:
                used = local_modules(self._submission, script, known)
                files += [path for path in used if path not in files]
        self._files, self._known[interpreter.version[:2]] = files, known

    def _read(self, interpreter: Interpreter, paths: Sequence[PurePosixPath]) -> Facts:
        contents = [self._contents[path] for path in paths]
        found = facts(interpreter, contents, sandbox=self._sandbox)
        return {path: replace(one, path=str(path)) for path, one in zip(paths, found, strict=True)}

    def _facts(self, interpreter: Interpreter) -> Facts:
        """Ce qu'il dit de tous les fichiers ; lus une fois par version de Python."""
        minor = interpreter.version[:2]
        if minor not in self._known:
            newest = self._known[self._newest.version[:2]]
            readable = [path for path in self._files if not newest[path].syntax_error]
            try:
                self._known[minor] = newest | self._read(interpreter, readable)
            except ReadingError as error:
                absent = SourceFacts(syntax_error=str(error))
                self._known[minor] = dict.fromkeys(self._files, absent)
        return self._known[minor]

    def sources(self, script: PurePosixPath) -> tuple[SourceFacts, ...]:
        """Ce que dit le plus récent des Python du script, puis des fichiers qu'il importe."""
        known = self._facts(self._newest)
        used = local_modules(self._submission, script, known)
        return tuple(known[path] for path in (script, *used))

    def choose(self, script: PurePosixPath, beside: Sequence[PurePosixPath] = ()) -> Choice:
        """Le Python de ce script : il le comprend, il lui manque le moins, il est le plus récent.

        `beside` : les scripts qu'il lance à son tour, avec le Python qui le fait tourner.
        """
        sources = self.sources(script)
        if sources[0].syntax_error:
            return Choice(self._newest, sources, *self._refusal(sources[0]))
        everything = [*sources, *(one for other in beside for one in self.sources(other))]
        own = {PurePosixPath(one.path).stem for one in everything}
        imports = frozenset().union(*(one.imports for one in everything)) - own
        required = frozenset().union(*(one.required | one.uses for one in everything)) - own
        readable = [PurePosixPath(one.path) for one in everything if not one.syntax_error]
        ranked = self._machine.ranked(required, imports)
        for one in ranked:
            known = self._facts(one)
            if not any(known[path].syntax_error for path in readable):
                break
        lacking = self._machine.missing(one, required)
        chosen = tuple(known[PurePosixPath(source.path)] for source in sources)
        return Choice(one, chosen, unavailable=self._lack(one, lacking) if lacking else "")

    def _refusal(self, source: SourceFacts) -> tuple[str, str]:
        """Ni le plus récent n'en veut : la faute est à la copie, sauf s'il est trop vieux."""
        if source.newer:
            newest = f"le plus récent de cette machine est Python {self._newest.label}"
            return "", f"{source.syntax_error}, et {newest}"
        return source.syntax_error, ""

    def _lack(self, interpreter: Interpreter, lacking: frozenset[str]) -> str:
        names = " et ".join(
            name if "." in name else f"le module {name}" for name in sorted(lacking)
        )
        better = self._machine.ranked(lacking, lacking)[0]
        if self._machine.missing(better, lacking):
            return f"Python {interpreter.label} n'a pas {names} sur cette machine"
        return (
            f"Python {better.label} ne comprend pas ce script, et Python {interpreter.label}, qui "
            f"le comprend, n'a pas {names} sur cette machine"
        )
