"""L'état des sockets TCP, demandé au noyau une par une : sock_diag(7).

Lire /proc/net/tcp parcourt toute la table de la machine, 3 ms à chaque fois : trop pour y revenir
cent fois par seconde dans plusieurs arènes.
"""

import socket
import struct
import sys
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
ATTRIBUTE = struct.Struct("=HH")  # struct rtattr : sa longueur, son type
INET_DIAG_INFO = 2
# struct tcp_info, <linux/tcp.h> : octets reçus dans l'ordre ; émis, renvois compris ; renvoyés.
BYTES_RECEIVED, BYTES_SENT, BYTES_RESENT = 128, 200, 208

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
    inode: int = 0  # de la socket, dans le programme qui la tient ; 0 : personne
    # Depuis le début ; None si le noyau ne le dit pas (ou plus, d'une connexion qui finit).
    sent: int | None = None
    received: int | None = None  # la fin annoncée compte pour un octet


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
        wanted = 1 << (INET_DIAG_INFO - 1)
        self._ask(family, NLM_F_REQUEST, 0xFFFF_FFFF, local, remote, wanted)
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
        accepted = bool(inode) or state not in (TCP_ESTABLISHED, TCP_CLOSE_WAIT)
        sent, received = _traffic(body[MESSAGE.size :])
        return State(waiting, accepted, inode, sent, received)

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

    def _ask(
        self,
        family: int,
        flags: int,
        states: int,
        local: Address,
        remote: Address,
        extensions: int = 0,
    ) -> None:
        def packed(address: Address) -> bytes:
            return socket.inet_pton(family, address[0]) if address[0] else b""

        request = REQUEST.pack(
            family,
            socket.IPPROTO_TCP,
            extensions,
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


def _traffic(attributes: bytes) -> tuple[int | None, int | None]:
    """Octets émis et reçus par une connexion."""
    while len(attributes) >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(attributes)
        info = attributes[ATTRIBUTE.size : length]
        if kind == INET_DIAG_INFO and len(info) >= BYTES_RESENT + 8:
            received, sent, resent = (
                int.from_bytes(info[place : place + 8], sys.byteorder)
                for place in (BYTES_RECEIVED, BYTES_SENT, BYTES_RESENT)
            )
            return sent - resent, received
        if length < ATTRIBUTE.size:
            break
        attributes = attributes[(length + 3) & ~3 :]
    return None, None
