"""Le plus petit des systèmes à comparer : son serveur redit chaque ligne à tout le salon."""

import sys
from pathlib import Path

from benchmarks.support.peers import Peer, Seat

# Ses fautes, sur demande : « mute » ne redit rien, « deaf » raccroche au premier message,
# « lopsided » redit tout à celui qui parle, et rien aux autres.
SCRIPT = """
import asyncio, collections, sys

FAULT = sys.argv[1]
rooms = collections.defaultdict(list)


async def serve(reader, writer):
    room = await reader.readline()
    rooms[room].append(writer)
    writer.write(b"in\\n")
    while line := await reader.readline():
        if line == b"ping\\n":
            writer.write(b"pong\\n")
        elif FAULT == "deaf":
            break
        elif FAULT != "mute":
            for other in rooms[room]:
                (writer if FAULT == "lopsided" else other).write(line)
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
"""


class Perch(Seat):
    ping = b"ping\n"

    def __init__(self, room: int) -> None:
        self.greeting = b"room %d\n" % room

    def joined(self, seen: bytes) -> bool:
        return seen == b"in\n"

    def calm(self, seen: bytes, pings: int) -> bool:
        return seen.count(b"pong\n") == pings

    def say(self, text: bytes, count: int) -> bytes:
        return (text + b"\n") * count


class Parrot(Peer):
    name, label = "parrot", "Perroquet"
    listening = r"port (\d+)"

    def __init__(self, fault: str = "", opaque: bool = True) -> None:
        self._fault, self.opaque = fault, opaque

    def command(self, folder: Path) -> list[str]:
        return [sys.executable, "-c", SCRIPT, self._fault]

    def seat(self, number: int, room: int) -> Seat:
        return Perch(room)

    def delivered(self, text: bytes) -> int:
        return len(text) + 1
