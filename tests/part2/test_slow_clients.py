"""Étapes 4 à 6 : un client qui ne lit plus ne fait attendre personne."""

import fcntl
import re
import socket
import struct
import termios
import time
from pathlib import Path

import pytest

from tests.part2.chat import PROMPTLY, Member, Room, steps

pytestmark = pytest.mark.proof

CHATROOMS = pytest.mark.parametrize("step", steps(4, 5, 6))
MESSAGE = "m" * 1000
# Octets : le noyau en garde quelques millions pour qui ne lit pas, le serveur un de plus.
ENOUGH = 30_000_000
ESTABLISHED = "01"  # <net/tcp_states.h>


def hexadecimal(address: tuple[str, int]) -> str:
    """« 0100007F:22B8 » : une adresse, comme l'écrit /proc/net/tcp."""
    ip, port = address
    return f"{int.from_bytes(socket.inet_aton(ip), 'little'):08X}:{port:04X}"


def kept_by_the_kernel(peer: Member) -> int | None:
    """Les octets partis du serveur, pas encore lus par `peer` ; None s'il est mis dehors."""
    ends = hexadecimal(peer.socket.getpeername()), hexadecimal(peer.socket.getsockname())
    # Lire la connexion de peer viderait ce qui attend : c'est l'autre bout qu'on regarde.
    table = Path("/proc/net/tcp").read_text("ascii")
    server_end = re.search(rf": {ends[0]} {ends[1]} (\w+) (\w+):", table)
    if not server_end or server_end[1] != ESTABLISHED:
        return None
    answer = fcntl.ioctl(peer.socket, termios.FIONREAD, b"\0" * 4)
    return int(server_end[2], 16) + int(struct.unpack("i", answer)[0])


@CHATROOMS
def test_a_client_that_stops_reading_never_delays_the_others(step: int) -> None:
    with Room(step) as room:
        slow = room.join("slow")
        talker, listener = room.join("talker"), room.join("listener")
        room.members.remove(slow)
        said = f"{talker.author} a dit : {MESSAGE}".encode()
        sent, received = 0, bytearray()
        while kept_by_the_kernel(slow) is not None:
            for _ in range(100):
                talker.send(MESSAGE)
                # Le départ de slow peut être annoncé entre deux messages.
                received += listener.receive_until(lambda data: said in data)
                sent += 1
            assert sent * len(said) < ENOUGH, "le serveur garde sans fin ce qu'on ne lit pas"
        assert sent * len(said) > 1_000_000  # un simple retard ne suffit pas
        if step == 6:
            goodbye = "Annonce : slow a quitté la chatroom".encode()
            received += listener.receive_until(lambda data: goodbye in received + data)
            assert received.count(goodbye) == 1
            received = received.replace(goodbye, b"")
            talker.expect(goodbye)
        assert received == said * sent
        room.everyone_talks(times=3)
        room.join("carol")
        room.everyone_talks(times=3)


@CHATROOMS
def test_a_late_reader_gets_everything(step: int) -> None:
    with Room(step) as room:
        slow, talker = room.join("slow"), room.join("talker")
        room.join("listener")
        room.members.remove(slow)
        messages = [f"{number:04} {MESSAGE}" for number in range(300)]
        for message in messages:
            room.says(talker, message)
        slow.expect("".join(f"{talker.author} a dit : {message}" for message in messages))
        room.members.append(slow)
        room.everyone_talks(times=3)


@CHATROOMS
def test_people_come_and_go_beside_a_slow_client(step: int) -> None:
    with Room(step) as room:
        slow, talker = room.join("slow"), room.join("talker")
        room.members.remove(slow)
        for number in range(30):
            guest = room.join(f"invité {number}")
            room.says(talker, MESSAGE)
            guest.close()
            room.forget(guest)
        room.everyone_talks(times=3)


@CHATROOMS
def test_ctrl_c_does_not_wait_for_a_slow_client(step: int) -> None:
    # Rien ne peut plus fermer proprement la connexion du client lent. Python n'en dit rien, sauf
    # à qui lui demande, comme ces tests, tous ses avertissements.
    with Room(step, PYTHONWARNINGS="default,ignore::ResourceWarning") as room:
        slow, talker = room.join("slow"), room.join("talker")
        room.join("listener")
        room.members.remove(slow)
        sent, kept = 0, kept_by_the_kernel(slow)
        # Jusqu'à ce que le serveur garde lui-même une part de ce qui attend.
        while kept is not None and sent - kept < 200_000:
            for _ in range(100):
                room.says(talker, MESSAGE)
                sent += len(f"{talker.author} a dit : {MESSAGE}")
            kept = kept_by_the_kernel(slow)
        assert kept is not None
        started = time.monotonic()
        room.server.stop()
        assert time.monotonic() - started < PROMPTLY
