"""Ce qu'entend chacun dans la salle, et de qui : qui parle, qui reçoit, qui est nommé."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.checks.expect import Faults, excuse, judge
from grader.checks.serving import Server
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.model.records import Failure, Match
from grader.model.text import compare, lines_with, plain

WRONG_AUTHOR_CREDIT = 0.5  # le message est passé


@dataclass(frozen=True)
class Delivery:
    """Un message d'une personne, tel qu'une autre l'a reçu."""

    speaker: Peer
    listener: Peer
    word: str
    expected: str
    received: str
    excuse: str = ""  # ce qui explique, peut-être, que rien n'arrive
    output: str = ""  # ce que montrait alors le terminal du serveur
    proven: bool = False  # rien d'autre ne serait venu

    @property
    def match(self) -> Match:
        return compare(self.expected, self.received, self.word)

    @property
    def lost(self) -> bool:
        """Vrai si rien du message n'est arrivé, sous quelque forme que ce soit."""
        return self.match is Match.NONE


async def says(server: Server, speaker: Peer, listeners: Sequence[Peer]) -> list[Delivery]:
    """`speaker` parle ; ce qu'en reçoit chacun des `listeners`."""
    arena, program, place = server.arena, server.program, server.program.here
    word = arena.words.word()
    expected = f"{server.author(speaker)} a dit : {word}"
    await arena.settle(program)  # un accusé de réception peut encore arriver
    for peer in (speaker, *listeners):
        peer.forget()
    speaker.send(word)
    await arena.wait(lambda: all(one.unread_text == expected for one in listeners), program)
    heard = []
    for listener in listeners:
        text = listener.unread_text
        listener.forget()
        seen = excuse(arena, program, place), program.last_lines, arena.proven
        heard.append(Delivery(speaker, listener, word, expected, text, *seen))
    return heard


async def heard_by_all(server: Server, speaker: Peer, listeners: Sequence[Peer]) -> str:
    """`speaker` parle, et tous les `listeners` l'entendent, quelle que soit la phrase ; ce mot.

    De ce qu'un serveur muet ne fait pas, il n'y a rien à conclure.
    """
    deliveries = await says(server, speaker, listeners)
    if any(one.lost for one in deliveries):
        judge_relay(server, deliveries, [speaker, *listeners])
    return deliveries[0].word


def judge_relay(server: Server, deliveries: Sequence[Delivery], members: Sequence[Peer]) -> None:
    """Tous ont tout reçu, à la lettre, et de la bouche de son auteur ; sinon, dit le pire.

    `members` : ceux qui sont dans la salle, dans l'ordre de leur arrivée.
    """
    lost = [one for one in deliveries if one.lost]
    reason = _why_lost(lost, [one for one in deliveries if not one.lost], members)
    # Quand c'est l'adresse qui perd un message, deux personnes d'une même machine le montrent.
    shown = min(lost, key=lambda one: not _same_machine(one), default=None)
    faults = Faults(server.arena)
    for one in [shown] if shown else deliveries:
        what = f"Le message de {one.speaker.actor} relayé à {one.listener.actor}{reason}"
        with faults.noting():
            _judge_author(server, one, what, members)
            _judge_text(server, one, what)
    faults.raise_worst()


def _judge_text(server: Server, one: Delivery, what: str) -> None:
    try:
        judge(
            server.arena,
            one.match,
            what,
            sent=one.word,
            expected=one.expected,
            received=one.received,
        )
    except Wrong as wrong:
        if one.lost:
            wrong.failure.message = f"{wrong.failure.message} {one.excuse}".strip()
        wrong.failure.output, server.arena.proven = one.output, one.proven
        raise


