"""Étapes II.2 à II.6, côté client : ce qu'il envoie, ce qu'il montre, comment il finit."""

from grader.checks.connecting import Client, learn_launch, start_client
from grader.checks.expect import expect, judge
from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import CTRL_C
from grader.driving.prompts import converse
from grader.driving.text import compare
from grader.model import Launch, Match

FLOOD = 20_000  # caractères écrits après la fin de la connexion : un client qui tourne à vide
PROMPTED_CREDIT = 0.5
ENDING = 1.0  # secondes de sommeil au bout desquelles un client ne finira plus


@check(
    "II.2.client.connects",
    "II.3.client.connects",
    "II.5.client.connects",
    "II.6.client.connects",
)
async def connects(arena: Arena) -> Launch:
    return await learn_launch(arena)


@check("II.2.client.hello")
async def says_hello(arena: Arena) -> None:
    client = await start_client(arena)
    await arena.wait(lambda: client.peer.unread, client.program)
    prompted = not client.peer.unread
    if prompted:
        await converse(
            arena, client.program, {"message": "Hello"}, lambda: bool(client.peer.unread)
        )
    received = client.peer.unread_text
    judge(
        arena,
        compare("Hello", received, "Hello"),
        "Le premier message du client",
        sent="",
        expected="Hello",
        received=received,
    )
    if prompted:
        raise Wrong(
            "Le client demande quoi envoyer, au lieu d'envoyer Hello de lui-même.",
            sent="Hello, tapé au clavier",
            expected="Hello, sans qu'on tape rien",
            received=client.program.last_lines,
            credit=PROMPTED_CREDIT,
        )


async def _shows(client: Client, text: str, word: str, what: str) -> None:
    """Le serveur envoie `text` : il doit paraître à l'écran."""
    place = client.program.here
    client.peer.send(text)
    await client.arena.wait(lambda: word in client.program.since(place), client.program)
    shown = client.program.since(place)
    if word not in shown and word not in client.program.screen:
        raise Wrong(
            f"{what} n'est pas affiché.",
            sent=text,
            expected=text,
            received=shown,
            match=Match.NONE,
            timed_out=True,
        )


@check("II.2.client.shows")
async def shows_answer(arena: Arena) -> None:
    client = await start_client(arena)
    if not client.peer.unread:
        await converse(
            arena, client.program, {"message": "Hello"}, lambda: bool(client.peer.unread)
        )
    word = arena.words.word()
    await _shows(client, f"Hello {word}", word, "La réponse du serveur")


async def _types(client: Client, count: int = 3) -> None:
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
    await _types(client)


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
        await _shows(client, f"{word} !", word, f"{number} message reçu, sans rien taper,")
    begun, ended = arena.words.word(2), arena.words.word(2)
    client.program.press(begun)
    word = arena.words.word()
    await _shows(client, f"{word} !", word, "Un message reçu pendant qu'on tape")
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


@check("II.3.client.stays")
async def stays(arena: Arena) -> None:
    client = await start_client(arena)
    client.peer.send(arena.words.word())
    client.program.type(arena.words.word())
    await arena.settle(client.program)
    if not client.program.running:
        raise Wrong("Le client s'arrête de lui-même, sans Ctrl-C.")
    for _ in range(2):  # asyncio.run() n'interrompt qu'à la deuxième fois un appel qui bloque
        client.program.press(CTRL_C)
        if await _ends(client):
            return
    busy = not arena.idle(client.program)
    raise Wrong("Ctrl-C n'arrête pas le client.", sent="Ctrl-C", timed_out=busy)


async def _ends(client: Client) -> bool:
    """Attend la fin du client, ou qu'il dorme assez longtemps pour qu'on n'y croie plus."""
    program = client.program
    return await client.arena.wait(lambda: not program.running, program, calm=ENDING)


