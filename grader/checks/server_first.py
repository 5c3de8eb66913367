"""Étapes II.2 et II.3, côté serveur : répondre, montrer, ne négliger personne."""

from grader.checks.expect import WORD_CREDIT, expect, expect_line, nothing_raised
from grader.checks.registry import check
from grader.checks.serving import learn_launch, start_server
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.text import tidy
from grader.model import Launch, Match

NOT_TEXT = b"\xff\xfe\xc3"  # ne peut être de l'UTF-8


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
    for peer in (first, *others):
        peer.send("Hello")
        try:
            await expect(
                arena,
                peer,
                f"Hello {peer.name}",
                word=peer.name.rpartition(":")[2],
                program=server.program,
                what="La réponse du serveur",
                sent="Hello",
            )
        except Wrong as wrong:
            if tidy(wrong.failure.received) == f"Hello {peer.other}":
                wrong.failure.message = "La réponse est l'adresse du serveur, pas celle du client."
                wrong.failure.match = Match.WORD
                wrong.credit, wrong.timed_out = WORD_CREDIT, False
            raise


@check("II.2.server.shows")
async def shows(arena: Arena) -> None:
    server = await start_server(arena)
    peer = await server.connect()
    word = arena.words.word()
    place = server.program.here
    peer.send(word)
    await expect_line(
        arena,
        server.program,
        word,
        word=word,
        place=place,
        what="Le message du client, dans le terminal du serveur",
        sent=word,
    )


@check("II.2.server.several")
async def several_answers(arena: Arena) -> None:
    """Quelqu'un qui se tait, quelqu'un qui s'en va, un autre qui disparaît : on répond toujours."""
    server = await start_server(arena)
    await server.connect()  # ne dira jamais rien
    (await server.connect()).close()
    (await server.connect()).vanish()
    await arena.settle(server.program)
    peer = await server.connect()
    peer.send("Hello")
    await arena.wait(lambda: peer.unread, server.program)
    if not peer.unread:  # ce que dit la réponse est l'affaire d'un autre contrôle
        raise Wrong(
            "Pas de réponse à un client, alors qu'un autre se tait et que d'autres sont partis. "
            f"{server.program.exception}".strip(),
            sent="Hello",
            expected=f"Hello {peer.name}",
            match=Match.NONE,
            timed_out=True,
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
    await expect_line(
        arena,
        server.program,
        log_line(peer.name, word),
        word=word,
        place=place,
        what="La ligne que montre le serveur",
        sent=word,
    )


@check("II.3.server.several")
async def several_listened(arena: Arena) -> None:
    """Chacun parle deux fois, à tour de rôle, pendant que quelqu'un se tait."""
    server = await start_server(arena)
    await server.connect()
    first = await server.connect()
    same = await server.connect(source=server.neighbour(first))
    talkers = [first, same, await server.connect()]
    for turn in range(2):
        for peer in talkers:
            word, place = arena.words.word(), server.program.here
            peer.send(word)
            await expect_line(
                arena,
                server.program,
                word,
                word=word,
                place=place,
                what=f"Message {turn + 1} de {peer.actor}{' (même adresse IP)' * (peer is same)}, "
                "alors qu'un autre se tait",
                sent=word,
            )
            shown = server.program.since(place)
            if any(other.name in shown for other in talkers if other is not peer):
                raise Wrong(
                    f"Ce que dit {peer.actor} est attribué à un autre client.",
                    sent=word,
                    expected=log_line(peer.name, word),
                    received=shown,
                )


@check("II.3.server.survives")
async def survives(arena: Arena) -> None:
    server = await start_server(arena)
    (await server.connect("client qui part")).close()
    await arena.settle(server.program)
    nothing_raised(server.program, "quand un client part")
    (await server.connect("client qui disparaît")).vanish()
    await arena.settle(server.program)
    nothing_raised(server.program, "quand un client disparaît sans prévenir (RST)")
    stranger = await server.connect("client illisible")
    stranger.send(NOT_TEXT)
    await arena.settle(server.program)
    nothing_raised(server.program, "quand un client envoie des octets qui ne sont pas du texte")
    stranger.close()
    await arena.settle(server.program)
    peer, word = await server.connect(), arena.words.word()
    place = server.program.here
    peer.send(word)
    await expect_line(
        arena,
        server.program,
        word,
        word=word,
        place=place,
        what="Le message d'un client arrivé ensuite",
        sent=word,
    )
