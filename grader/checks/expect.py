"""Ce que les contrôles attendent d'un texte : la phrase à la lettre, ou sinon le mot."""

from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.driving.program import Program
from grader.driving.text import compare, compare_line, plain
from grader.model import Match

WORD_CREDIT = 0.5  # le comportement y est, la phrase non
TOLERATED = "Le texte est juste à la mise en forme près (couleurs, blancs, guillemets)."


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
        arena.notes.append(TOLERATED)
    elif match is not Match.EXACT:
        message = f"{what} : rien n'arrive."
        if match is Match.WORD:
            message = f"{what} : le texte n'est pas celui demandé."
        elif received.strip():
            message = f"{what} : autre chose arrive."
        if match is Match.NONE and program and program.exception:
            message += f" Une exception échappe au programme : {program.exception}"
        raise Wrong(
            message,
            sent=sent,
            expected=expected,
            received=received,
            match=match,
            credit=WORD_CREDIT if match is Match.WORD else 0.0,
            timed_out=match is Match.NONE,
        )


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
    await arena.wait(lambda: peer.unread_text == expected, program)
    received = peer.unread_text
    peer.forget()
    judge(
        arena,
        compare(expected, received, word),
        what,
        sent=sent,
        expected=expected,
        received=received,
        program=program,
    )


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


def nothing_raised(program: Program, when: str) -> None:
    """Aucune exception n'a échappé au programme ; il peut courir encore, mais sourd à un client."""
    if program.flooded:
        raise Wrong(f"Le programme écrit sans fin {when}.")
    if program.exception:
        raise Wrong(f"Une exception échappe au programme {when} : {program.exception}")
    if not program.running:
        raise Wrong(f"Le programme s'arrête {when}.")
