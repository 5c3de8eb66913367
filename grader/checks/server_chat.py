"""Étapes II.4 à II.6, côté serveur : annoncer, relayer, n'admettre que ceux qui disent Hello."""

from collections.abc import Sequence
from dataclasses import replace

from grader.checks.expect import Faults, nothing_raised, witnessed
from grader.checks.registry import check
from grader.checks.room import announced, heard_by_all, judge_relay, says
from grader.checks.serving import Server
from grader.checks.starting import start_server
from grader.checks.staying import nothing_untold, still_talk
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.model.records import Match

FIRST_WORD = "quand un client ne commence pas par Hello"
REFUSED_CREDIT = 0.5  # n'est pas admis, mais par une exception


def joined(pseudo: str) -> str:
    return f"Annonce : {pseudo} a rejoint la chatroom"


@check("II.4.server.relay", "II.5.server.relay")
async def relay(arena: Arena) -> None:
    await _relays(await start_server(arena))


async def _relays(server: Server) -> None:
    """Chacun parle à son tour ; le troisième vient de la même machine que le premier."""
    members = await server.known(4, {2: 0})
    deliveries = []
    for speaker in members:
        listeners = [peer for peer in members if peer is not speaker]
        deliveries += await says(server, speaker, listeners)
    judge_relay(server, deliveries, members)


@check("II.4.server.silent")
async def silent(arena: Arena) -> None:
    """Qui n'a encore rien dit est un client comme les autres."""
    server = await start_server(arena)
    *listeners, speaker = await server.enter(3)
    for one in await says(server, speaker, listeners):
        if one.lost:
            raise witnessed(
                Wrong(
                    "Un client qui n'a encore rien dit ne reçoit rien.",
                    sent=one.word,
                    expected=one.expected,
                    received=one.received,
                    match=Match.NONE,
                    timed_out=True,
                ),
                server.program,
            )


@check("II.4.server.not_echoed", "II.5.server.not_echoed")
async def not_echoed(arena: Arena) -> None:
    server = await start_server(arena)
    speaker, listener = await server.known(2)
    word = await heard_by_all(server, speaker, [listener])
    await arena.settle(server.program)
    if word in speaker.unread_text:
        message = "L'auteur d'un message le reçoit aussi."
        wrong = Wrong(message, sent=word, received=speaker.unread_text)
        raise witnessed(wrong, server.program)


@check("II.5.server.joins")
async def joins(arena: Arena) -> None:
    await _announces(await start_server(arena))


async def _announces(server: Server) -> None:
    """Deux personnes arrivent l'une après l'autre, dont une de la même machine qu'un membre."""
    arena = server.arena
    present = [await server.join(arena.words.pseudo())]
    faults = Faults(arena)
    for number in range(2):
        await arena.settle(server.program)  # l'annonce précédente, à son auteur aussi
        for peer in present:
            peer.forget()
        pseudo = arena.words.pseudo()
        source = server.neighbour(present[-1]) if number else None
        newcomer = await server.connect(pseudo, source)
        newcomer.send(f"Hello|{pseudo}")
        with faults.noting():
            await announced(
                server,
                present,
                joined,
                pseudo,
                what=f"L'annonce de l'arrivée de {pseudo}",
                members=[*present, newcomer],
                sent=f"Hello|{pseudo}",
            )
        present.append(newcomer)
    faults.raise_worst()


@check("II.5.server.options")
async def options(arena: Arena) -> None:
    host, port = arena.elsewhere()
    arguments = ("-p", str(port), "-a", host)
    sent, expected = " ".join(arguments), f"{host}:{port}"
    try:
        server = await start_server(arena, replace(arena.job.script.launch, arguments=arguments))
    except Wrong as wrong:
        wrong.failure.message = f"Avec -p et -a : {wrong.failure.message}"
        wrong.failure.sent = sent
        raise
    if (server.host, server.port) != (host, port):
        raise witnessed(
            Wrong(
                "Le serveur n'écoute pas où -p et -a le demandent.",
                sent=sent,
                expected=expected,
                received=f"{server.host}:{server.port}",
                credit=0.5 if server.port == port else 0.0,
            ),
            server.program,
        )


@check("II.6.server.chat")
async def chat(arena: Arena) -> None:
    server, faults = await start_server(arena), Faults(arena)
    with faults.noting():
        await _announces(server)
    with faults.noting():
        await _relays(server)
    faults.raise_worst()


@check("II.5.server.hello_required")
async def hello_required(arena: Arena) -> None:
    """Un inconnu parle deux fois, un ancien client dit seulement Hello : nul n'entre ni ne nuit."""
    server = await start_server(arena)
    members = await server.enter(2)
    await heard_by_all(server, members[0], members[1:])
    faults = Faults(arena)
    stranger = await server.connect("inconnu")
    for when in (
        FIRST_WORD,
        "quand un client qui ne s'est pas présenté parle encore",
    ):
        if not stranger.ended:
            await _intrudes(server, stranger, arena.words.word(), when, members, faults)
    old = await server.connect("ancien client")
    when = "quand un ancien client dit seulement Hello"  # celui des étapes d'avant, sans pseudo
    await _intrudes(server, old, "Hello", when, (), faults)
    with faults.noting():
        await still_talk(server, members, "après un client qui ne dit pas Hello")
    faults.raise_first()
    await nothing_untold(server, FIRST_WORD, REFUSED_CREDIT)


async def _intrudes(
    server: Server,
    stranger: Peer,
    said: str,
    when: str,
    members: Sequence[Peer],
    faults: Faults,
) -> None:
    """Qui n'est pas dans la salle parle : ce qui en résulte se regarde avant qu'il ne continue."""
    place = server.program.here
    stranger.send(said)
    await server.arena.settle(server.program)
    with faults.noting():
        for member in members:
            if said in member.unread_text:
                raise witnessed(
                    Wrong(
                        "Un client qui ne s'est pas présenté par Hello est admis : "
                        "on relaie ce qu'il dit.",
                        sent=said,
                        received=member.unread_text,
                    ),
                    server.program,
                )
        nothing_raised(server.program, when, sent=said, place=place, credit=REFUSED_CREDIT)
