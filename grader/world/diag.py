"""L'état des sockets TCP, demandé au noyau une par une : sock_diag(7).

Lire /proc/net/tcp parcourt toute la table de la machine, 3 ms à chaque fois : trop pour y revenir
cent fois par seconde dans plusieurs arènes.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple, Self

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_LISTEN = 1, 8, 10  # <net/tcp_states.h>
NO_COOKIE = 0xFFFF_FFFF
HEADER = struct.Struct("=IHHII")
# struct inet_diag_req_v2, <linux/inet_diag.h> ; les ports et adresses dans l'ordre du réseau.
REQUEST = struct.Struct("=BBBBI2s2s16s16sIII")
MESSAGE = struct.Struct("=BBBB2s2s16s16sIIIIIIII")

Address = tuple[str, int]


class Listening(NamedTuple):
    host: str  # « 0.0.0.0 » et « :: » : toutes les adresses
    port: int

    @property
    def reach(self) -> str:
        """Une adresse où le joindre."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)


@dataclass(frozen=True)
class State:
    """Ce que le noyau sait d'une connexion."""

    waiting: int  # octets reçus, pas encore lus
    accepted: bool


class Diag:
    """Une conversation avec le noyau ; ne connaît que les sockets de ce réseau."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)

    def close(self) -> None:
        self._netlink.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connection(self, local: Address, remote: Address) -> State | None:
        """L'état du bout `local` d'une connexion ; None s'il n'existe plus."""
        family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
        self._ask(family, NLM_F_REQUEST, 0xFFFF_FFFF, local, remote)
        kind, body = next(_messages(self._netlink.recv(65_536)))
        if kind == NLMSG_ERROR:
            return None
        fields = MESSAGE.unpack_from(body)
        if fields[1] == TCP_LISTEN:  # la connexion finie, le noyau donne la socket qui écoute
            return None
        state, waiting, inode = fields[1], fields[12], fields[15]
        if state == TCP_CLOSE_WAIT:  # la fin annoncée par l'autre compte pour un octet
            waiting = max(0, waiting - 1)
        # Refermée, une socket n'a plus d'inode non plus.
        return State(waiting, bool(inode) or state not in (TCP_ESTABLISHED, TCP_CLOSE_WAIT))

    def listening(self) -> list[tuple[Listening, int]]:
        """Qui écoute, et l'inode de sa socket."""
        found = []
        nowhere = ("", 0)
        for family in (socket.AF_INET, socket.AF_INET6):
            self._ask(family, NLM_F_REQUEST | NLM_F_DUMP, 1 << TCP_LISTEN, nowhere, nowhere)
            done = False
            while not done:
                for kind, body in _messages(self._netlink.recv(1 << 18)):
                    if kind in (NLMSG_DONE, NLMSG_ERROR):
                        done = True
                        break
                    fields = MESSAGE.unpack_from(body)
                    size = 4 if fields[0] == socket.AF_INET else 16
                    address = ip_address(fields[6][:size])
                    host = str(getattr(address, "ipv4_mapped", None) or address)
                    port = int.from_bytes(fields[4], "big")
                    found.append((Listening(host, port), fields[15]))
        return found

    def _ask(self, family: int, flags: int, states: int, local: Address, remote: Address) -> None:
        def packed(address: Address) -> bytes:
            return socket.inet_pton(family, address[0]) if address[0] else b""

        request = REQUEST.pack(
            family,
            socket.IPPROTO_TCP,
            0,
            0,
            states,
            local[1].to_bytes(2, "big"),
            remote[1].to_bytes(2, "big"),
            packed(local),
            packed(remote),
            0,
            NO_COOKIE,
            NO_COOKIE,
        )
        length = HEADER.size + len(request)
        self._netlink.send(HEADER.pack(length, SOCK_DIAG_BY_FAMILY, flags, 1, 0) + request)


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= HEADER.size:
        length, kind, _, _, _ = HEADER.unpack_from(data)
        yield kind, data[HEADER.size : length]
        data = data[(length + 3) & ~3 :]
