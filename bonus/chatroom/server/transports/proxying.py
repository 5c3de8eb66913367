"""L'en-tête PROXY, par lequel un mandataire dit de qui vient la connexion qu'il amène.

Il est en clair, avant tout autre octet, avant TLS aussi. Source : « The PROXY protocol », versions
1 (une ligne) et 2 (binaire), https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
"""

import asyncio
import ipaddress
import re
import socket

from chatroom.server.core.addresses import parsed
from chatroom.server.transports.origins import Origin

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
ONE_LINE = b"PROXY "
START = len(ONE_LINE)
UNKNOWN = b"PROXY UNKNOWN"
KNOWN = re.compile(rb"PROXY TCP[46] (\S+) \S+ ([0-9]{1,5}) [0-9]{1,5}\r\n")
LINE = 107  # octets de la plus longue ligne de la version 1, fin comprise
HEADER = 16  # octets par lesquels commence la version 2
LONGEST = 2_048  # octets de la suite : des adresses, et des précisions que l'on passe
LOCAL, PROXY = 0x20, 0x21
# Les adresses d'une connexion TCP, par famille : celle de qui vient, la nôtre, les deux ports.
SIZES = {0x11: 4, 0x21: 16}


def announced(start: bytes) -> bool:
    """Ces premiers octets, START au plus, sont-ils ceux d'un en-tête ? Ni HTTP ni TLS n'en ont."""
    return start == ONE_LINE or (bool(start) and SIGNATURE.startswith(start))


def rest_of(header: bytes) -> int:
    """Combien d'octets suivent ces seize-là. ValueError si ce n'en est pas un début."""
    size = int.from_bytes(header[14:])
    if header[:12] != SIGNATURE or header[12] not in {LOCAL, PROXY} or size > LONGEST:
        raise ValueError("ce n'est pas un en-tête PROXY")
    return size


def read_binary(header: bytes, rest: bytes) -> Origin | None:
    """Qui vient ; None si le mandataire parle pour lui, ou n'en sait rien."""
    if header[12] == LOCAL or header[13] not in SIZES:
        return None
    size = SIZES[header[13]]
    if len(rest) < 2 * size + 4:
        raise ValueError("des adresses incomplètes")
    address = parsed(str(ipaddress.ip_address(rest[:size])))
    return Origin(str(address), int.from_bytes(rest[2 * size : 2 * size + 2]))


def read_line(line: bytes) -> Origin | None:
    """« PROXY TCP4 203.0.113.7 192.0.2.1 51234 8888 » : de même."""
    if line.startswith(UNKNOWN):
        return None
    found = KNOWN.fullmatch(line)
    address = parsed(found[1].decode("ascii", "replace")) if found else None
    if not found or address is None:
        raise ValueError("des adresses qui n'en sont pas")
    return Origin(str(address), int(found[2]))


async def proxied(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> Origin | None:
    """Lit l'en-tête, et pas un octet de plus. ValueError s'il n'y en a pas."""
    start = await _exactly(loop, sock, len(SIGNATURE))
    if start == SIGNATURE:
        header = start + await _exactly(loop, sock, HEADER - len(start))
        return read_binary(header, await _exactly(loop, sock, rest_of(header)))
    if not start.startswith(ONE_LINE):
        raise ValueError("pas d'en-tête PROXY")
    line = start
    while not line.endswith(b"\r\n"):
        if len(line) == LINE:
            raise ValueError("une ligne trop longue")
        line += await _exactly(loop, sock, 1)  # la suite n'est pas à nous
    return read_line(line)


async def _exactly(loop: asyncio.AbstractEventLoop, sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = await loop.sock_recv(sock, size - len(data))
        if not piece:
            raise ValueError("un en-tête PROXY coupé")
        data += piece
    return data
