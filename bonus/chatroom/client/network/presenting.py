"""Se présenter à un serveur : avec quel jeton, et sans le montrer à qui ne le connaît pas déjà."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Protocol

from chatroom.client.tokens import Credential
from chatroom.common.proofs import masked
from chatroom.protocol import ChatError
from chatroom.protocol.messages import TOKEN, Greeting, Welcome

STRANGER = (
    "Attention : ce n'est pas le serveur qui répondait jusqu'ici à {}. Si personne ne l'a annoncé, "
    "quelqu'un se fait peut-être passer pour lui. Votre jeton ne lui a pas été montré."
)


class Keyring(Protocol):
    """Où sont les jetons, par serveur et par pseudo. ChatError s'il ne s'ouvre pas.

    Ses méthodes sont appelées dans un fil : elles peuvent attendre le disque.
    """

    def find(self, server: bytes, address: str, pseudo: str) -> Credential: ...

    def keep(
        self, server: bytes, address: str, pseudo: str, token: bytes, person: int = 0
    ) -> None: ...


class Presenting:
    """`address` : « hôte:port », comme la personne l'a écrit ; `say` lui dit une phrase."""

    def __init__(self, tokens: Keyring, address: str, say: Callable[[str], None]) -> None:
        self._tokens, self._address, self._say = tokens, address, say
        self._server = self._token = b""
        self._person = 0
        self._known = False  # ce serveur a l'empreinte de ce jeton
        self._kept: tuple[str, bytes, int] | None = None

    async def shown(self, greeting: Greeting, pseudo: str) -> tuple[bytes, int]:
        """Le jeton, ou sa preuve, et le numéro de la personne.

        Un jeton neuf est gardé avant d'être montré : une coupure avant le Welcome ne doit pas faire
        perdre un pseudo que le serveur vient de donner. Sans pseudo, c'est un code qui le dira.
        """
        if greeting.server != self._server:
            await self._meet(greeting.server, pseudo)
        if self._known:
            return masked(self._token, greeting.challenge, greeting.server), self._person
        return self._token, self._person

    async def welcomed(self, message: Welcome) -> None:
        """Ce jeton est le nôtre, sous ce pseudo et ce numéro."""
        self._token = message.token or self._token
        self._person, self._known = message.person, len(self._token) == TOKEN
        await self._keep(message.pseudo)

    async def renamed(self, pseudo: str) -> None:
        """Sous notre nouveau pseudo aussi : c'est lui qu'on donnera la prochaine fois."""
        await self._keep(pseudo)

    async def _meet(self, server: bytes, pseudo: str) -> None:
        known = Credential()
        try:
            known = await asyncio.to_thread(self._tokens.find, server, self._address, pseudo)
        except ChatError as error:
            self._lost(error)
        if known.stranger:
            self._say(STRANGER.format(self._address))
        self._server, self._person = server, known.person
        self._known = len(known.token) == TOKEN
        self._token = known.token if self._known else secrets.token_bytes(TOKEN)
        if self._known:
            # Sous une adresse nouvelle, c'est à la bienvenue qu'on la retiendra.
            self._kept = (pseudo, self._token, self._person) if known.placed else None
        elif pseudo:
            await self._keep(pseudo)

    async def _keep(self, pseudo: str) -> None:
        kept = (pseudo, self._token, self._person)
        if kept == self._kept:
            return
        self._kept = kept
        try:
            await asyncio.to_thread(self._tokens.keep, self._server, self._address, *kept)
        except ChatError as error:
            self._lost(error)

    def _lost(self, error: ChatError) -> None:
        self._say(f"Votre pseudo ne pourra pas vous être rendu : {error}")
