"""Ce qui distingue les systèmes comparés : comment on les lance, et ce qu'on leur dit.

Pour chacun, tous ceux d'un salon reçoivent chaque message, celui qui parle aussi, et un message
d'une taille donnée arrive toujours en autant d'octets : compter les octets suffit. WebSocket y met
des en-têtes, autant que le serveur fait d'envois : ils ne sont pas comptés.
"""

import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from chatroom.protocol import messages
from chatroom.protocol.bounds import FROM_SERVER
from chatroom.protocol.frames import Decoder
from websockets.frames import Frame, Opcode

from benchmarks.support.servers import BenchError, free_port

ROOT = Path(__file__).parents[2]
UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
WIDTHS = {126: 2, 127: 8}  # octets de la taille d'un message WebSocket qui n'est pas court


def executable(program: str) -> str:
    """Où est ce programme ; vide s'il manque. Debian range nats-server hors du PATH de chacun."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") or ""


class Seat(ABC):
    """Une connexion, vue de son client : ce qu'il envoie, et ce qu'il attend d'abord."""

    greeting: bytes  # se présenter, entrer dans le salon
    ping: bytes  # une fois tout le monde entré : y répondre, c'est avoir fini avec le reste

    @abstractmethod
    def joined(self, seen: bytes) -> bool:
        """Ce qu'on a reçu dit-il qu'on est entré ?"""

    @abstractmethod
    def calm(self, seen: bytes, pings: int) -> bool:
        """A-t-il répondu à toutes ces demandes, et dit tout ce qui n'est pas un message ?"""

    @abstractmethod
    def say(self, text: bytes, count: int) -> bytes:
        """De quoi envoyer `count` fois ce texte, en une écriture."""

    def payload(self, data: memoryview) -> int:
        """Combien d'octets de messages il y a dans ce qui vient d'arriver."""
        return len(data)


class Peer(ABC):
    name: str  # dans les options et le JSON
    label: str  # dans les tableaux
    program: str = ""  # celui qu'il faut avoir installé, s'il en faut un
    opaque: bool = True  # tout octet compte : il est inutile de les lire
    listening: str  # ce que le serveur écrit quand il est prêt ; premier groupe : le port

    @abstractmethod
    def command(self, folder: Path) -> list[str]: ...

    @abstractmethod
    def seat(self, number: int, room: int) -> Seat: ...

    @abstractmethod
    def delivered(self, text: bytes) -> int:
        """Octets que chacun reçoit pour un message."""

    def acknowledged(self, members: int) -> int:
        """Octets que reçoit en plus, pour chacun de ses messages, celui qui parle."""
        return 0


