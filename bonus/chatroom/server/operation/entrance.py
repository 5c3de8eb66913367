"""L'entrée du serveur : ses deux portes, sa page, et ce qui en change sans s'arrêter."""

import ssl
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path

from chatroom.protocol import ChatError
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Closing
from chatroom.server.operation.addresses import machine_names
from chatroom.server.operation.invitation import Invitation
from chatroom.server.operation.listening import IMPOSSIBLE, cannot_listen
from chatroom.server.operation.settings import ServerSettings
from chatroom.server.operation.tls import server_context
from chatroom.server.transports.doors import Door, Doors
from chatroom.server.transports.origins import Trusted, place
from chatroom.server.transports.site import Site
from chatroom.server.transports.tcp import Connection, Listener
from chatroom.server.transports.web import Lobby, WebConnection, refusal

PAGE = Path(__file__).parents[3] / "page"
CROWDED = "Trop de connexions depuis cette adresse, ou en tout : réessayez plus tard."
UNNAMED = "Ce serveur attend d'ici l'en-tête PROXY de son mandataire (--trusted-proxy)."
ENCRYPTED = "Ce serveur parle TLS : ajoutez --tls"
HTTPS = "Ce port est chiffré : l'adresse commence par https://, et non http://."


class Entrance:
    def __init__(self, settings: ServerSettings, limits: Limits, listener: Listener) -> None:
        """ChatError si le certificat ou sa clé ne conviennent pas."""
        self._settings, self._listener = settings, listener
        tls = _context(settings)
        trusted = Trusted(settings.trusted_proxy)
        self._doors = Doors(listener, trusted)
        self._lobby = Lobby(_site(settings, limits), limits.requests, trusted)
        self._chat = Door(
            Connection,
            full=Closing(Reason.FULL, CROWDED).encode(),
            unnamed=Closing(Reason.PROTOCOL, UNNAMED).encode(),
            encrypted=Closing(Reason.PROTOCOL, ENCRYPTED).encode(),
            bare=True,
            tls=tls,
        )
        self._web = Door(
            partial(WebConnection, lobby=self._lobby),
            full=refusal(CROWDED, HTTPStatus.SERVICE_UNAVAILABLE),
            unnamed=refusal(UNNAMED, HTTPStatus.BAD_REQUEST),
            encrypted=refusal(HTTPS, HTTPStatus.BAD_REQUEST),
            bare=False,
            tls=tls,
        )

    async def open(self, say: Callable[[str], None]) -> None:
        """Ouvre les deux portes, et dit comment y venir. ChatError si c'est impossible."""
        settings = self._settings
        places = await self._open(self._chat, settings.port, "-p")
        where = ", ".join(place(*one) for one in places)
        say(f"Le chat écoute sur {where} (Ctrl-C pour l'arrêter).")
        web_port = None
        if settings.web:
            ((_, web_port), *_) = await self._open(self._web, settings.web_port, "--web-port")
        for line in Invitation(settings, places[0][1], web_port).lines():
            say(line)

    async def _open(self, door: Door, port: int, option: str) -> list[tuple[str, int]]:
        host = self._settings.host
        try:
            return await self._doors.open(door, host, port)
        except IMPOSSIBLE as error:
            raise cannot_listen(host, port, error, option) from None

    def renew(self, settings: ServerSettings, limits: Limits) -> None:
        """Un autre certificat, d'autres bornes, pour qui viendra. ChatError : rien n'a changé."""
        if (settings.tls_cert is None) is not (self._settings.tls_cert is None):
            raise ChatError("TLS ne s'ajoute ni ne se retire sans arrêter le serveur.")
        self._chat.tls = self._web.tls = _context(settings)
        self._listener.turnstile.limits = limits
        self._lobby.adopt(_site(settings, limits), limits.requests)

    def close(self) -> None:
        self._doors.close()


def _context(settings: ServerSettings) -> ssl.SSLContext | None:
    return server_context(settings.tls_cert, settings.tls_key) if settings.tls_cert else None


def _site(settings: ServerSettings, limits: Limits) -> Site:
    names, encrypted = {*machine_names(), settings.host}, settings.tls_cert is not None
    return Site(PAGE, limits, names, settings.web_names, encrypted=encrypted)
