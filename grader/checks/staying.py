"""Ceux qui restent dans la salle, quand quelqu'un vient d'en sortir ou d'y trébucher."""

from collections.abc import Sequence

from grader.checks.ending import interrupt
from grader.checks.expect import advise, still_running, witnessed
from grader.checks.room import says
from grader.checks.serving import Server
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.driving.traces import never_retrieved

TOLD_AT_ONCE = (3, 11, 7)  # depuis, asyncio montre aussitôt l'exception de qui sert un client
AFTER_DEPARTURE = 3  # un client mort mal oublié ne tue l'envoi qu'au deuxième ou au troisième


async def still_talk(server: Server, members: Sequence[Peer], when: str) -> None:
    """Les deux premiers parlent à tour de rôle ; tous reçoivent, quelle que soit la phrase."""
    place = server.program.here
    for number in range(1, AFTER_DEPARTURE + 1):
        speaker = members[(number - 1) % 2]
        listeners = [peer for peer in members if peer is not speaker]
        for one in await says(server, speaker, listeners):
            if not one.lost:  # le texte est l'affaire d'un autre contrôle
                continue
            still_running(server.program, when, sent=one.word)
            message = f"Le message {number} {when} n'arrive plus à ceux qui restent."
            if exception := server.program.exception_since(place):
                message += f" Une exception échappe au programme : {exception}"
            raise witnessed(
                Wrong(
                    message,
                    sent=one.word,
                    expected=one.expected,
                    received=one.received,
                    match=one.match,
                    timed_out=True,
                ),
                server.program,
            )
    await server.arena.settle(server.program)
    still_running(server.program, when)


def advise_of_exception(server: Server, place: int, when: str) -> None:
    """Une exception qui n'empêche rien se dit, et ne coûte rien."""
    if exception := server.program.exception_since(place):
        advise(server.arena, f"une exception échappe au programme {when} : {exception}")


async def nothing_untold(server: Server, when: str, credit: float) -> None:
    """Aucune exception ne reste à dire. Un Python d'avant ne montre celle de qui sert un client que
    lorsque la connexion disparaît, au plus tard à la fin : on arrête le serveur pour la lire."""
    program = server.program
    version = server.arena.job.script.version
    if tuple(int(part) for part in version.split(".") if part.isdecimal()) >= TOLD_AT_ONCE:
        return
    place = program.here
    await interrupt(server.arena, program)
    if exception := never_retrieved(program.since(place)):
        message = f"Une exception échappe au programme {when} : {exception}"
        raise witnessed(Wrong(message, credit=credit), program)
