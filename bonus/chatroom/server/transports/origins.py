"""D'où vient une connexion : ce qu'on en montre, ce qu'on en compte, qui peut en dire autre chose.

Un mandataire (proxy) dit l'adresse de ceux qu'il amène. On ne croit que ceux que l'on a nommés :
les autres pourraient se faire passer pour n'importe qui.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatroom.server.core.addresses import block, parsed

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HOPS = 32  # mandataires d'affilée : au-delà, ce n'est plus un chemin


def place(host: str, port: int) -> str:
    """« hôte:port », où les deux-points d'une adresse IPv6 ne se confondent pas avec le dernier."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Origin:
    host: str
    port: int

    def __str__(self) -> str:
        return place(self.host, self.port)

    @property
    def block(self) -> str:
        return block(self.host)


def origin_of(peername: Sequence[object] | None) -> Origin:
    """Celle d'une socket ; elle peut être déjà partie."""
    host, port = (peername or ("?", 0))[:2]
    address = parsed(str(host))
    return Origin(str(address or host), int(str(port)))


class Trusted:
    """Les mandataires que l'on croit."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = tuple(networks)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, host: str) -> bool:
        address = parsed(host) if self._networks else None
        return address is not None and any(address in network for network in self._networks)

    def forwarded(self, hops: Sequence[str]) -> str:
        """Le client, selon X-Forwarded-For : chaque mandataire y ajoute, à droite, qui lui parle.

        On remonte jusqu'au premier que l'on ne croit pas : ce qui est à sa gauche, il l'a peut-être
        inventé. Vide s'il n'y a rien ; ValueError si ce n'est pas un chemin.
        """
        names = [name.strip() for name in ",".join(hops).split(",")] if hops else []
        if len(names) > HOPS:
            raise ValueError(f"plus de {HOPS} mandataires")
        client = ""
        for name in reversed(names):
            address = parsed(_without_port(name))
            if address is None:
                raise ValueError("ce n'est pas une adresse")
            client = str(address)
            if client not in self:
                break
        return client


def _without_port(name: str) -> str:
    """« [::1]:80 », « 10.0.0.1:80 » : certains mandataires disent le port."""
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0] if name.count(":") == 1 else name
