"""Ce qui distingue les systèmes comparés : comment on les lance, et ce qu'on leur dit.

Pour chacun, tous ceux d'un salon reçoivent chaque message, celui qui parle aussi, et un message
d'une taille donnée arrive toujours en autant d'octets : compter les octets suffit.
"""

import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from chatroom.protocol import messages
from chatroom.protocol.frames import Decoder

from fanout_support.servers import BenchError, free_port

ROOT = Path(__file__).parents[2]


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


class Peer(ABC):
    name: str  # dans les options et le JSON
    label: str  # dans les tableaux
    program: str = ""  # celui qu'il faut avoir installé, s'il en faut un
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


class ChatSeat(Seat):
    ping = messages.Ping().encode()

    def __init__(self, number: int, room: int) -> None:
        hello = messages.Hello(messages.VERSION, pseudo(number), b"")
        self.greeting = hello.encode() + messages.Join(f"room{room:03}", 0).encode()
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

    def __init__(self, durability: str, name: str, label: str) -> None:
        self.name, self.label = name, label
        self._durability = durability

    def command(self, folder: Path) -> list[str]:
        # Un banc d'essai vient d'une seule adresse, parle sans répit, et ne répond à aucun ping.
        limits = {"connections_per_address": 100_000, "rate": 0, "ping": 86_400, "idle": 172_800}
        chosen = [word for key, value in limits.items() for word in ("--limit", f"{key}={value}")]
        script = [sys.executable, str(ROOT / "bonus/server.py"), "-a", "127.0.0.1", "-p", "0"]
        kept = ["--data", str(folder), "--log", str(folder), "--durability", self._durability]
        return [*script, "--quiet", *kept, *chosen]

    def seat(self, number: int, room: int) -> Seat:
        return ChatSeat(number, room)

    def delivered(self, text: bytes) -> int:
        return len(messages.Said(0, 0, 0, 0, 0, 0, pseudo(0), text.decode()).encode())


def _decoded(seen: bytes) -> Iterator[messages.Message]:
    decoder = Decoder(messages.FROM_SERVER)
    decoder.feed(seen)
    while frame := decoder.next():
        yield messages.decode(*frame)


def pseudo(number: int) -> str:
    return f"client{number:05}"
