"""Un DNS qui connaît tous les noms : chacun a son adresse, toujours la même (RFC 1035)."""

import asyncio
import hashlib
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address

PORT = 53
MAX_PACKET = 512  # octets : une question en demande bien moins, la suite n'est pas lue
MAX_NAMES = 1000  # noms retenus
BATCH = 64  # paquets lus avant de laisser la place aux autres tâches
TTL = 60  # secondes

IP_PKTINFO = 8  # <linux/in.h>
HEADER, QUESTION_END = struct.Struct("!6H"), struct.Struct("!2H")
RESPONSE, AUTHORITATIVE, RECURSION_AVAILABLE = 0x8000, 0x0400, 0x0080
OPCODE, RECURSION_DESIRED = 0x7800, 0x0100
NO_ERROR, FORMAT_ERROR, UNKNOWN_NAME, NOT_IMPLEMENTED = 0, 1, 3, 4
TYPE_A, CLASS_IN = 1, 1
NAME_OF_QUESTION = 0xC000 | HEADER.size  # un renvoi : le nom est celui de la question

NETWORK = IPv4Address("198.18.0.0")  # /15, réservé aux bancs d'essai (RFC 2544)
NETWORKS, HOSTS = 512, 254  # .0 et .255 ne servent pas


def address_of(name: str) -> str:
    """L'adresse d'un nom, quelle que soit sa casse."""
    name = name.lower().removesuffix(".")
    if name == "localhost":
        return "127.0.0.1"
    draw = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
    network, host = divmod(draw % (NETWORKS * HOSTS), HOSTS)
    return str(NETWORK + 256 * network + host + 1)


def _read_question(packet: bytes) -> tuple[str, int, int, int]:
    """Le nom demandé, le type, la classe, et où finit la question.

    ValueError, IndexError ou struct.error si elle est mal formée ou coupée.
    """
    labels: list[str] = []
    offset = HEADER.size
    while length := packet[offset]:
        # Plus de 63 : un renvoi, dont une question seule n'a pas besoin ; jamais suivi, il ne
        # peut pas boucler.
        if length > 63:
            raise ValueError("un renvoi")
        labels.append(packet[offset + 1 : offset + 1 + length].decode("ascii"))
        offset += 1 + length
    kind, family = QUESTION_END.unpack_from(packet, offset + 1)
    return ".".join(labels).lower(), kind, family, offset + 1 + QUESTION_END.size


def answer(packet: bytes) -> tuple[str, bytes]:
    """Le nom demandé et la réponse, vides l'un et l'autre s'il n'y a rien à dire."""
    if len(packet) < HEADER.size:
        return "", b""
    number, flags, questions, *_ = HEADER.unpack_from(packet)
    if flags & RESPONSE:  # répondre à une réponse peut ne jamais finir
        return "", b""
    flags = RESPONSE | AUTHORITATIVE | RECURSION_AVAILABLE | flags & (OPCODE | RECURSION_DESIRED)
    if flags & OPCODE:
        return "", HEADER.pack(number, flags | NOT_IMPLEMENTED, 0, 0, 0, 0)
    try:
        name, kind, family, end = _read_question(packet)
        if questions != 1:
            raise ValueError("une question à la fois")
    except (ValueError, IndexError, struct.error):
        return "", HEADER.pack(number, flags | FORMAT_ERROR, 0, 0, 0, 0)
    record, code = b"", NO_ERROR
    if name == "invalid" or name.endswith(".invalid"):
        code = UNKNOWN_NAME
    elif (kind, family) == (TYPE_A, CLASS_IN):
        address = IPv4Address(address_of(name)).packed
        record = struct.pack("!3HIH4s", NAME_OF_QUESTION, kind, family, TTL, 4, address)
    header = HEADER.pack(number, flags | code, 1, 1 if record else 0, 0, 0)
    return name, header + packet[HEADER.size : end] + record


class Dns:
    """`names` : les noms demandés, dans l'ordre, et combien de fois chacun."""

    def __init__(self, sock: socket.socket, on_query: Callable[[str], None] | None) -> None:
        self.names: dict[str, int] = {}
        self._on_query = on_query
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._on_readable)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _on_readable(self) -> None:
        for _ in range(BATCH):
            try:
                packet, ancillary, _, client = self._socket.recvmsg(
                    MAX_PACKET, socket.CMSG_SPACE(12)
                )
            except OSError:  # plus rien à lire
                return
            name, reply = answer(packet)
            if reply:
                self._reply(reply, ancillary, client)
            if name:
                self._remember(name)

    def _reply(
        self, reply: bytes, ancillary: list[tuple[int, int, bytes]], client: tuple[str, int]
    ) -> None:
        """Répond depuis l'adresse à laquelle on a demandé : le client ne croit qu'elle."""
        asked = ancillary[0][2][-4:]  # struct in_pktinfo : interface, source, destination
        origin = struct.pack("=i4s4s", 0, asked, bytes(4))
        with suppress(OSError):  # port 0, diffusion, file pleine : tant pis pour ce client
            self._socket.sendmsg([reply], [(socket.IPPROTO_IP, IP_PKTINFO, origin)], 0, client)

    def _remember(self, name: str) -> None:
        if name in self.names:
            self.names[name] += 1
        elif len(self.names) < MAX_NAMES:
            self.names[name] = 1
            if self._on_query:
                self._on_query(name)


async def start_dns(on_query: Callable[[str], None] | None = None) -> Dns:
    """Répond à toutes les adresses, en UDP ; `on_query` est appelé avec chaque nom nouveau."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        sock.bind(("0.0.0.0", PORT))
    except OSError:
        sock.close()
        raise
    return Dns(sock, on_query)