def _judge_author(server: Server, one: Delivery, what: str, members: Sequence[Peer]) -> None:
    """Le message nomme celui qui l'a dit, et nul autre."""
    if one.match is not Match.WORD:
        return
    lines = lines_with(one.word, one.received)
    text = "\n".join(lines)
    others = [peer for peer in members if peer not in (one.speaker, one.listener)]
    named = [peer.actor for peer in others if mentions(text, peer)]
    author, recipient = mentions(text, one.speaker), mentions(text, one.listener)
    message, credit = "", WRONG_AUTHOR_CREDIT
    if author and (named or one.expected in lines):
        message, credit = "est attribué à plusieurs personnes à la fois", 0.0
    elif not author and recipient:
        message = "est attribué à celui qui le reçoit, et non à son auteur"
    elif not author and named:
        message = f"est attribué à {named[0]}, qui n'a rien dit"
    elif not author and mentions_port(text, server.port):
        message = "est attribué au serveur, et non à son auteur"
    if message:
        failure = Failure(f"{what} {message}.", one.word, one.expected, one.received, Match.WORD)
        failure.output = one.output
        wrong = Wrong(failure.message, credit=credit)
        wrong.failure = failure
        raise wrong


def mentions(text: str, peer: Peer) -> bool:
    """Vrai si ce texte nomme cette personne : son pseudo, ou l'adresse d'où elle vient."""
    by_name = re.search(rf"(?<!\w){re.escape(peer.actor)}(?!\w)", plain(text))
    return bool(by_name) or mentions_port(text, peer.address[1])


def mentions_port(text: str, port: int) -> bool:
    return bool(re.search(rf"(?<!\d){port}(?!\d)", plain(text)))


def _same_machine(one: Delivery) -> bool:
    return one.speaker.address[0] == one.listener.address[0]


def _why_lost(lost: Sequence[Delivery], got: Sequence[Delivery], members: Sequence[Peer]) -> str:
    """Ce qu'ont en commun les messages perdus, et que n'a aucun de ceux qui sont passés."""
    machines = Counter(peer.address[0] for peer in members)

    def shares(one: Delivery) -> bool:
        """L'un des deux n'est pas seul sur sa machine."""
        return machines[one.speaker.address[0]] > 1 or machines[one.listener.address[0]] > 1

    def newer(one: Delivery) -> bool:
        return members.index(one.listener) > members.index(one.speaker)

    if not lost or not got:
        return ""
    if all(map(shares, lost)) and not all(map(shares, got)):
        return " (même adresse IP)"
    if all(map(newer, lost)) and not any(map(newer, got)):
        return ", arrivé après lui"
    if not any(map(newer, lost)) and all(map(newer, got)):
        return ", arrivé avant lui"
    receivers = Counter((one.speaker.name, one.word) for one in got)
    if max(receivers.values()) == 1 and len(members) > 2:
        return ", alors qu'un autre le reçoit"
    return ""


async def announced(
    server: Server,
    listeners: Sequence[Peer],
    phrase: Callable[[str], str],
    pseudo: str,
    *,
    what: str,
    members: Sequence[Peer],
    sent: str = "",
) -> None:
    """Tous ceux-là reçoivent `phrase(pseudo)`, et rien de tel au sujet d'un autre membre."""
    arena, program, expected = server.arena, server.program, phrase(pseudo)
    await arena.wait(lambda: all(one.unread_text == expected for one in listeners), program)
    faults = Faults(arena)
    for listener in listeners:
        received = listener.unread_text
        listener.forget()
        with faults.noting():
            named = [peer.actor for peer in members if phrase(peer.actor) in plain(received)]
            if any(name != pseudo for name in named):
                raise Wrong(
                    f"{what}, reçue par {listener.actor}, nomme aussi d'autres personnes.",
                    sent=sent,
                    expected=expected,
                    received=received,
                    match=Match.WORD,
                )
            judge(
                arena,
                compare(expected, received, pseudo),
                f"{what}, reçue par {listener.actor}",
                sent=sent,
                expected=expected,
                received=received,
                program=program,
            )
    faults.raise_worst()