class RedisSeat(Seat):
    ping = b"PING\r\n"

    def __init__(self, room: int) -> None:
        self._channel = b"room%03d" % room
        # RESP3 : la même connexion peut écouter et publier.
        self.greeting = b"HELLO 3\r\nSUBSCRIBE %b\r\n" % self._channel

    def joined(self, seen: bytes) -> bool:
        return seen.endswith(b"$9\r\nsubscribe\r\n$7\r\n%b\r\n:1\r\n" % self._channel)

    def calm(self, seen: bytes, pings: int) -> bool:
        return seen.count(b"+PONG\r\n") == pings

    def say(self, text: bytes, count: int) -> bytes:
        words = (b"PUBLISH", self._channel, text)
        return (b"*3\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)) * count


class Redis(Peer):
    name, label, program = "redis", "Redis", "redis-server"
    listening = r"(?s)port=(\d+).*Ready to accept connections"

    def command(self, folder: Path) -> list[str]:
        address = ["--bind", "127.0.0.1", "--port", str(free_port())]
        memory = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        return [executable(self.program), *address, *memory]

    def seat(self, number: int, room: int) -> Seat:
        return RedisSeat(room)

    def delivered(self, text: bytes) -> int:
        header = b">3\r\n$7\r\nmessage\r\n$7\r\nroom000\r\n$%d\r\n" % len(text)
        return len(header) + len(text) + len(b"\r\n")

    def acknowledged(self, members: int) -> int:
        return len(b":%d\r\n" % members)


class NatsSeat(Seat):
    ping = b"PING\r\n"

    def __init__(self, room: int) -> None:
        self._subject = b"room%03d" % room
        connect = b'CONNECT {"verbose":false,"pedantic":false,"lang":"python","version":"1"}\r\n'
        self.greeting = connect + b"SUB %b 1\r\n" % self._subject + self.ping

    def joined(self, seen: bytes) -> bool:
        return seen.endswith(b"PONG\r\n")

    def calm(self, seen: bytes, pings: int) -> bool:
        # La première réponse est celle de l'arrivée. Et deux secondes plus tard, nats-server mesure
        # son temps de réponse : il faut attendre ce PING-là aussi.
        return seen.count(b"PONG\r\n") == 1 + pings and b"\r\nPING\r\n" in seen

    def say(self, text: bytes, count: int) -> bytes:
        return b"PUB %b %d\r\n%b\r\n" % (self._subject, len(text), text) * count


class Nats(Peer):
    name, label, program = "nats", "NATS", "nats-server"
    listening = r"(?s)Listening for client connections on [\d.]+:(\d+).*Server is ready"

    def command(self, folder: Path) -> list[str]:
        config = folder / "nats.conf"
        config.write_text('ping_interval: "1h"\n', encoding="utf-8")  # rien que des messages
        return [
            executable(self.program),
            "--addr",
            "127.0.0.1",
            "--port",
            "-1",
            "--config",
            str(config),
        ]

    def seat(self, number: int, room: int) -> Seat:
        return NatsSeat(room)

    def delivered(self, text: bytes) -> int:
        return len(b"MSG room000 1 %d\r\n%b\r\n" % (len(text), text))


def masked(data: bytes) -> bytes:
    """Un message WebSocket, tel qu'un navigateur l'envoie."""
    return Frame(Opcode.BINARY, data).serialize(mask=True)


class ChatSeat(Seat):
    ping = messages.Ping().encode()

    def __init__(self, number: int, room: int) -> None:
        first = (
            messages.Hello(messages.VERSION),
            messages.Identify(0, 0, pseudo(number), "", b""),
            messages.Join(f"room{room:03}", 0),
        )
        self.greeting = b"".join(message.encode() for message in first)
        self._room = self._nonce = 0

    def joined(self, seen: bytes) -> bool:
        for message in _decoded(seen):
            if isinstance(message, messages.Joined):
                self._room = message.room
                return True
            if isinstance(message, messages.Refused | messages.Closing):
                raise BenchError(f"Chat refuse : {message.text}")
        return False

    def calm(self, seen: bytes, pings: int) -> bool:
        return sum(isinstance(message, messages.Pong) for message in _decoded(seen)) == pings

    def say(self, text: bytes, count: int) -> bytes:
        words = text.decode()
        nonces = range(self._nonce + 1, self._nonce + count + 1)  # répété, il n'en ferait qu'un
        self._nonce += count
        return b"".join(messages.Say(self._room, nonce, words).encode() for nonce in nonces)


class Chat(Peer):
    listening = r"Le chat écoute sur \S+:(\d+)"

    page: tuple[str, ...] = ("--no-web",)

    def __init__(self, durability: str, name: str, label: str) -> None:
        self.name, self.label = name, label
        self._durability = durability

    def command(self, folder: Path) -> list[str]:
        # Un banc d'essai vient d'une seule adresse, parle sans répit, et ne répond à aucun ping.
        limits = {"connections_per_address": 100_000, "crowd": 0, "rate": 0}
        limits |= {"gathering": 0, "logged_rate": 0, "ping": 86_400, "idle": 172_800}
        chosen = [word for key, value in limits.items() for word in ("--limit", f"{key}={value}")]
        script = [sys.executable, str(ROOT / "bonus/server.py"), "-a", "127.0.0.1", "-p", "0"]
        kept = ["--data", str(folder), "--log", str(folder), "--durability", self._durability]
        return [*script, *self.page, "--quiet", *kept, *chosen]

    def seat(self, number: int, room: int) -> Seat:
        return ChatSeat(number, room)

    def delivered(self, text: bytes) -> int:
        return len(messages.Said(0, 0, 0, 0, 0, 0, pseudo(0), text.decode()).encode())


class WebSeat(ChatSeat):
    """La même personne, dans un navigateur."""

    ping = masked(ChatSeat.ping)

    def __init__(self, number: int, room: int) -> None:
        super().__init__(number, room)
        self.greeting = UPGRADE + masked(self.greeting)
        self._header = b""  # d'un message dont le début est arrivé
        self._left = 0  # octets qui manquent au message en cours

    def joined(self, seen: bytes) -> bool:
        return super().joined(_unwrapped(seen))

    def calm(self, seen: bytes, pings: int) -> bool:
        return super().calm(_unwrapped(seen), pings)

    def say(self, text: bytes, count: int) -> bytes:
        return masked(super().say(text, count))

    def payload(self, data: memoryview) -> int:
        place = headers = 0
        while place < len(data):
            if self._left:
                step = min(self._left, len(data) - place)
                self._left -= step
                place += step
            else:
                self._header += data[place : place + 1]
                place += 1
                headers += 1
                size = _size(self._header)
                if size is not None:
                    self._left, self._header = size, b""
        return len(data) - headers


class WebChat(Chat):
    opaque = False
    listening = r"Ou dans un navigateur : http://\S+:(\d+)/"
    page = ("--web-port", "0")

    def seat(self, number: int, room: int) -> Seat:
        return WebSeat(number, room)


def _unwrapped(seen: bytes) -> bytes:
    """Ce que portent les messages WebSocket, après la réponse HTTP."""
    _, _, rest = seen.partition(b"\r\n\r\n")
    data, place = b"", 0
    while place < len(rest):
        for end in range(place + 2, min(len(rest), place + 10) + 1):
            if (size := _size(rest[place:end])) is not None:
                data += rest[end : end + size]
                place = end + size
                break
        else:
            break
    return data


def _size(header: bytes) -> int | None:
    """La taille que dit cet en-tête ; None s'il en manque un bout."""
    if len(header) < 2 or len(header) < 2 + (width := WIDTHS.get(header[1], 0)):
        return None
    return int.from_bytes(header[2:]) if width else header[1]


def _decoded(seen: bytes) -> Iterator[messages.Message]:
    decoder = Decoder(FROM_SERVER)
    decoder.feed(seen)
    while frame := decoder.next():
        yield messages.decode(*frame)


def pseudo(number: int) -> str:
    return f"client{number:05}"