@check("II.5.client.hello")
async def introduces_itself(arena: Arena) -> None:
    client = await start_client(arena)
    expected = f"Hello|{client.pseudo}"
    received = client.said
    match = compare(expected, received, client.pseudo)
    if match is Match.NONE and received.strip() == "Hello":
        raise Wrong(
            "Le client envoie encore le simple Hello des étapes précédentes.",
            sent=f"{client.pseudo} (tapé comme pseudo)",
            expected=expected,
            received=received,
            match=match,
        )
    judge(
        arena,
        match,
        "Le premier message du client",
        sent=f"{client.pseudo} (tapé comme pseudo)",
        expected=expected,
        received=received,
    )


@check("II.5.client.options")
async def client_options(arena: Arena) -> None:
    host, port = arena.words.address(), arena.words.port()
    if arena.setting.sandbox == "none":
        host = "127.0.0.1"
    launch = arena.job.script.launch
    arguments = ("-p", str(port), "-a", host)
    chosen = Launch(folder=launch.folder, arguments=arguments, host=host, port=port)
    try:
        client = await start_client(arena, chosen)
    except Wrong as wrong:
        raise Wrong(
            f"Avec -p {port} -a {host}, le client ne va pas à cette adresse.",
            sent=" ".join(arguments),
            expected=f"une connexion à {host}:{port}",
            received=arena.programs[-1].exception,
            timed_out=wrong.timed_out,
        ) from wrong
    if client.peer.name != f"{host}:{port}":
        raise Wrong(
            "Le client ne tient pas compte de -a.",
            sent=" ".join(arguments),
            expected=f"{host}:{port}",
            received=client.peer.name,
        )


@check("II.6.client.chat")
async def chats(arena: Arena) -> None:
    client = await start_client(arena)
    expected = f"Hello|{client.pseudo}"
    judge(
        arena,
        compare(expected, client.said, client.pseudo),
        "Le premier message du client",
        sent=f"{client.pseudo} (tapé comme pseudo)",
        expected=expected,
        received=client.said,
    )
    await _types(client, 1)
    word = arena.words.word()
    await _shows(client, word, word, "Un message reçu")


async def _server_leaves(arena: Arena, how: str) -> tuple[Client, str]:
    """Le serveur part ; rend le client et ce qu'il a écrit depuis."""
    client = await start_client(arena)
    word = arena.words.word()
    await _shows(client, word, word, "Un message reçu")
    await arena.settle(client.program)
    place = client.program.here
    for peer in (client.peer, *client.others):
        peer.close() if how == "close" else peer.vanish()
    await _ends(client)
    return client, client.program.since(place)


@check("II.6.client.says")
async def says_it_is_gone(arena: Arena) -> None:
    _, written = await _server_leaves(arena, "close")
    if not any(character.isalpha() for character in written.split("Traceback")[0]):
        raise Wrong(
            "Le serveur est parti, et le client n'en dit rien.",
            expected="un message, quel qu'il soit",
            received=written[:400],
        )


async def _quits(arena: Arena, how: str, when: str) -> None:
    client, written = await _server_leaves(arena, how)
    if client.program.flooded or len(written) > FLOOD:
        raise Wrong(
            f"Le client ne quitte pas {when} : il écrit sans fin.",
            expected="la fin du programme",
            received=f"{len(written)} caractères :\n{written[:400]}",
        )
    if client.program.running:
        waiting = arena.idle(client.program)
        prompt = " : il attend qu'on tape une ligne" if waiting else ""
        raise Wrong(
            f"Le client ne quitte pas {when}{prompt}.",
            expected="la fin du programme",
            received=written[-400:] or "le programme court encore",
            timed_out=not waiting,
        )
    nothing = "Traceback (most recent call last)"
    if nothing in written:
        raise Wrong(
            f"Le client finit par une exception {when} : {client.program.exception}",
            received=written[-400:],
            credit=0.5,
        )


@check("II.6.client.quits")
async def quits(arena: Arena) -> None:
    await _quits(arena, "close", "quand le serveur part")


@check("II.6.client.vanishes")
async def vanishes(arena: Arena) -> None:
    await _quits(arena, "reset", "quand le serveur disparaît sans prévenir (RST)")
