"""Étapes II.4 à II.6, côté serveur : relayer, annoncer, survivre aux départs."""

from dataclasses import replace
from pathlib import Path

from grader.checks.expect import expect, nothing_raised
from grader.checks.registry import check
from grader.checks.serving import Server, start_server
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.model import Match

TIME_WAIT = Path("/proc/sys/net/ipv4/tcp_max_tw_buckets")  # dans l'arène seulement
ABRUPT_CREDIT = 0.5  # le sujet ne parle que des départs annoncés
AFTER_DEPARTURE = 3  # un client mort mal oublié ne tue l'envoi qu'au deuxième ou au troisième


def joined(pseudo: str) -> str:
    return f"Annonce : {pseudo} a rejoint la chatroom"


def left(pseudo: str) -> str:
    return f"Annonce : {pseudo} a quitté la chatroom"


async def says(server: Server, speaker: Peer, listeners: list[Peer], when: str = "") -> None:
    """`speaker` parle ; chacun des `listeners` le reçoit, à la lettre."""
    word = server.arena.words.word()
    await server.arena.settle(server.program)  # un accusé de réception peut encore arriver
    for listener in listeners:
        listener.forget()
    speaker.send(word)
    for listener in listeners:
        same = " (même adresse IP)" if listener.address[0] == speaker.address[0] else ""
        await expect(
            server.arena,
            listener,
            f"{server.author(speaker)} a dit : {word}",
            word=word,
            program=server.program,
            what=f"Le message de {speaker.actor} relayé à {listener.actor}{same}{when}",
            sent=word,
        )


async def _known(server: Server, count: int) -> list[Peer]:
    """`count` clients qui ont tous déjà parlé : en oublier un silencieux est une autre faute."""
    peers = await server.enter(count)
    for peer in peers:
        peer.send(server.arena.words.word())
        await server.arena.settle(server.program)
    return peers


@check("II.4.server.relay", "II.5.server.relay")
async def relay(arena: Arena) -> None:
    server = await start_server(arena)
    peers = await _known(server, 3)
    for speaker in peers:
        await says(server, speaker, [peer for peer in peers if peer is not speaker])


@check("II.4.server.silent")
async def silent(arena: Arena) -> None:
    """Qui n'a encore rien dit est un client comme les autres."""
    server = await start_server(arena)
    listener, speaker = await server.enter(2, neighbours=False)
    word = arena.words.word()
    speaker.send(word)
    await arena.wait(lambda: word in listener.unread_text, server.program)
    if word not in listener.unread_text:
        raise Wrong(
            "Un client qui n'a encore rien dit ne reçoit rien.",
            sent=word,
            expected=f"{speaker.name} a dit : {word}",
            received=listener.unread_text,
            match=Match.NONE,
            timed_out=True,
        )


@check("II.4.server.not_echoed", "II.5.server.not_echoed")
async def not_echoed(arena: Arena) -> None:
    server = await start_server(arena)
    speaker, listener = await _known(server, 2)
    word = arena.words.word()
    speaker.send(word)
    await arena.wait(lambda: word in listener.unread_text, server.program)
    await arena.settle(server.program)
    if word in speaker.unread_text:
        raise Wrong(
            "L'auteur d'un message le reçoit aussi.",
            sent=word,
            expected="",
            received=speaker.unread_text,
        )


@check("II.4.server.departures", "II.5.server.departures", "II.6.server.departures")
async def departures(arena: Arena) -> None:
    """Après un départ annoncé, puis un départ brutal, ceux qui restent parlent trois fois."""
    server = await start_server(arena)
    first, second, leaver, other = await _known(server, 4)
    leaver.close()
    await arena.settle(server.program)
    await _still_talk(server, first, second, "après un départ")
    (newcomer,) = await _known(server, 1)
    await _still_talk(server, newcomer, second, "après un départ et une arrivée")
    if arena.step.id != "II.6.server":  # là, un autre contrôle s'en occupe
        other.vanish()
        await arena.settle(server.program)
        try:
            await _still_talk(server, first, second, "après un départ brutal (RST)")
        except Wrong as wrong:
            wrong.credit = ABRUPT_CREDIT
            raise


async def _still_talk(server: Server, first: Peer, second: Peer, when: str) -> None:
    for number in range(1, AFTER_DEPARTURE + 1):
        speaker, listener = (first, second) if number % 2 else (second, first)
        try:
            await says(server, speaker, [listener])
        except Wrong as wrong:
            if wrong.credit:  # le texte seul est en cause : c'est l'affaire d'un autre contrôle
                continue
            nothing_raised(server.program, when)
            raise Wrong(
                f"Le message {number} {when} n'arrive plus à ceux qui restent.",
                sent=wrong.failure.sent,
                expected=wrong.failure.expected,
                received=wrong.failure.received,
                match=wrong.failure.match,
                timed_out=True,
            ) from wrong
    await server.arena.settle(server.program)  # le dernier message n'est peut-être pas à tous
    nothing_raised(server.program, when)


@check("II.5.server.joins")
async def joins(arena: Arena) -> None:
    server = await start_server(arena)
    present = [await server.join(arena.words.pseudo())]
    for number in range(2):
        await arena.settle(server.program)  # l'annonce précédente, à son auteur aussi
        for peer in present:
            peer.forget()
        pseudo = arena.words.pseudo()
        source = server.neighbour(present[0]) if number else None
        newcomer = await server.connect(pseudo, source)
        newcomer.send(f"Hello|{pseudo}")
        for peer in present:
            await expect(
                arena,
                peer,
                joined(pseudo),
                word=pseudo,
                program=server.program,
                what=f"L'annonce de l'arrivée de {pseudo}, reçue par {peer.actor}",
                sent=f"Hello|{pseudo}",
            )
        present.append(newcomer)


