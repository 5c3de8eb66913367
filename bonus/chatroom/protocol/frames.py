"""Des octets aux trames, et retour : un type, une taille, un corps. Ni socket, ni horloge.

Une trame courte dit sa taille sur deux octets. Quand le bit de poids fort du type est à 1, elle est
longue : un octet dit sur combien d'octets (3 ou 4) tient la taille. Chaque corps n'a donc qu'une
écriture. Voir bonus.md, « Le format des échanges ».
"""

from collections.abc import Mapping
from enum import IntEnum

from chatroom.protocol import ChatError

LONG = 0x80
SHORT_MAX = 0xFFFF
WIDEST = 4  # octets que peut prendre la taille d'une trame longue


class Reason(IntEnum):
    """Pourquoi une demande est refusée ou une connexion fermée."""

    PROTOCOL = 1
    VERSION = 2
    PSEUDO_TAKEN = 3
    NAME = 4
    FULL = 5
    SLOW = 6
    FLOOD = 7
    SILENT = 8
    TAKEN_OVER = 9
    SHUTDOWN = 10
    TOO_LONG = 11
    NOT_FOUND = 12
    STORAGE = 13
    PICTURE = 14
    BANNED = 15
    DENIED = 16
    CODE = 17
    QUOTA = 18
    UNKNOWN = 19
    EXPELLED = 20


class ProtocolError(ChatError):
    """L'autre ne parle pas comme convenu ; le texte, en français, lui est destiné."""

    def __init__(self, text: str, reason: Reason = Reason.PROTOCOL) -> None:
        super().__init__(text)
        self.reason = reason


def encode_frame(kind: int, body: bytes) -> bytes:
    """La trame de ce corps, de moins de 4 Gio."""
    size = len(body)
    if size <= SHORT_MAX:
        return bytes((kind, size >> 8, size & 0xFF)) + body
    width = (size.bit_length() + 7) // 8
    if width > WIDEST:
        raise ValueError(f"une trame de {size} octets")
    return bytes((kind | LONG, width)) + size.to_bytes(width) + body


class Decoder:
    """Reçoit des octets comme ils viennent, rend des trames entières.

    `bounds` donne la plus grande taille de chaque type permis : une trame trop longue ou inconnue
    est refusée dès son en-tête, avant d'en garder le corps. Il peut changer d'une trame à l'autre.
    """

    __slots__ = ("_buffer", "_place", "bounds")

    def __init__(self, bounds: Mapping[int, int]) -> None:
        self.bounds = bounds
        self._buffer: bytes | bytearray = b""
        self._place = 0

    def feed(self, data: bytes) -> None:
        if not self.partial:
            self._buffer, self._place = data, 0
            return
        # Un bytearray s'allonge sur place : une image reçue octet par octet serait, avec bytes,
        # recopiée un million de fois.
        if isinstance(self._buffer, bytes):
            self._buffer = bytearray(self._buffer[self._place :])
        else:
            del self._buffer[: self._place]
        self._buffer += data
        self._place = 0

    @property
    def partial(self) -> int:
        """Combien d'octets attendent la suite de leur trame, ou d'être demandés."""
        return len(self._buffer) - self._place

    def next(self) -> tuple[int, bytes] | None:
        """Le type et le corps de la trame suivante ; None s'il en manque un bout.

        Lève ProtocolError : la suite du flux n'a plus de sens, il faut fermer.
        """
        header = self._header()
        if header is None:
            return None
        kind, start, size = header
        end = start + size
        if end > len(self._buffer):
            return None
        body = bytes(self._buffer[start:end])
        if end == len(self._buffer):
            self._buffer, end = b"", 0
        self._place = end
        return kind, body

    def _header(self) -> tuple[int, int, int] | None:
        """Le type, le début du corps et sa taille, vérifiés."""
        buffer, place = self._buffer, self._place
        available = len(buffer) - place
        if not available:
            return None
        kind = buffer[place] & ~LONG
        bound = self.bounds.get(kind)
        if bound is None:
            raise ProtocolError(f"Trame de type 0x{kind:02x} inconnue, ou hors de propos.")
        if not buffer[place] & LONG:
            if available < 3:
                return None
            start, size = place + 3, buffer[place + 1] << 8 | buffer[place + 2]
        else:
            if available < 2:
                return None
            width = buffer[place + 1]
            if not 3 <= width <= WIDEST:
                raise ProtocolError(f"Une taille sur {width} octets : 3 ou {WIDEST}, sinon 2.")
            start = place + 2 + width
            if available < 2 + width:
                return None
            size = int.from_bytes(buffer[place + 2 : start])
            if size >> 8 * (width - 1) == 0:
                raise ProtocolError("Une taille écrite sur plus d'octets qu'il n'en faut.")
        if size > bound:
            raise ProtocolError(
                f"Trame de type 0x{kind:02x} de {size} octets : {bound} au plus.", Reason.TOO_LONG
            )
        return kind, start, size
