"""Ce que le serveur dit en s'ouvrant : ce qu'il faut taper, et l'adresse à donner aux autres."""

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from chatroom.common.settings import HOST, PORT
from chatroom.server.operation.addresses import network_addresses
from chatroom.server.operation.settings import ServerSettings
from chatroom.server.transports.origins import place

EVERYWHERE = {"0.0.0.0", "::"}  # écouter partout
NEARBY = {HOST, "localhost", "::1"}  # n'écouter que cette machine


@dataclass(frozen=True, slots=True)
class Invitation:
    settings: ServerSettings
    port: int  # ceux où l'on écoute vraiment
    web_port: int | None  # None : sans page web

    def lines(self) -> Iterator[str]:
        host = self.settings.host
        here = HOST if host in EVERYWHERE else host
        yield f"Pour y venir, dans un autre terminal : {self._command(here)}"
        if self.web_port is not None:
            yield f"Ou dans un navigateur : {self._url(here)}"
        if host in EVERYWHERE:
            addresses = [one for one in network_addresses() if host == "::" or ":" not in one]
            for address in addresses:
                yield f"D'une autre machine du réseau : {self._elsewhere(address)}"
            if not addresses:
                yield "Cette machine n'a pas d'adresse sur un réseau : on n'y vient que d'ici."
        elif host in NEARBY:
            yield "On n'y vient que de cette machine ; de tout le réseau, avec « -a 0.0.0.0 »."

        if host not in NEARBY and not self.settings.tls_cert and not self.settings.trusted_proxy:
            words = [os.path.relpath(sys.executable), "bonus/server.py", "--make-cert", "-a", host]
            yield f"En clair : tout le réseau peut lire. Pour chiffrer : {shlex.join(words)}"

    def _elsewhere(self, address: str) -> str:
        command = self._command(address)
        return command if self.web_port is None else f"{self._url(address)} ou {command}"

    def _url(self, host: str) -> str:
        assert self.web_port is not None
        name = "localhost" if host in NEARBY else host
        scheme = "https" if self.settings.tls_cert else "http"
        return f"{scheme}://{place(name, self.web_port)}/"

    def _command(self, host: str) -> str:
        """Depuis le dossier du projet."""
        words = [os.path.relpath(sys.executable), "bonus/client.py"]
        if host != HOST:
            words += ["-a", host]
        if self.port != PORT:
            words += ["-p", str(self.port)]
        if cert := self.settings.tls_cert:
            ca = cert.with_name(f"{cert.stem}-ca.pem")  # de --make-cert
            words += ["--tls-ca", str(ca if ca.exists() else cert)]
        return shlex.join(words)