@check("II.5.server.options")
async def options(arena: Arena) -> None:
    port = arena.words.port()
    host = "127.0.0.1" if arena.setting.sandbox == "none" else arena.words.address()
    arguments = ("-p", str(port), "-a", host)
    try:
        server = await start_server(arena, replace(arena.job.script.launch, arguments=arguments))
    except Wrong as wrong:
        raise Wrong(
            f"Avec -p et -a : {wrong.failure.message}",
            sent=" ".join(arguments),
            expected=f"{host}:{port}",
            received=arena.programs[-1].exception if arena.programs else "",
            timed_out=wrong.timed_out,
        ) from wrong
    if (server.host, server.port) != (host, port):
        raise Wrong(
            "Le serveur n'écoute pas où -p et -a le demandent.",
            sent=" ".join(arguments),
            expected=f"{host}:{port}",
            received=f"{server.host}:{server.port}",
            credit=0.5 if server.port == port else 0.0,
        )


@check("II.6.server.chat")
async def chat(arena: Arena) -> None:
    await joins(arena)
    await arena.programs[-1].close()
    await relay(arena)


@check("II.5.server.hello_required")
async def hello_required(arena: Arena) -> None:
    server = await start_server(arena)
    members = await server.enter(2)
    stranger = await server.connect("inconnu")
    word = arena.words.word()
    stranger.send(word)
    await arena.settle(server.program)
    nothing_raised(server.program, "quand un client ne commence pas par Hello")
    more = arena.words.word()
    if not stranger.ended:
        stranger.send(more)
        await arena.settle(server.program)
    for member in members:
        for unwanted in (word, more):
            if unwanted in member.unread_text:
                raise Wrong(
                    "Un client qui ne s'est pas présenté par Hello est admis : "
                    "on relaie ce qu'il dit.",
                    sent=unwanted,
                    received=member.unread_text,
                )
    old = await server.connect("ancien client")
    old.send("Hello")  # celui des étapes d'avant, sans pseudo
    await arena.settle(server.program)
    nothing_raised(server.program, "quand un ancien client dit seulement Hello")
    await _still_talk(server, members[0], members[1], "après un client qui ne dit pas Hello")


async def _departure(arena: Arena, how: str) -> None:
    server = await start_server(arena)
    first, second, leaver = await server.enter(3)
    for peer in (first, second):
        peer.forget()
    leaver.close() if how == "close" else leaver.vanish()
    for peer in (first, second):
        try:
            await expect(
                arena,
                peer,
                left(leaver.actor),
                word=leaver.actor,
                program=server.program,
                what=f"L'annonce du départ {'brutal ' if how != 'close' else ''}de {leaver.actor}, "
                f"reçue par {peer.actor}",
            )
        except Wrong as wrong:
            if how == "close" or not wrong.credit:  # la phrase est l'affaire de l'autre contrôle
                raise


@check("II.6.server.leaves")
async def leaves(arena: Arena) -> None:
    await _departure(arena, "close")


@check("II.6.server.vanishes")
async def vanishes(arena: Arena) -> None:
    await _departure(arena, "reset")


def _leave_port_free(arena: Arena, leaver: Peer) -> None:
    """Part ; son port peut resservir aussitôt."""
    if arena.setting.sandbox == "bwrap":
        TIME_WAIT.write_text("0", encoding="ascii")
        leaver.close()
    else:
        leaver.vanish()


@check("II.6.server.forgotten")
async def forgotten(arena: Arena) -> None:
    """Revenir du même port, sous un autre pseudo : resté dans CLIENTS, on garderait l'ancien."""
    server = await start_server(arena)
    (member,) = await server.enter(1)
    source = server.pick_source()
    leaver = await server.join(arena.words.pseudo(), source)
    _leave_port_free(arena, leaver)
    await arena.settle(server.program)
    back = await server.join(arena.words.pseudo(), source)
    member.forget()
    word = arena.words.word()
    back.send(word)
    await arena.wait(lambda: word in member.unread_text, server.program)
    if leaver.actor in member.unread_text or word not in member.unread_text:
        raise Wrong(
            f"{leaver.actor} est parti, mais reste dans CLIENTS : qui revient de la même adresse "
            "n'est pas un nouveau client.",
            sent=word,
            expected=f"{back.actor} a dit : {word}",
            received=member.unread_text,
            timed_out=word not in member.unread_text,
        )
    back.forget()
    word = arena.words.word()
    member.send(word)
    await arena.wait(lambda: word in back.unread_text, server.program)
    if word not in back.unread_text:
        raise Wrong(
            "Qui revient de la même adresse ne reçoit plus rien.",
            sent=word,
            expected=f"{member.actor} a dit : {word}",
            received=back.unread_text,
            timed_out=True,
        )


@check("II.6.server.strangers")
async def strangers(arena: Arena) -> None:
    """Partir sans s'être présenté ne doit ni lever d'exception ni s'annoncer."""
    server = await start_server(arena)
    members = await server.enter(2)
    for said in ("", arena.words.word()):
        stranger = await server.connect("inconnu")
        if said:
            stranger.send(said)
            await arena.settle(server.program)
        stranger.close()
        await arena.settle(server.program)
        nothing_raised(server.program, "quand un client part sans s'être présenté")
    heard = members[0].unread_text
    if "quitté" in heard:
        raise Wrong(
            "Le départ d'un client qui ne s'était pas présenté est annoncé.", received=heard
        )
    await _still_talk(server, members[0], members[1], "après un inconnu")
