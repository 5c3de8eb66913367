"""Quel fichier de la copie répond à quelle étape : d'après son nom, et au besoin son contenu.

Un nom qui dit l'étape n'est jamais démenti par le contenu : un serveur qui en serait mal un se
juge, il ne se cherche pas ailleurs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from grader.discovery.clues import mode_of, role_of, stage_of, topic_of
from grader.discovery.files import SourceFile, Submission, printable
from grader.discovery.words import Words, read, squashed
from grader.model import Step

# Ce que vaut une trouvaille, selon ce qui l'a désignée.
EXACT = 1000  # le chemin du sujet
EXPECTED_PATH = 850  # le même, sous un autre dossier
EXPECTED_NAME = 800  # le nom du sujet, à la casse et aux séparateurs près
ALIAS = 700
NAME = 500  # tous les mots qu'il faut, dans le nom du fichier
FOLDER = 400  # en s'aidant des dossiers
TITLE = 350  # d'après un mot du titre de l'étape
SURE = 250  # en dessous, le nom ne suffisait pas
CONTENT = 200

LAB = 6  # le numéro de ce TP, dans une copie qui en contient plusieurs
CHAT_PART = 2
CHAT_STEPS = range(2, 7)
MAX_OTHERS = 10


@dataclass(frozen=True)
class Found:
    path: PurePosixPath
    others: tuple[PurePosixPath, ...] = ()  # les candidats écartés, le meilleur d'abord
    note: str = ""  # ce qui sort de l'ordinaire, en français


def find_steps(submission: Submission, steps: Sequence[Step]) -> dict[str, Found]:
    """Le fichier de chaque étape, par identifiant ; une étape sans fichier n'y est pas.

    Donner toutes les étapes, même pour n'en juger qu'une : un fichier qui sert mieux une autre
    étape serait sinon pris pour celle-ci.
    """
    candidates = _candidates(submission.files)
    empty = find_empty(submission, steps)
    for secondary in (False, True):
        chosen = [one for one in candidates if one.secondary is secondary and not one.is_empty]
        if found := _assign(chosen, steps, empty):
            return found
    return {}


def find_empty(
    submission: Submission, steps: Sequence[Step]
) -> dict[str, tuple[PurePosixPath, ...]]:
    """Les fichiers que leur nom destine à chaque étape, mais qui ne contiennent rien."""
    candidates = [
        one for one in _candidates(submission.files) if one.is_empty and not one.secondary
    ]
    by_step = {}
    for step in steps:
        target = _Target(step)
        scored = [(-_score(target, one), one.path) for one in candidates]
        if paths := [path for score, path in sorted(scored) if -score > SURE]:
            by_step[step.id] = tuple(paths[:MAX_OTHERS])
    return by_step


class _Target:
    """Ce que doit dire le nom du fichier d'une étape."""

    def __init__(self, step: Step) -> None:
        self.path = PurePosixPath(step.file)
        self.words = read(self.path.stem, folder=False)
        self.name = squashed(self.path.stem)
        self.aliases = {squashed(alias) for alias in step.aliases}
        self.role = next(iter(self.words.roles), "")
        self.topic = next(iter(self.words.topics), "")
        self.mode = next(iter(self.words.modes), "sync")


class _Candidate:
    """Un fichier Python, et ce que disent son nom et ses dossiers."""

    def __init__(self, file: SourceFile) -> None:
        self.path = file.path
        self.content = file.content
        self.stem = read(file.path.name[: -len(".py")], folder=False)
        # Du plus proche au plus lointain.
        self.folders = [read(folder.name, folder=True) for folder in file.path.parents[:-1]]
        self.all = [self.stem, *self.folders]

    @property
    def lab(self) -> int | None:
        return next((words.lab for words in self.all if words.lab is not None), None)

    @property
    def secondary(self) -> bool:
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
    def role(self) -> tuple[str, int]:
        """Serveur ou client, et ce que vaut cette réponse."""
        for value, words in self._by_nearness():
            if len(words.roles) == 1:
                return min(words.roles), value
        return role_of(self.lowered), NAME - 50

    @cached_property
    def number(self) -> tuple[int, int]:
        """L'étape du chat, et ce que vaut cette réponse."""
        for value, words in self._by_nearness():
            if words.number in CHAT_STEPS:
                return words.number or 0, value
            if words.title:
                return words.title, min(value, TITLE)
        return stage_of(self.lowered, self.role[0]), CONTENT

    @cached_property
    def topic(self) -> tuple[str, int]:
        for value, words in self._by_nearness():
            topics = words.topics - {"chat"}
            if "measure" in topics:
                return "measure", value
            if len(topics) == 1:
                return min(topics), value
            if words.multiple:
                return "web", value
        return topic_of(self.lowered), CONTENT

    @cached_property
    def mode(self) -> tuple[str, int]:
        """Synchrone ou asynchrone, et ce que vaut cette réponse."""
        if len(self.stem.modes) == 1:
            return min(self.stem.modes), NAME
        for words in self.folders:
            # « Débuts avec l'asynchrone » contient aussi les scripts synchrones.
            about_it = words.alone or (words.topics and not words.oddities)
            if about_it and len(words.modes) == 1:
                return min(words.modes), FOLDER
        return mode_of(self.lowered), CONTENT + 20

    @property
    def multiple(self) -> bool:
        return any(words.multiple for words in self.all)

    def _by_nearness(self) -> Iterator[tuple[int, Words]]:
        yield NAME, self.stem
        for words in self.folders:
            yield FOLDER, words


