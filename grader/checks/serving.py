"""Un serveur de la copie, et ceux qui s'y connectent."""

import asyncio
import errno
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.checks.expect import witnessed
from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.peer import Peer, connect
from grader.driving.program import Program

SERVERS_WITH_PSEUDO = ("II.5.server", "II.6.server")
TAKEN = (errno.EADDRINUSE, errno.EADDRNOTAVAIL)
PLACES = 5  # places essayées quand une autre connexion a déjà la nôtre

Source = tuple[str, int]


@dataclass
class Server:
    """Le serveur jugé ; ses clients viennent de plusieurs adresses, et parfois de la même."""

    arena: Arena
    program: Program
    host: str
    port: int
    answers: tuple[str, ...] = ()  # ce à quoi il a fallu répondre pour qu'il écoute
    greetings: dict[str, str] = field(default_factory=dict)  # à qui, ce qui est arrivé d'emblée
    count: int = 0

    async def connect(
        self, name: str = "", source: Source | None = None, *, exactly: bool = False
    ) -> Peer:
        """Quelqu'un arrive, sans rien dire ; au retour le serveur l'a accepté.

        `exactly` : de cette place, et d'aucune autre.
        """
        arena = self.arena
        self.count += 1
        name = name or f"client {chr(ord('A') + self.count - 1)}"
        peer = Peer(name, arena.pulse, arena.timeline)
        await self._reach(peer, source or self.pick_source(), 1 if exactly else PLACES)
        arena.peers.append(peer)
        await arena.rest(self.program)  # un délai qu'il se donne alors n'est pas à attendre
        self.greetings[peer.name] = peer.unread_text
        peer.forget()  # une bienvenue n'est pas une faute
        return peer

    async def _reach(self, peer: Peer, source: Source, tries: int) -> None:
        for _ in range(tries):
            try:
                async with asyncio.timeout(self.arena.check.deadline):  # une file d'attente pleine
                    return await connect(peer, (self.host, self.port), source)
            except OSError as error:
                if error.errno not in TAKEN:
                    message = f"Le serveur n'accepte plus personne sur {self.host}:{self.port}."
                    message = f"{message} {self.program.exception}".strip()
                    raise witnessed(Wrong(message), self.program) from error
            source = source[0], self.arena.words.port()
        raise Unjudged("une place d'où se connecter")

    def pick_source(self) -> Source:
        words = self.arena.words
        address = words.address()
        if self.arena.setting.sandbox == "none":
            address = f"127.0.0.{words.random.randrange(2, 250)}"
        return address, words.port()

    def neighbour(self, peer: Peer) -> Source:
        """Une autre place sur la même machine que `peer`."""
        return peer.address[0], self.arena.words.port()

    async def join(
        self, pseudo: str, source: Source | None = None, *, exactly: bool = False
    ) -> Peer:
        """Quelqu'un arrive et se présente ; au retour, l'annonce est passée."""
        peer = await self.connect(pseudo, source, exactly=exactly)
        peer.send(f"Hello|{pseudo}")
        await self.arena.settle(self.program)
        peer.forget()
        return peer

    async def enter(self, count: int, neighbours: Mapping[int, int] | None = None) -> list[Peer]:
        """`count` personnes entrent, l'une après l'autre.

        `neighbours` : celles qui viennent de la même machine qu'une autre, arrivée avant elles.
        """
        peers: list[Peer] = []
        for number in range(count):
            before = (neighbours or {}).get(number)
            source = None if before is None else self.neighbour(peers[before])
            if self.by_pseudo:
                peers.append(await self.join(self.arena.words.pseudo(), source))
            else:
                peers.append(await self.connect(source=source))
        for peer in peers:
            peer.forget()
        return peers

    async def known(self, count: int, neighbours: Mapping[int, int] | None = None) -> list[Peer]:
        """`count` clients qui ont déjà parlé : en oublier un silencieux est une autre faute."""
        peers = await self.enter(count, neighbours)
        for peer in peers:
            peer.send(self.arena.words.word())
            await self.arena.settle(self.program)
        return peers

    @property
    def by_pseudo(self) -> bool:
        """Se présente-t-on à cette étape ?"""
        return self.arena.step.id in SERVERS_WITH_PSEUDO

    def author(self, peer: Peer) -> str:
        """Le nom de `peer` dans la conversation : son pseudo, ou son adresse avant l'étape 5."""
        return peer.actor if self.by_pseudo else peer.name
