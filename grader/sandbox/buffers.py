"""La mémoire que tiennent les sockets d'un réseau, demandée au noyau : sock_diag(7).

Ce qu'une socket a reçu et que nul ne lit n'est dans la mémoire d'aucun processus, et y reste même
quand plus personne n'a la socket.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
HEADER, ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=HH")
# SK_MEMINFO_…, <linux/sock_diag.h> : reçu, envoyé, réservé, en file d'envoi, options, en attente.
RECEIVED, SENT, RESERVED, QUEUED, OPTIONS, BACKLOG = 0, 2, 4, 5, 6, 7
EVERY_STATE, EVERY_PROTOCOL = 0xFFFF_FFFF, 0xFF
# Demander les sockets TCP parcourt la table de toute la machine, quatre millisecondes. À moins que
# celles-ci, le plus qu'elles puissent tenir (10 Mo, d'ordinaire) ne compte pas encore.
FEW = 16
COUNTS = tuple(Path("/proc/self/net") / name for name in ("sockstat", "sockstat6"))


@dataclass(frozen=True)
class Family:
    """De quoi demander toutes les sockets d'une famille, et lire la réponse."""

    request: bytes
    header: int  # octets de la réponse avant ses attributs
    attribute: int  # celui qui dit la mémoire


def _internet(family: int, protocol: int) -> Family:
    memory = 7  # INET_DIAG_SKMEMINFO, <linux/inet_diag.h>
    request = struct.pack("=BBBxI48x", family, protocol, 1 << memory - 1, EVERY_STATE)
    return Family(request, 72, memory)


TCP = tuple(_internet(family, socket.IPPROTO_TCP) for family in (socket.AF_INET, socket.AF_INET6))
OTHERS = (
    *(_internet(family, socket.IPPROTO_UDP) for family in (socket.AF_INET, socket.AF_INET6)),
    # <linux/unix_diag.h>, <linux/netlink_diag.h> : UDIAG_SHOW_MEMINFO, NDIAG_SHOW_MEMINFO.
    Family(struct.pack("=BxxxIII8x", socket.AF_UNIX, EVERY_STATE, 0, 0x20), 16, 5),
    Family(struct.pack("=BBxxII8x", socket.AF_NETLINK, EVERY_PROTOCOL, 0, 1), 28, 0),
)


class Buffers:
    """Une conversation avec le noyau ; ne connaît que les sockets de ce réseau."""

    def __init__(self) -> None:
        self._netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)

    def close(self) -> None:
        self._netlink.close()

    def held(self) -> int:
        """Octets, pour toutes les sockets ; ceux d'une famille que le noyau ne dit pas valent 0."""
        families = OTHERS if _tcp_sockets() <= FEW else (*OTHERS, *TCP)
        return sum(
            _memory(body, family) for family in families for body in self._sockets(family.request)
        )

    def _sockets(self, request: bytes) -> Iterator[bytes]:
        flags = NLM_F_REQUEST | NLM_F_DUMP
        header = HEADER.pack(HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, flags, 1, 0)
        self._netlink.send(header + request)
        while True:
            data = self._netlink.recv(1 << 18)
            while data:
                length, kind, *_ = HEADER.unpack_from(data)
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    return
                yield data[HEADER.size : length]
                data = data[length + 3 & ~3 :]


def _tcp_sockets() -> int:
    """Combien ce réseau en a, celles que plus personne ne tient comprises."""
    total = 0
    for path in COUNTS:
        for line in path.read_text("ascii").splitlines():
            protocol, _, counts = line.partition(": inuse ")
            if protocol in ("TCP", "TCP6"):
                total += int(counts.split()[0])
    return total


def _memory(answer: bytes, family: Family) -> int:
    """Ce que dit une réponse de la mémoire d'une socket."""
    attributes = answer[family.header :]
    while len(attributes) >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(attributes)
        if kind == family.attribute:
            count = (length - ATTRIBUTE.size) // 4
            fields: tuple[int, ...] = struct.unpack_from(f"={count}I", attributes, ATTRIBUTE.size)
            sending = max(fields[SENT], fields[QUEUED])
            return sending + sum(fields[n] for n in (RECEIVED, RESERVED, OPTIONS, BACKLOG))
        attributes = attributes[max(ATTRIBUTE.size, length + 3 & ~3) :]
    return 0
