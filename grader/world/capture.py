"""Voit où les programmes cherchent à se connecter : le premier paquet (SYN) de chaque connexion."""

import asyncio
import ctypes
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

MAX_SYNS = 1000  # retenus ; les suivants sont comptés
SNAPSHOT = 128  # octets gardés par paquet : les en-têtes IP et TCP
BATCH = 256  # paquets lus avant de laisser la place aux autres tâches
RECEIVE_BUFFER = 4 << 20  # octets ; le noyau en donne moins s'il le veut

ETH_P_ALL, SO_ATTACH_FILTER = 3, 26  # <linux/if_ether.h>, <asm-generic/socket.h>
IPV4_HEADER, IPV6_HEADER = 20, 40  # octets, sans les options
TCP_FLAGS, SYN, ACK = 13, 0x02, 0x10  # le 14e octet de l'en-tête TCP

# Filtre du noyau (BPF classique : code, saut si vrai, saut si faux, opérande) : seuls les SYN
# réveillent le correcteur, un déluge de données ne lui coûte rien.
FILTER = (
    (0x28, 0, 0, 0xFFFF_F004),  # pkttype (SKF_AD_OFF + SKF_AD_PKTTYPE)…
    (0x15, 17, 0, 4),  # … PACKET_OUTGOING ? lo montre tout deux fois : rejeté
    (0x30, 0, 0, 0),  # version d'IP
    (0x54, 0, 0, 0xF0),
    (0x15, 0, 7, 0x40),  # 4 ? sinon, voir si c'est 6
    (0x30, 0, 0, 9),  # protocole
    (0x15, 0, 12, socket.IPPROTO_TCP),
    (0x28, 0, 0, 6),  # un fragment autre que le premier n'a pas d'en-tête TCP
    (0x45, 10, 0, 0x1FFF),
    (0xB1, 0, 0, 0),  # X = longueur de l'en-tête IPv4
    (0x50, 0, 0, TCP_FLAGS),
    (0x05, 0, 0, 4),  # aux drapeaux
    (0x15, 0, 6, 0x60),  # 6 ?
    (0x30, 0, 0, 6),
    (0x15, 0, 4, socket.IPPROTO_TCP),
    (0x30, 0, 0, IPV6_HEADER + TCP_FLAGS),
    (0x54, 0, 0, SYN | ACK),
    (0x15, 0, 1, SYN),
    (0x06, 0, 0, SNAPSHOT),  # gardé
    (0x06, 0, 0, 0),  # rejeté
)


class Syn(NamedTuple):
    source: str
    source_port: int
    target: str
    target_port: int


def parse(packet: bytes) -> Syn | None:
    """Le SYN que porte un paquet IP ; None si c'est autre chose."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= IPV4_HEADER:
        family, length, protocol = socket.AF_INET, (packet[0] & 0xF) * 4, packet[9]
        addresses, size = 12, 4
        first_fragment = not int.from_bytes(packet[6:8], "big") & 0x1FFF
    elif version == 6 and len(packet) >= IPV6_HEADER:
        family, length, protocol = socket.AF_INET6, IPV6_HEADER, packet[6]
        addresses, size = 8, 16
        first_fragment = True
    else:
        return None
    if protocol != socket.IPPROTO_TCP or not first_fragment or length < IPV4_HEADER:
        return None
    if len(packet) <= length + TCP_FLAGS or packet[length + TCP_FLAGS] & (SYN | ACK) != SYN:
        return None
    source_port, target_port = struct.unpack_from("!2H", packet, length)
    source = socket.inet_ntop(family, packet[addresses : addresses + size])
    target = socket.inet_ntop(family, packet[addresses + size : addresses + 2 * size])
    return Syn(source, source_port, target, target_port)


class Capture:
    """Écoute `lo` dès sa construction ; OSError sans le droit de capturer (CAP_NET_RAW).

    `syns` garde les premiers, dans l'ordre ; `others` compte ceux qui n'y tiennent pas.
    """

    def __init__(self) -> None:
        self.syns: list[Syn] = []
        self.others = 0
        self._arrived = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._socket = _open()
        self._loop.add_reader(self._socket, self._on_readable)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    async def wait_syn(self, ignoring: Callable[[Syn], bool], deadline: float) -> Syn | None:
        """Le premier SYN, déjà vu ou à venir, que `ignoring` n'écarte pas ; None après `deadline`
        secondes."""
        seen = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                while True:
                    for syn in self.syns[seen:]:
                        if not ignoring(syn):
                            return syn
                    seen = len(self.syns)
                    self._arrived.clear()
                    await self._arrived.wait()
        return None

    def _on_readable(self) -> None:
        for _ in range(BATCH):
            try:
                packet = self._socket.recv(SNAPSHOT)
            except OSError:  # plus rien à lire, ou lo éteinte
                return
            syn = parse(packet)
            if syn is None:
                continue
            if len(self.syns) < MAX_SYNS:
                self.syns.append(syn)
                self._arrived.set()
            else:
                self.others += 1


def _open() -> socket.socket:
    # Protocole 0 : rien n'arrive avant bind(), une fois le filtre en place.
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        code = b"".join(struct.pack("=HBBI", *instruction) for instruction in FILTER)
        buffer = ctypes.create_string_buffer(code)
        program = struct.pack("HP", len(FILTER), ctypes.addressof(buffer))  # struct sock_fprog
        sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        sock.bind(("lo", ETH_P_ALL))
    except OSError:
        sock.close()
        raise
    return sock
