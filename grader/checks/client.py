"""Étapes II.2 à II.5, côté client : ce qu'il envoie, ce qu'il montre, comment il attend."""

from dataclasses import replace

from grader.checks.connecting import (
    CLIENTS_WITH_PSEUDO,
    HELLO,
    UNSAID,
    Client,
    learn_launch,
    start_client,
)
from grader.checks.ending import interrupt
from grader.checks.expect import expect, judge
from grader.checks.reached import require_coroutines
from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.prompts import converse
from grader.model.records import Launch, Match
from grader.model.text import compare

PROMPTED_CREDIT = 0.5
OPTION_CREDIT = 0.5  # de -p et -a, l'un des deux
FUNCTIONS = ("async_input", "async_receive")


@check(
    "II.2.client.connects",
    "II.3.client.connects",
    "II.5.client.connects",
    "II.6.client.connects",
)
async def connects(arena: Arena) -> Launch:
    return await learn_launch(arena)


async def _greet(arena: Arena) -> tuple[Client, bool]:
    """Le client, et s'il a fallu taper ce qu'il envoie."""
    client = await start_client(arena)
    await arena.wait(lambda: client.peer.unread, client.program)
    if not client.peer.unread:
        client.asked += await converse(
            arena,
            client.program,
            {"message": HELLO, "enter": ""},
            lambda: bool(client.peer.unread),
            silent=UNSAID,
        )
    return client, "message" in client.asked


@check("II.2.client.hello")
async def says_hello(arena: Arena) -> None:
    client, prompted = await _greet(arena)
    received = client.peer.unread_text
    judge(
        arena,
        compare(HELLO, received, HELLO),
        "Le premier message du client",
        sent=f"{HELLO} (tapé, puis Entrée)" if prompted else "",
        expected=HELLO,
        received=received,
    )
    if prompted:
        raise Wrong(
            "Le client demande quoi envoyer, au lieu d'envoyer Hello de lui-même.",
            sent=f"{HELLO} (tapé, puis Entrée)",
            expected="Hello, sans qu'on tape rien",
            received=client.program.last_lines,
            credit=PROMPTED_CREDIT,
        )


def relayed(arena: Arena, word: str) -> str:
    """Ce que dirait quelqu'un d'autre, tel que le serveur du sujet le relaie à ce client."""
    words = arena.words
    named = arena.step.id in CLIENTS_WITH_PSEUDO
    author = words.pseudo() if named else f"{words.address()}:{words.port()}"
    return f"{author} a dit : {word}"


async def shows(client: Client, text: str, word: str, failing: str) -> None:
    """Le serveur envoie `text` : `word` doit paraître à l'écran ; `failing` dit le contraire."""
    arena, program = client.arena, client.program
    if not program.running:
        raise Wrong(f"{failing} : le client a fini avant. {program.exception}".strip())
    place = program.here
    client.peer.send(text)
    await arena.wait(lambda: word in program.since(place), program)
    shown = program.since(place)
    if word not in shown and word not in program.screen:
        escaped = f" Une exception lui échappe : {program.exception}" if program.exception else ""
        raise Wrong(
            f"{failing}.{escaped}",
            sent=text,
            expected=text,
            received=shown,
            match=Match.NONE,
            timed_out=True,
        )


@check("II.2.client.shows")
async def shows_answer(arena: Arena) -> None:
    client, _ = await _greet(arena)
    word = arena.words.word()
    await shows(client, f"Hello {word}", word, "La réponse du serveur n'est pas affichée")


async def types(client: Client, count: int = 3) -> None:
    """On tape des lignes, une à une : chacune arrive seule et entière au serveur."""
    for _ in range(count):
        word = client.arena.words.word()
        client.peer.forget()
        client.program.type(word)
        await expect(
            client.arena,
            client.peer,
            word,
            word=word,
            program=client.program,
            what="La ligne tapée, reçue par le serveur",
            sent=f"{word} (tapé, puis Entrée)",
        )


@check("II.3.client.sends", "II.5.client.talks")
async def sends(arena: Arena) -> None:
    client = await start_client(arena)
    await types(client)


async def _sends_something(client: Client) -> bool:
    """Une ligne tapée part-elle, quand rien n'arrive en même temps ?"""
    word = client.arena.words.word()
    client.program.type(word)
    return await client.arena.wait(lambda: word in client.said, client.program)


