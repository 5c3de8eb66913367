"""Ce que le noyau dit des connexions et des processus, et ce qu'on en conclut."""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from grader.driving.idle import (
    asleep,
    listening_by,
    memory_of,
    nothing_queued,
    processes_of,
)
from grader.driving.peer import Peer
from grader.world.diag import Diag, Listening, State
from tests.support.waiting import wait_until

Address = tuple[str, int]
FAMILIES = {"IPv4": (socket.AF_INET, "127.0.0.1"), "IPv6": (socket.AF_INET6, "::1")}
ABSENT = 2**22 + 1  # au-delà du plus grand numéro de processus


class Link(NamedTuple):
    """Une connexion : le programme (accepté ou non), et nous."""

    diag: Diag
    theirs: socket.socket
    ours: socket.socket

    def state(self) -> State | None:
        """L'état du bout du programme."""
        return self.diag.connection(self.ours.getpeername()[:2], self.ours.getsockname()[:2])


@contextmanager
def linked(family: int = socket.AF_INET, host: str = "127.0.0.1") -> Iterator[Link]:
    with (
        socket.create_server((host, 0), family=family) as listener,
        socket.create_connection(listener.getsockname()[:2]) as ours,
        listener.accept()[0] as theirs,
        Diag() as diag,
    ):
        yield Link(diag, theirs, ours)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_an_open_connection(family: tuple[int, str]) -> None:
    try:
        with linked(*family) as link:
            assert link.state() == State(waiting=0, accepted=True)
            link.ours.send(b"1234567")
            assert link.state() == State(waiting=7, accepted=True)
            link.theirs.recv(3)
            assert link.state() == State(waiting=4, accepted=True)
    except OSError:
        assert family[0] == socket.AF_INET6
        pytest.skip("pas d'IPv6 ici")


def test_a_connection_nobody_accepted() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as ours,
        Diag() as diag,
    ):
        ends = ours.getpeername(), ours.getsockname()
        assert diag.connection(*ends) == State(waiting=0, accepted=False)
        ours.send(b"Hello")
        assert diag.connection(*ends) == State(waiting=5, accepted=False)
        ours.shutdown(socket.SHUT_WR)
        assert diag.connection(*ends) == State(waiting=5, accepted=False)


def test_an_end_announced() -> None:
    with linked() as link:
        link.ours.send(b"fin")
        link.ours.shutdown(socket.SHUT_WR)
        assert link.state() == State(waiting=3, accepted=True)  # la fin n'est pas un octet
        link.theirs.recv(3)
        assert link.theirs.recv(1) == b""
        assert link.state() == State(waiting=0, accepted=True)


def test_a_program_that_closed_first() -> None:
    with linked() as link:
        link.theirs.close()  # notre bout est encore ouvert : FIN_WAIT2
        assert link.state() == State(waiting=0, accepted=True)


def test_both_ends_closed() -> None:
    with linked() as link:
        ends = link.ours.getpeername(), link.ours.getsockname()
        link.ours.close()
        link.theirs.close()
        wait_until(lambda: link.diag.connection(*ends) is None, "le bout fermé est encore là")


def test_a_reset_leaves_nothing() -> None:
    with linked() as link:
        ends = link.ours.getpeername(), link.ours.getsockname()
        link.ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.ours.close()
        assert link.diag.connection(*ends) is None
        assert link.diag.connection(ends[1], ends[0]) is None


def test_a_connection_that_never_was() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, Diag() as diag:
        here = listener.getsockname()
        assert diag.connection(here, ("127.0.0.1", 1)) is None  # pas celle qui écoute
        assert diag.connection(("127.0.0.1", 1), here) is None
        assert diag.connection(("::1", 1), ("::1", 2)) is None


def peer_of(address: Address, other: Address, *, deaf: bool = False) -> Peer:
    peer = Peer.__new__(Peer)
    peer.address, peer.other_address, peer.deaf = address, other, deaf
    return peer


def test_nothing_queued() -> None:
    with linked() as link:
        us, them = link.ours.getsockname(), link.ours.getpeername()
        peer = peer_of(us, them)
        assert nothing_queued(link.diag, [peer, peer_of(("", 0), ("", 0))])
        link.ours.send(b"x")
        assert not nothing_queued(link.diag, [peer])
        assert nothing_queued(link.diag, [peer_of(us, them, deaf=True)])
        link.theirs.recv(1)
        assert nothing_queued(link.diag, [peer])
        link.theirs.send(b"y")  # à nous de lire
        assert not nothing_queued(link.diag, [peer])
        link.ours.recv(1)
        link.theirs.close()
        assert nothing_queued(link.diag, [peer])


