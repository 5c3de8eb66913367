"""Étape II.6, côté client : il reste tant que le serveur est là, et s'en va avec lui."""

import re
from collections import Counter
from dataclasses import dataclass

from grader.checks.client import introduces, relayed, shows, types
from grader.checks.connecting import Client, start_client
from grader.checks.ending import ends
from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.traces import exceptions, own

FLOOD = 20_000  # caractères écrits après la fin de la connexion : un client qui tourne à vide
REPEATED = 10  # fois la même ligne, et il court encore : de même
CHOKED = "write could not complete"  # l'écran n'a pas suivi (aioconsole)
MESSAGES = 3  # du serveur, avant qu'il parte
EXCEPTION_CREDIT = 0.5
SPOKEN = re.compile(r"[^\W\d_]{2,}")  # un mot


@check("II.6.client.chat")
async def chats(arena: Arena) -> None:
    client = await start_client(arena)
    await introduces(client)
    await types(client, 1)
    word = arena.words.word()
    await shows(client, relayed(arena, word), word, "Un message reçu n'est pas affiché")


async def _listens(client: Client) -> str:
    """Le serveur parle, et le client reste : rend ce qu'il écrit autour de ces messages.

    Au retour il dort, sans que rien d'autre que le départ du serveur ait à le réveiller : ce qu'il
    fera ensuite sera du fait de ce départ.
    """
    arena, program = client.arena, client.program
    place = program.here
    said = [relayed(arena, arena.words.word()) for _ in range(MESSAGES)]
    for text in said:
        client.peer.send(text)
        await arena.wait(lambda: not program.running, program)
        if not program.running:
            raise Wrong(
                f"Le client s'arrête alors que le serveur est là. {program.exception}".strip(),
                sent=text,
                expected="qu'il attende la suite",
                received=program.last_lines,
            )
    around = program.since(place)
    for text in said:
        author, _, word = text.partition(" a dit : ")
        for drawn in (text, author, word):
            around = around.replace(drawn, "")
    return around


@dataclass(frozen=True)
class Departure:
    """Ce que fait un client dont le serveur vient de partir."""

    client: Client
    written: str  # depuis
    usual: str  # ce qu'il écrit d'ordinaire autour d'un message

    @property
    def endless(self) -> bool:
        """Il écrit sans fin, qu'il coure encore, qu'on l'ait arrêté ou qu'il en soit mort."""
        program = self.client.program
        if program.flooded or len(self.written) > FLOOD or CHOKED in self.raised:
            return True
        lines = Counter(map(_shape, own(self.written).split("\n")))
        if not program.running:
            del lines[""]  # effacer l'écran, par exemple
        return max(lines.values(), default=0) >= REPEATED

    @property
    def message(self) -> str:
        """Ce qu'il écrit de lui-même, qui ne soit ni une trace de Python ni un message vide."""
        usual = set(map(_shape, self.usual.split("\n")))
        lines = [line for line in own(self.written).split("\n") if _shape(line) not in usual]
        return "\n".join(filter(SPOKEN.search, lines))

    @property
    def raised(self) -> str:
        """L'exception par laquelle il finit ; vide s'il n'y en a pas."""
        found = exceptions(self.written)
        return found[-1].text if found else ""

    @property
    def told_by_exception(self) -> bool:
        """Le texte de l'exception est de la copie : c'est un message, mais dans une trace."""
        text = self.raised.partition(": ")[2].strip()
        sources = self.client.arena.job.script.sources
        written = [string.strip() for source in sources for string in source.strings]
        return any(
            SPOKEN.search(one) and one in text and 2 * len(one) >= len(text) for one in written
        )


def _shape(line: str) -> str:
    """Les mots d'une ligne, à l'heure et au décompte près."""
    return " ".join(SPOKEN.findall(line))


async def _server_leaves(arena: Arena, how: str) -> Departure:
    client = await start_client(arena)
    usual = await _listens(client)
    place = client.program.here
    client.door.close()
    for peer in (client.peer, *client.others):
        peer.close() if how == "close" else peer.vanish()
    await ends(client.arena, client.program)
    return Departure(client, client.program.since(place), usual)


@check("II.6.client.stays")
async def stays_with_server(arena: Arena) -> None:
    await _listens(await start_client(arena))


@check("II.6.client.says")
async def says_it_is_gone(arena: Arena) -> None:
    departure = await _server_leaves(arena, "close")
    if departure.endless:
        raise Wrong(
            "Le serveur est parti, et le client écrit sans fin.",
            expected="un message, une fois",
            received=departure.written,
        )
    if departure.message:
        return
    if departure.told_by_exception:
        raise Wrong(
            "Le client ne dit que par la trace d'une exception que le serveur est parti : "
            f"{departure.raised}",
            expected="un message, sans trace d'erreur",
            received=departure.written,
            credit=EXCEPTION_CREDIT,
        )
    raise Wrong(
        "Le serveur est parti, et le client n'en dit rien.",
        expected="un message, quel qu'il soit",
        received=departure.written,
        timed_out=departure.client.program.running,
    )


def _quitted(departure: Departure, when: str) -> None:
    """Le client a fini."""
    client, written = departure.client, departure.written
    if departure.endless:
        raise Wrong(
            f"Le client ne quitte pas {when} : il écrit sans fin.",
            expected="la fin du programme",
            received=f"{len(written)} caractères :\n{written[:400]}",
        )
    if client.program.running:
        raise Wrong(
            f"Le client ne quitte pas {when} : il {client.arena.doing(client.program)}.",
            expected="la fin du programme",
            received=written[-400:] or "le programme court encore",
            timed_out=True,
        )


@check("II.6.client.quits")
async def quits(arena: Arena) -> None:
    when = "quand le serveur part"
    departure = await _server_leaves(arena, "close")
    _quitted(departure, when)
    if not departure.raised:
        return
    if departure.told_by_exception and not departure.message:  # un autre contrôle s'en occupe
        arena.notes.append(f"Le client finit par une exception {when} : {departure.raised}")
        return
    raise Wrong(
        f"Le client finit par une exception {when} : {departure.raised}",
        expected="la fin du programme, sans trace d'erreur",
        received=departure.written[-400:],
        credit=EXCEPTION_CREDIT,
    )


@check("II.6.client.vanishes")
async def vanishes(arena: Arena) -> None:
    """Le sujet ne parle que de la lecture vide : une exception n'est ici qu'un conseil."""
    when = "quand le serveur disparaît sans prévenir (RST)"
    departure = await _server_leaves(arena, "reset")
    _quitted(departure, when)
    if departure.raised:
        arena.notes.append(
            f"Conseil : {when}, le client finit par une exception, à rattraper : {departure.raised}"
        )
