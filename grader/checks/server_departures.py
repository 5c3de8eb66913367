"""Étapes II.4 à II.6, côté serveur : ceux qui partent, en le disant ou non, et ceux qui restent."""

from pathlib import Path

from grader.checks.expect import Faults, advise, nothing_raised, witnessed
from grader.checks.registry import check
from grader.checks.room import announced, heard_by_all
from grader.checks.serving import Server
from grader.checks.starting import start_server
from grader.checks.staying import advise_of_exception, nothing_untold, still_talk
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer

TIME_WAIT = Path("/proc/sys/net/ipv4/tcp_max_tw_buckets")  # dans l'arène seulement
STUMBLES_CREDIT = 0.5  # rien n'est annoncé, les autres se parlent, mais une exception échappe
LEAVES = "après un départ"
NEVER_KNOWN = "quand un client part sans s'être présenté"
VANISHES = "après un départ brutal (RST)"


def left(pseudo: str) -> str:
    return f"Annonce : {pseudo} a quitté la chatroom"


@check("II.4.server.departures", "II.5.server.departures", "II.6.server.departures")
async def departures(arena: Arena) -> None:
    """Après un départ annoncé, ceux qui restent parlent trois fois, puis un nouveau venu.

    Le sujet ne parle pas des départs brutaux : ce qu'ils causent aux étapes 4 et 5 n'est que dit.
    """
    server = await start_server(arena)
    first, second, leaver, other = await server.known(4)
    await heard_by_all(server, first, [second, leaver, other])
    place = server.program.here
    leaver.close()
    await arena.settle(server.program)
    await still_talk(server, [first, second, other], LEAVES)
    (newcomer,) = await server.known(1)
    await still_talk(server, [newcomer, first, second, other], f"{LEAVES} et une arrivée")
    advise_of_exception(server, place, LEAVES)
    if arena.step.id == "II.6.server":  # là, un autre contrôle s'en occupe
        return
    place = server.program.here
    other.vanish()
    await arena.settle(server.program)
    try:
        await still_talk(server, [first, second, newcomer], VANISHES)
    except Wrong as wrong:
        advise(arena, wrong.failure.message)
    else:
        advise_of_exception(server, place, VANISHES)


async def _departure(arena: Arena, how: str) -> None:
    server = await start_server(arena)
    *listeners, leaver = members = await server.enter(3)
    place = server.program.here
    leaver.close() if how == "close" else leaver.vanish()
    try:
        await announced(
            server,
            listeners,
            left,
            leaver.actor,
            what=f"L'annonce du départ {'' if how == 'close' else 'brutal '}de {leaver.actor}",
            members=members,
        )
    except Wrong as wrong:
        if how == "close" or not wrong.credit:  # la phrase est l'affaire de l'autre contrôle
            raise
    await arena.settle(server.program)
    advise_of_exception(server, place, LEAVES if how == "close" else VANISHES)


@check("II.6.server.leaves")
async def leaves(arena: Arena) -> None:
    await _departure(arena, "close")


@check("II.6.server.vanishes")
async def vanishes(arena: Arena) -> None:
    await _departure(arena, "reset")


def _forget_closed_connections() -> None:
    TIME_WAIT.write_text("0", encoding="ascii")


async def _leave_place_free(server: Server, leaver: Peer) -> None:
    """Part en le disant, puis rend sa place, que le serveur ait refermé de son côté ou non."""
    if server.arena.setting.sandbox == "bwrap":
        _forget_closed_connections()
        leaver.finish()
        await server.arena.settle(server.program)
        if not leaver.ended:
            text = "la connexion d'un client parti reste ouverte : writer.close() la referme."
            advise(server.arena, text)
    leaver.vanish()
    await server.arena.settle(server.program)


@check("II.6.server.forgotten")
async def forgotten(arena: Arena) -> None:
    """Revenir de la même place sous un autre pseudo : resté dans CLIENTS, on garderait l'ancien."""
    server = await start_server(arena)
    (member,) = await server.enter(1)
    source = server.pick_source()
    leaver = await server.join(arena.words.pseudo(), source, exactly=True)
    await _leave_place_free(server, leaver)
    back = await server.join(arena.words.pseudo(), source, exactly=True)
    member.forget()
    word = arena.words.word()
    back.send(word)
    await arena.wait(lambda: word in member.unread_text, server.program)
    await _heard_anew(server, member, word, back, leaver)
    back.forget()
    word = arena.words.word()
    member.send(word)
    await arena.wait(lambda: word in back.unread_text, server.program)
    if word not in back.unread_text:
        raise witnessed(
            Wrong(
                "Qui revient de la même adresse ne reçoit plus rien.",
                sent=word,
                expected=f"{member.actor} a dit : {word}",
                received=back.unread_text,
                timed_out=True,
            ),
            server.program,
        )


async def _heard_anew(server: Server, member: Peer, word: str, back: Peer, leaver: Peer) -> None:
    """Ce que dit qui revient arrive, et sous son nom à lui."""
    received = member.unread_text
    if leaver.actor not in received and word in received:
        return
    message = "Qui revient de l'adresse d'un client parti n'est plus entendu."
    if leaver.actor in received:
        message = (
            f"{leaver.actor} est parti, mais reste dans CLIENTS : qui revient de la même adresse "
            "parle sous son pseudo."
        )
    elif exception := server.program.exception:
        message += f" Une exception échappe au programme : {exception}"
    raise witnessed(
        Wrong(
            message,
            sent=word,
            expected=f"{back.actor} a dit : {word}",
            received=received,
            timed_out=word not in received,
        ),
        server.program,
    )


@check("II.6.server.strangers")
async def strangers(arena: Arena) -> None:
    """Deux inconnus partent, l'un sans un mot, l'autre après avoir parlé : nul n'est annoncé."""
    server = await start_server(arena)
    members = await server.enter(2)
    await heard_by_all(server, members[0], members[1:])
    faults = Faults(arena)
    for said in ("", arena.words.word()):
        place = server.program.here
        stranger = await server.connect("inconnu")
        if said:
            stranger.send(said)
            await arena.settle(server.program)
        stranger.close()
        await arena.settle(server.program)
        with faults.noting():
            nothing_raised(
                server.program, NEVER_KNOWN, sent=said, place=place, credit=STUMBLES_CREDIT
            )
        with faults.noting():
            _nothing_announced(server, members)
    with faults.noting():
        await still_talk(server, members, "après un inconnu")
    faults.raise_first()
    await nothing_untold(server, NEVER_KNOWN, STUMBLES_CREDIT)


def _nothing_announced(server: Server, members: list[Peer]) -> None:
    heard = next((peer.unread_text for peer in members if "quitté" in peer.unread_text), "")
    if heard:
        message = "Le départ d'un client qui ne s'était pas présenté est annoncé."
        raise witnessed(Wrong(message, received=heard), server.program)
