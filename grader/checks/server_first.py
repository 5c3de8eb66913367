"""Étapes II.2 et II.3, côté serveur : répondre, montrer, ne négliger personne."""

from grader.checks.expect import (
    WORD_CREDIT,
    Faults,
    advise,
    expect,
    expect_line,
    still_running,
    witnessed,
)
from grader.checks.registry import check
from grader.checks.room import mentions, mentions_port
from grader.checks.serving import Server
from grader.checks.starting import learn_launch, start_server
from grader.checks.staying import advise_of_exception
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.peer import Peer
from grader.model.records import Launch, Match
from grader.model.text import compare, plain

NOT_TEXT = b"\xff\xfe\xc3"  # ne peut être de l'UTF-8
GREETING_CREDIT = 0.5  # la bonne réponse, mais à une question qui n'a pas été posée
THIRD = 2  # rang, parmi ceux qui parlent, de qui vient de la même machine que le premier


@check(
    "II.2.server.listens",
    "II.3.server.listens",
    "II.4.server.listens",
    "II.5.server.listens",
    "II.6.server.listens",
)
async def listens(arena: Arena) -> Launch:
    return await learn_launch(arena)


@check("II.2.server.hello")
async def hello(arena: Arena) -> None:
    server = await start_server(arena)
    first = await server.connect()
    others = [await server.connect(source=server.neighbour(first)), await server.connect()]
    faults = Faults(arena)
    for peer in (first, *others):
        with faults.noting():
            await _answers(server, peer)
    faults.raise_worst()


async def _answers(server: Server, peer: Peer) -> None:
    """À « Hello », répond par l'adresse de qui l'a dit."""
    expected, word = f"Hello {peer.name}", str(peer.address[1])
    peer.send("Hello")
    try:
        await expect(
            server.arena,
            peer,
            expected,
            word=word,
            program=server.program,
            what="La réponse du serveur",
            sent="Hello",
        )
    except Wrong as wrong:
        failure, greeting = wrong.failure, server.greetings[peer.name]
        early = compare(expected, greeting, word)
        if failure.match is Match.NONE and early is not Match.NONE:
            failure.message = "Le serveur répond dès la connexion, sans attendre Hello."
            if early is Match.WORD:
                failure.message += " Et le texte n'est pas celui demandé."
            failure.sent = "rien encore : le client vient de se connecter"
            failure.received, failure.match = greeting, early
            wrong.credit = GREETING_CREDIT * (WORD_CREDIT if early is Match.WORD else 1)
            wrong.timed_out = False
        elif failure.match is Match.NONE and mentions_port(failure.received, server.port):
            failure.message = "La réponse est l'adresse du serveur, pas celle du client."
            failure.match = Match.WORD
            wrong.credit, wrong.timed_out = WORD_CREDIT, False
        raise


@check("II.2.server.shows")
async def shows(arena: Arena) -> None:
    server = await start_server(arena)
    peer = await server.connect()
    await _shown(server, peer, "Le message du client, dans le terminal du serveur")


async def _shown(server: Server, peer: Peer, what: str) -> tuple[str, str]:
    """Ce que dit `peer` paraît dans le terminal du serveur ; rend ce mot, et ce qui paraît."""
    word, place = server.arena.words.word(), server.program.here
    peer.send(word)
    await expect_line(
        server.arena, server.program, word, word=word, place=place, what=what, sent=word
    )
    return word, server.program.since(place)


@check("II.2.server.several")
async def several_answers(arena: Arena) -> None:
    """Quelqu'un se tait, quelqu'un s'en va : le suivant a sa réponse."""
    server = await start_server(arena)
    await server.connect()  # ne dira jamais rien
    (await server.connect()).close()
    await arena.settle(server.program)
    peer = await server.connect()
    peer.send("Hello")

    def answered() -> bool:
        """Ce que dit la réponse, et si elle attend Hello, est l'affaire d'un autre contrôle."""
        return bool(peer.unread) or mentions(server.greetings[peer.name], peer)

    await arena.wait(answered, server.program)
    if not answered():
        message = "Pas de réponse à un client, alors qu'un autre se tait et que d'autres sont "
        raise witnessed(
            Wrong(
                f"{message}partis. {server.program.exception}".strip(),
                sent="Hello",
                expected=f"Hello {peer.name}",
                match=Match.NONE,
                timed_out=True,
            ),
            server.program,
        )