def _candidates(files: Iterable[SourceFile]) -> list[_Candidate]:
    candidates = [
        one
        for one in (_Candidate(file) for file in files if file.is_python)
        if not one.path.name.startswith(".") and not one.stem.foreign
    ]
    if any(one.lab == LAB for one in candidates):  # les autres TP sont à côté
        candidates = [one for one in candidates if one.lab in (None, LAB)]
    return candidates


def _assign(
    candidates: list[_Candidate], steps: Sequence[Step], empty: dict[str, tuple[PurePosixPath, ...]]
) -> dict[str, Found]:
    """Au meilleur couple d'abord ; un fichier ne sert qu'une étape."""
    scores = {
        (index, one.path): score
        for index, target in enumerate(map(_Target, steps))
        for one in candidates
        if (score := _score(target, one))
    }
    ranked = sorted(scores, key=lambda pair: (-scores[pair], pair))
    chosen: dict[int, PurePosixPath] = {}
    taken: set[PurePosixPath] = set()
    for index, path in ranked:
        if index not in chosen and path not in taken:
            chosen[index] = path
            taken.add(path)
    found = {}
    for index, step in enumerate(steps):
        if index in chosen:
            path = chosen[index]
            others = [
                other
                for at, other in ranked
                if at == index and other not in taken and scores[at, other] > SURE
            ]
            guessed = scores[index, path] <= SURE
            found[step.id] = _found(path, others, empty.get(step.id, ()), guessed=guessed)
    return found


def _found(
    path: PurePosixPath,
    others: list[PurePosixPath],
    empty: tuple[PurePosixPath, ...],
    *,
    guessed: bool,
) -> Found:
    notes = []
    if guessed:
        notes.append("choisi d'après son contenu : son nom ne dit pas de quelle étape il s'agit")
    if empty:
        names = ", ".join(printable(str(name)) for name in empty)
        notes.append(f"ne contient rien : {names}")
    if len(others) > MAX_OTHERS:
        notes.append(f"et {len(others) - MAX_OTHERS} autres candidats encore")
    return Found(path, tuple(others[:MAX_OTHERS]), " ; ".join(notes))


def _score(target: _Target, one: _Candidate) -> int:
    """À quel point ce fichier est celui de l'étape ; 0 : il ne peut pas l'être."""
    if one.path == target.path:
        return EXACT
    score = max(_expected(target, one), _chat(target, one) if target.role else _first(target, one))
    if not score:
        return 0
    oddities = 10 * min(one.stem.oddities, 5)
    copies = 60 * any(words.copy for words in one.all)
    return max(1, score - oddities - copies - min(len(one.folders), 10))


def _expected(target: _Target, one: _Candidate) -> int:
    """Les noms du sujet, et ceux que l'étape donne en plus."""
    name = squashed(one.path.stem)
    if name == target.name:
        folders = [squashed(folder.name) for folder in one.path.parents[:-1]]
        wanted = [squashed(folder.name) for folder in target.path.parents[:-1]]
        return EXPECTED_PATH if folders[: len(wanted)] == wanted else EXPECTED_NAME
    if name not in target.aliases:
        return 0
    number, value = one.number
    contradicted = target.role and value > CONTENT and number != target.words.number
    return 0 if contradicted else ALIAS


def _chat(target: _Target, one: _Candidate) -> int:
    role, by_role = one.role
    number, by_number = one.number
    if role != target.role or one.stem.topics - {"chat"}:
        return 0
    if one.stem.part not in (None, CHAT_PART):
        return 0
    score = min(by_role, by_number)
    if by_number == CONTENT:
        # Rien dans les noms : le contenu ne suffit que si le rôle ou le chat y sont nommés.
        named = one.stem.roles or any("chat" in words.topics for words in one.all)
        gap = abs(number - (target.words.number or 0))
        return score - 30 * gap if number and gap <= 1 and (named or by_role == FOLDER) else 0
    if (role, number) == ("client", 4):  # cette étape-là garde le client de la précédente
        number, score = 3, score - 100
    if number != target.words.number:
        return 0
    part = next((words.part for words in one.all if words.part is not None), CHAT_PART)
    return score if part == CHAT_PART else score - 100


def _first(target: _Target, one: _Candidate) -> int:
    """Les scripts de la première partie : leur sujet, synchrones ou non, une page ou plusieurs."""
    topic, by_topic = one.topic
    if one.stem.roles or topic != target.topic:
        return 0
    if topic == "measure":
        plain = not one.stem.oddities and not one.stem.modes
        return by_topic if by_topic == NAME or (by_topic == FOLDER and plain) else 0
    mode, by_mode = one.mode
    if len(one.stem.modes) > 1 or one.multiple != target.words.multiple:
        return 0
    if by_topic < NAME and by_mode < FOLDER and not one.multiple:
        return 0  # aucun mot du nom ne parle de cette étape
    if topic == "sleep" and by_mode < FOLDER and target.mode == "sync":
        # Le sujet ne dit pas « sync » dans ce nom-là : le contenu n'en décide pas seul.
        return min(by_topic, TITLE) if mode == "sync" else CONTENT - 50
    return min(by_topic, by_mode) if mode == target.mode else 0
