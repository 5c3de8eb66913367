"""Ce que se disent un serveur de la copie et ses clients, lu au passage sur `lo`.

Le correcteur n'est pas entre eux : il regarde passer leurs paquets, et n'y change rien.
"""

import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

ETH_P_ALL, PACKET_OUTGOING = 3, 4  # <linux/if_ether.h>, <linux/if_packet.h>
RECEIVE_BUFFER = 8 << 20  # octets ; le noyau en donne moins s'il le veut, et perd ce qui déborde
MAX_KEPT = 200_000  # octets, pour chaque sens d'une connexion
MAX_PACKETS = 100_000  # lus d'affilée : un bavard ne nous retient pas
IPV4_HEADER, TCP_HEADER = 20, 20  # octets, sans les options
SYN = 0x02
Address = tuple[str, int]


@dataclass
class Talk:
    """Une connexion, vue du fil."""

    client: Address
    asked: bytearray = field(default_factory=bytearray)  # par le client
    answered: bytearray = field(default_factory=bytearray)  # par le serveur
    following: dict[Address, int] = field(default_factory=dict)  # le numéro du prochain octet


class Wire:
    """Écoute ce qui va à l'adresse `server`, et ce qui en vient ; OSError sans CAP_NET_RAW."""

    def __init__(self, server: Address) -> None:
        self._server = server
        self._talks: dict[Address, Talk] = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._socket.bind(("lo", ETH_P_ALL))
        except OSError:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def talks(self) -> list[Talk]:
        """Chaque connexion jusqu'à cet instant, dans l'ordre où elles se sont ouvertes."""
        with suppress(BlockingIOError):
            for _ in range(MAX_PACKETS):
                packet, place = self._socket.recvfrom(1 << 16)
                if place[2] != PACKET_OUTGOING:  # lo montre tout deux fois
                    self._take(packet)
        return list(self._talks.values())

    def _take(self, packet: bytes) -> None:
        if len(packet) < IPV4_HEADER or packet[0] >> 4 != 4 or packet[9] != socket.IPPROTO_TCP:
            return
        length = (packet[0] & 0xF) * 4
        segment = packet[length:]
        if len(segment) < TCP_HEADER:
            return
        source = socket.inet_ntoa(packet[12:16]), int.from_bytes(segment[:2], "big")
        target = socket.inet_ntoa(packet[16:20]), int.from_bytes(segment[2:4], "big")
        sequence, flags = int.from_bytes(segment[4:8], "big"), segment[13]
        if self._server not in (source, target):
            return
        client = source if target == self._server else target
        talk = self._talks.setdefault(client, Talk(client))
        data = segment[(segment[12] >> 4) * 4 :]
        if flags & SYN:
            talk.following[source] = (sequence + 1) % (1 << 32)
        elif data and talk.following.get(source, sequence) == sequence:  # sinon, un renvoi
            talk.following[source] = (sequence + len(data)) % (1 << 32)
            said = talk.asked if source == client else talk.answered
            said += data[: MAX_KEPT - len(said)]