def log_line(name: str, word: str) -> str:
    return f"Message received from {name} : {word}"


@check("II.3.server.log")
async def log(arena: Arena) -> None:
    """Un seul client : en écouter plusieurs, plusieurs fois, est l'affaire d'un autre contrôle."""
    server = await start_server(arena)
    peer, word = await server.connect(), arena.words.word()
    place = server.program.here
    peer.send(word)
    try:
        await expect_line(
            arena,
            server.program,
            log_line(peer.name, word),
            word=word,
            place=place,
            what="La ligne que montre le serveur",
            sent=word,
        )
    except Wrong as wrong:
        line = wrong.failure.received
        if word in line and not mentions(line, peer) and mentions_port(line, server.port):
            wrong.failure.message = "La ligne donne l'adresse du serveur, pas celle du client."
        raise


@check("II.3.server.several")
async def several_listened(arena: Arena) -> None:
    """Chacun parle deux fois, à tour de rôle, pendant que quelqu'un se tait."""
    server = await start_server(arena)
    quiet = await server.connect()
    talkers = [await server.connect(), await server.connect()]
    talkers += [await server.connect(source=server.neighbour(talkers[0])), await server.connect()]
    faults, unheard = Faults(arena), set()
    for turn in range(2):
        for peer in talkers:
            with faults.noting():
                what = f"Message {turn + 1} de {peer.actor}, alors qu'un autre se tait"
                try:
                    word, shown = await _shown(server, peer, what)
                except Wrong:
                    unheard.add(peer)
                    raise
                _nobody_else_is_named(server, peer, [quiet, *talkers], word, shown)
    same = unheard == {talkers[THIRD]}
    try:
        faults.raise_worst()
    except Wrong as wrong:
        if same:  # ceux qui sont seuls sur leur machine sont entendus, avant et après lui
            wrong.failure.message = wrong.failure.message.replace(",", " (même adresse IP),", 1)
        raise


def _nobody_else_is_named(
    server: Server, peer: Peer, everyone: list[Peer], word: str, shown: str
) -> None:
    if any(other.name in plain(shown) for other in everyone if other is not peer):
        wrong = Wrong(
            f"Ce que dit {peer.actor} est attribué à un autre client.",
            sent=word,
            expected=log_line(peer.name, word),
            received=shown,
        )
        raise witnessed(wrong, server.program)


@check("II.3.server.survives")
async def survives(arena: Arena) -> None:
    """Un départ annoncé n'empêche pas d'écouter les autres ; le reste, dont le sujet ne parle pas,
    n'est que dit."""
    server = await start_server(arena)
    place = server.program.here
    (await server.connect("client qui part")).close()
    await arena.settle(server.program)
    still_running(server.program, "quand un client part")
    peer = await server.connect()
    await _shown(server, peer, "Le message d'un client arrivé après un départ")
    advise_of_exception(server, place, "quand un client part")
    try:
        await _harder(server)
    except Wrong as wrong:
        advise(arena, wrong.failure.message)


async def _harder(server: Server) -> None:
    """Quelqu'un disparaît, un autre envoie n'importe quoi."""
    place = server.program.here
    (await server.connect("client qui disparaît")).vanish()
    await server.arena.settle(server.program)
    when = "quand un client disparaît sans prévenir (RST)"
    still_running(server.program, when)
    advise_of_exception(server, place, when)
    place = server.program.here
    stranger = await server.connect("client illisible")
    stranger.send(NOT_TEXT)
    await server.arena.settle(server.program)
    when = "quand un client envoie des octets qui ne sont pas du texte"
    still_running(server.program, when)
    advise_of_exception(server, place, when)
    stranger.close()
    await server.arena.settle(server.program)
    await _shown(server, await server.connect(), "Le message d'un client arrivé ensuite")