def test_something_queued_to_a_server_that_does_not_accept() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as ours,
        Diag() as diag,
    ):
        peer = peer_of(ours.getsockname(), ours.getpeername())
        assert not nothing_queued(diag, [peer])


def test_who_listens_and_where() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as first,
        socket.create_server(("0.0.0.0", 0)) as second,
        socket.socket() as closed,
        Diag() as diag,
    ):
        closed.bind(("127.0.0.1", 0))
        found = dict(diag.listening())
        for listener in (first, second):
            place = Listening(*listener.getsockname())
            assert found[place] == os.fstat(listener.fileno()).st_ino
        assert Listening(*closed.getsockname()) not in found
        mine = listening_by(diag, [os.getpid(), ABSENT])
        assert set(mine) >= {Listening(*first.getsockname()), Listening(*second.getsockname())}
        assert listening_by(diag, [ABSENT]) == []


def test_ipv4_comes_first() -> None:
    with Diag() as diag, socket.create_server(("127.0.0.1", 0)) as first:
        try:
            second = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            pytest.skip("pas d'IPv6 ici")
        with second:
            wanted = {Listening(*first.getsockname()), Listening(*second.getsockname()[:2])}
            found = [place for place in listening_by(diag, [os.getpid()]) if place in wanted]
            assert [place.host for place in found] == ["127.0.0.1", "::1"]


@contextmanager
def child(source: str) -> Iterator["subprocess.Popen[str]"]:
    """Un Python qui joue `source` ; ses descendants finissent quand il ferme leur entrée."""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.communicate()


WAITING = "import os, sys; print(os.getpid(), flush=True); sys.stdin.read()"
LAUNCH = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {!r}])"


def test_processes_of_follows_grandchildren() -> None:
    with child(LAUNCH.format(LAUNCH.format(WAITING))) as process:
        assert process.stdout
        grandchild = int(process.stdout.readline())
        family = processes_of(process.pid)
        assert family[0] == process.pid
        assert family[-1] == grandchild
        assert len(family) == 3
        assert os.getpid() not in family
    assert processes_of(process.pid) == [process.pid]  # fini : plus que lui


def test_processes_of_looks_at_every_thread() -> None:
    launch = LAUNCH.format(WAITING).replace("; ", "; run = lambda: ", 1)
    thread = "thread = threading.Thread(target=run); thread.start(); thread.join()"
    with child(f"import threading; {launch}; {thread}") as process:
        assert process.stdout
        assert int(process.stdout.readline()) in processes_of(process.pid)


def test_asleep() -> None:
    with child("import sys; sys.stdin.read()") as process:
        wait_until(lambda: asleep(process.pid), "il ne dort pas")
        stopped = process.pid
    assert asleep(stopped)
    assert asleep(ABSENT)


def test_busy() -> None:
    source = "import sys, threading\nthreading.Thread(target=sys.stdin.read).start()\n"
    source += "print(1, flush=True)\nwhile threading.active_count() > 1: pass"
    with child(source) as process:
        assert process.stdout
        process.stdout.readline()
        assert not any(asleep(process.pid) for _ in range(100))


def test_a_busy_thread_keeps_awake() -> None:
    source = """
import sys, threading
done = []
def work():
    print(1, flush=True)
    while not done: pass
threading.Thread(target=work).start()
sys.stdin.read()
done.append(1)
"""
    with child(source) as process:
        assert process.stdout
        process.stdout.readline()
        assert not all(asleep(process.pid) for _ in range(100))


def test_a_zombie_is_asleep() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # fini, pas encore relevé
        assert asleep(process.pid)


def test_memory() -> None:
    mine = memory_of([os.getpid()])
    assert 5_000_000 < mine < 2_000_000_000
    assert memory_of([ABSENT]) == 0
    assert memory_of([os.getpid(), os.getpid()]) >= 2 * 5_000_000
    kept = bytearray(os.urandom(1) * 50_000_000)
    assert memory_of([os.getpid()]) > mine + 40_000_000
    del kept