@check("II.3.client.receives", "II.5.client.receives")
async def receives(arena: Arena) -> None:
    """Deux messages sans rien taper, un pendant qu'on tape, et la ligne tapée part entière."""
    client = await start_client(arena)
    for number in ("Le premier", "Le deuxième"):
        word = arena.words.word()
        failing = f"{number} message reçu, sans qu'on tape rien, n'est pas affiché"
        await shows(client, relayed(arena, word), word, failing)
    begun, ended = arena.words.word(2), arena.words.word(2)
    client.program.press(begun)
    word = arena.words.word()
    failing = "Un message reçu pendant qu'on tape n'est pas affiché"
    await shows(client, relayed(arena, word), word, failing)
    client.peer.forget()
    client.program.type(ended)
    await arena.wait(lambda: begun + ended in client.said, client.program)
    if begun + ended not in client.said and await _sends_something(client):
        raise Wrong(
            "La ligne commencée avant l'arrivée d'un message ne part pas entière.",
            sent=f"{begun}{ended} (tapé en deux fois)",
            expected=begun + ended,
            received=client.said,
            timed_out=True,
        )


@check("II.3.client.asynchronous", "II.5.client.asynchronous", "II.6.client.asynchronous")
async def asynchronous(arena: Arena) -> None:
    """Pendant que le serveur se tait, un sélecteur (epoll, poll, select) attend sa connexion.

    Un fil pour le clavier n'y change rien ; un fil qui attend le réseau, si : ce n'est pas la
    boucle d'événements qui l'attend.
    """
    client = await start_client(arena)
    program = client.program

    def awaited() -> bool:
        connection = arena.sockets([client.peer])
        return bool(connection) and any(connection <= one.sockets for one in arena.watched(program))

    if await arena.wait(awaited, program):
        return await require_coroutines(arena, program, FUNCTIONS)
    state = arena.state(program)
    if state.asleep and not state.proven:
        raise Unjudged("le système ne dit pas ce qu'attendent les programmes")
    raise Wrong(
        "Ce n'est pas la boucle d'événements qui attend les messages du serveur.",
        expected="la connexion, parmi ce que surveille la boucle d'événements",
        received="la connexion n'y est pas"
        if arena.watched(program)
        else "aucune boucle d'événements n'attend",
    )


@check("II.3.client.stays")
async def stays(arena: Arena) -> None:
    client = await start_client(arena)
    program = client.program
    client.peer.send(arena.words.word())
    program.type(arena.words.word())
    await arena.wait(lambda: not program.running, program)
    if not program.running:
        raise Wrong(f"Le client s'arrête de lui-même, sans Ctrl-C. {program.exception}".strip())
    if not await interrupt(arena, program):
        raise Wrong("Ctrl-C n'arrête pas le client.", sent="Ctrl-C", timed_out=True)


async def introduces(client: Client) -> None:
    """Le client s'est présenté, comme le sujet le demande."""
    expected, received = f"{HELLO}|{client.pseudo}", client.said
    typed = f"{client.pseudo} (tapé comme pseudo)" if "pseudo" in client.asked else ""
    match = compare(expected, received, client.pseudo)
    if match is Match.NONE and received.strip() == HELLO:
        raise Wrong(
            "Le client envoie encore le simple Hello des étapes précédentes.",
            sent=typed,
            expected=expected,
            received=received,
            match=match,
        )
    what = "Le premier message du client"
    judge(client.arena, match, what, sent=typed, expected=expected, received=received)


@check("II.5.client.hello")
async def introduces_itself(arena: Arena) -> None:
    await introduces(await start_client(arena))


@check("II.5.client.options")
async def client_options(arena: Arena) -> None:
    learned = arena.job.script.launch
    host, port = arena.elsewhere()
    arguments = ("-p", str(port), "-a", host)
    chosen = replace(learned, arguments=arguments, host=host, port=port)
    wanted = f"{host}:{port}"
    try:
        client = await start_client(arena, chosen, ports=(port, learned.port))
    except Wrong as wrong:
        raise Wrong(
            f"Avec {' '.join(arguments)}, le client ne va pas à cette adresse.",
            sent=" ".join(arguments),
            expected=f"une connexion à {wanted}",
            received=arena.programs[-1].last_lines,
            timed_out=wrong.timed_out,
        ) from wrong
    went = client.peer.address
    if went != (host, port):
        ignored = [
            name for name, kept in (("-p", went[1] == port), ("-a", went[0] == host)) if not kept
        ]
        raise Wrong(
            f"Le client ne tient pas compte de {' ni de '.join(ignored)}.",
            sent=" ".join(arguments),
            expected=wanted,
            received=client.peer.name,
            credit=OPTION_CREDIT if len(ignored) == 1 and host != learned.host else 0.0,
        )
