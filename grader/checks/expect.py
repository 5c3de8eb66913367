"""Ce que les contrôles attendent d'un texte : la phrase à la lettre, ou sinon le mot."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.driving.program import Program
from grader.model.records import Match
from grader.model.text import compare, compare_line, plain

WORD_CREDIT = 0.5  # le comportement y est, la phrase non
TELLING = ("n'a pas lu ce qu'on lui envoie", "calcule sans fin", "écrit sans fin", "a fini")
TOLERATED = "le texte est juste à la mise en forme près (couleurs, blancs, guillemets)."


class Faults:
    """Les fautes vues au fil d'un contrôle : c'est la plus grave qui se dit et qui compte."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._seen: list[Wrong] = []

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Retient la faute que dit le bloc, et laisse le contrôle continuer."""
        try:
            yield
        except Wrong as wrong:
            wrong.timed_out &= not self._arena.proven
            self._seen.append(wrong)

    def raise_worst(self) -> None:
        """Lève la plus grave ; la première, s'il y en a plusieurs."""
        if self._seen:
            self._raise(min(self._seen, key=lambda wrong: wrong.credit))

    def raise_first(self) -> None:
        """Lève la première, qui a causé les autres : elle vaut ce que vaut la plus grave."""
        if self._seen:
            first = self._seen[0]
            first.credit = min(wrong.credit for wrong in self._seen)
            self._raise(first)

    def _raise(self, wrong: Wrong) -> NoReturn:
        self._arena.proven = not wrong.timed_out  # de cette attente-là, et non d'une autre depuis
        raise wrong


def witnessed(wrong: Wrong, program: Program | None) -> Wrong:
    """La même faute, avec ce que montre en cet instant le terminal du programme."""
    if program:
        wrong.failure.output = program.last_lines
    return wrong


def excuse(arena: Arena, program: Program, place: int = 0) -> str:
    """Pourquoi, peut-être, rien n'arrive de ce programme, en une phrase ; vide s'il ne fait que
    dormir. `place` : d'où chercher une exception."""
    if exception := program.exception_since(place):
        return f"Une exception échappe au programme : {exception}"
    doing = arena.doing(program)
    return f"Le programme {doing}." if doing in TELLING else ""


def judge(
    arena: Arena,
    match: Match,
    what: str,
    *,
    sent: str,
    expected: str,
    received: str,
    program: Program | None = None,
) -> None:
    """Passe si la phrase y est ; sinon lève Wrong, avec la moitié des points si le mot y est."""
    if match is Match.TOLERANT:
        if not any(TOLERATED in note for note in arena.notes):
            arena.notes.append(f"{what} : {TOLERATED}")
    elif match is not Match.EXACT:
        message = f"{what} : rien n'arrive."
        if match is Match.WORD:
            message = f"{what} : le texte n'est pas celui demandé."
        elif received.strip():
            message = f"{what} : autre chose arrive."
        if match is Match.NONE and program:
            message = f"{message} {excuse(arena, program)}".strip()
        wrong = Wrong(
            message,
            sent=sent,
            expected=expected,
            received=received,
            match=match,
            credit=WORD_CREDIT if match is Match.WORD else 0.0,
            timed_out=match is Match.NONE,
        )
        raise witnessed(wrong, program)


async def expect(
    arena: Arena,
    peer: Peer,
    expected: str,
    *,
    word: str,
    program: Program,
    what: str,
    sent: str = "",
) -> None:
    """Attend que `peer` reçoive `expected`, et rien d'autre depuis son dernier `forget`."""
    await expect_all(
        arena, [peer], expected, word=word, program=program, what=lambda _: what, sent=sent
    )


async def expect_all(
    arena: Arena,
    peers: Sequence[Peer],
    expected: str,
    *,
    word: str,
    program: Program,
    what: Callable[[Peer], str],
    sent: str = "",
) -> None:
    """Attend que tous le reçoivent : celui qui reçoit le moins bien dit ce que cela vaut."""
    await arena.wait(lambda: all(peer.unread_text == expected for peer in peers), program)
    faults = Faults(arena)
    for peer in peers:
        received = peer.unread_text
        peer.forget()
        with faults.noting():
            judge(
                arena,
                compare(expected, received, word),
                what(peer),
                sent=sent,
                expected=expected,
                received=received,
                program=program,
            )
    faults.raise_worst()


async def expect_line(
    arena: Arena, program: Program, expected: str, *, word: str, place: int, what: str, sent: str
) -> None:
    """Attend que le programme écrive une ligne où se trouve `expected`."""
    await arena.wait(lambda: expected in program.since(place), program)
    written = program.since(place)
    match = compare_line(expected, written, word)
    if expected == word and match is Match.TOLERANT:
        match = Match.EXACT  # on ne demandait que le mot, où qu'il soit
    if match is Match.WORD:
        lines = [line for line in plain(written).split("\n") if word in line]
        written = lines[0]
    judge(arena, match, what, sent=sent, expected=expected, received=written, program=program)


def nothing_raised(
    program: Program, when: str, *, sent: str = "", place: int = 0, credit: float = 0.0
) -> None:
    """Le programme court encore, n'écrit pas sans fin, et depuis `place` rien ne lui a échappé.

    `sent` : ce qu'on venait de lui envoyer ; `credit` : ce que vaut encore une exception.
    """
    still_running(program, when, sent=sent)
    if exception := program.exception_since(place):
        message = f"Une exception échappe au programme {when} : {exception}"
        raise witnessed(Wrong(message, sent=sent, credit=credit), program)


def still_running(program: Program, when: str, *, sent: str = "") -> None:
    """Le programme court encore, et n'écrit pas sans fin."""
    if program.endless:
        raise witnessed(Wrong(f"Le programme écrit sans fin {when}.", sent=sent), program)
    if not program.running:
        message = f"Le programme s'arrête {when}. {program.exception}".strip()
        raise witnessed(Wrong(message, sent=sent), program)


def advise(arena: Arena, text: str) -> None:
    """Ce que le sujet ne demande pas, et qu'il vaut mieux savoir : ne coûte rien."""
    arena.notes.append(f"Conseil : {text}")
