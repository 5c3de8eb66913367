"""Ce que le noyau dit des connexions et des processus, et ce qu'on en conclut."""

import math
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from grader.driving.idle import (
    Observer,
    Sleep,
    alive,
    in_flight,
    listening_by,
    sockets_of,
)
from grader.driving.peer import Peer
from grader.world.diag import Diag, Listening, State
from tests.grader.driving.programs import child
from tests.grader.world.links import linked
from tests.support.waiting import wait_until

Address = tuple[str, int]
ABSENT = 2**22 + 1  # au-delà du plus grand numéro de processus


def peer_of(address: Address, other: Address, *, deaf: bool = False) -> Peer:
    peer = Peer.__new__(Peer)
    peer.address, peer.other_address, peer.deaf = address, other, deaf
    return peer


def test_in_flight() -> None:
    with linked() as link:
        us, them = link.ours.getsockname(), link.ours.getpeername()
        peer, theirs = peer_of(us, them), os.fstat(link.theirs.fileno()).st_ino
        assert in_flight(link.diag, [peer, peer_of(("", 0), ("", 0))]) == (False, set())
        link.ours.send(b"x")
        assert in_flight(link.diag, [peer]) == (False, {theirs})
        assert in_flight(link.diag, [peer_of(us, them, deaf=True)]) == (False, set())
        link.theirs.recv(1)
        assert in_flight(link.diag, [peer]) == (False, set())
        link.theirs.send(b"y")  # à nous de lire
        assert in_flight(link.diag, [peer]) == (True, set())
        link.ours.recv(1)
        link.theirs.close()
        assert in_flight(link.diag, [peer]) == (False, set())


def test_nothing_is_in_flight_once_we_left() -> None:
    """De notre bout refermé, le noyau ne dit plus ce qu'il avait reçu."""
    with linked() as link:
        peer = peer_of(link.ours.getsockname(), link.ours.getpeername())
        link.theirs.send(b"Hello|it4")
        link.ours.recv(100)
        link.ours.close()
        wait_until(lambda: in_flight(link.diag, [peer]) == (False, set()), "cela n'arrive jamais")
        assert link.theirs.recv(1) == b""
        assert in_flight(link.diag, [peer]) == (False, set())


def test_in_flight_to_a_server_that_does_not_accept() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as ours,
        Diag() as diag,
    ):
        peer = peer_of(ours.getsockname(), ours.getpeername())
        assert in_flight(diag, [peer]) == (False, {os.fstat(listener.fileno()).st_ino})


def test_bytes_that_left_and_have_not_arrived() -> None:
    """Une machine chargée ne remet pas toujours un paquet avant le retour de `send`."""

    class Late(Diag):
        def connection(self, local: Address, _remote: Address) -> State:
            return State(0, True, 1, *((5, 0) if local == ("10.0.0.1", 1) else (0, 4)))

    with Late() as diag:
        for ends in ((("10.0.0.1", 1), ("10.0.0.2", 2)), (("10.0.0.2", 2), ("10.0.0.1", 1))):
            assert in_flight(diag, [peer_of(*ends)]) == (True, set())


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


def looking(process: int, peers: list[Peer] | None = None) -> Callable[[], Sleep]:
    """De quoi regarder ce processus, à chaque appel."""
    observer = Observer(process)

    def look() -> Sleep:
        with Diag() as diag:
            return observer.look(diag, peers or [])

    return look


@pytest.mark.parametrize(
    ("timer", "beat", "soonest"),
    [(2.0, 3.0, 2.0), (3.0, 0.1, 0.1), (None, 4.0, 4.0), (5.0, None, 5.0), (None, None, math.inf)],
)
def test_the_soonest_of_its_awakenings(
    timer: float | None, beat: float | None, soonest: float
) -> None:
    assert Sleep(timer=timer, beat=beat).soonest == soonest


def test_asleep_for_ever() -> None:
    with child("import sys; sys.stdin.read()") as process:
        look = looking(process.pid)
        wait_until(lambda: look().asleep, "il ne dort pas")
        state = look()
        assert (state.running, state.proven, state.timer, state.unread) == (True, True, None, False)
        assert state.lasts(1e9)
        assert state.turns == look().turns


def test_busy() -> None:
    source = "import sys, threading\nthreading.Thread(target=sys.stdin.read).start()\n"
    source += "print(1, flush=True)\nwhile threading.active_count() > 1: pass"
    with child(source) as process:
        assert process.stdout
        process.stdout.readline()
        observer = Observer(process.pid)
        with Diag() as diag:
            assert not any(observer.look(diag, []).asleep for _ in range(100))
        assert 0 < observer.looked == observer.busy


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
        look = looking(process.pid)
        assert not all(look().asleep for _ in range(100))


def test_asleep_for_a_while() -> None:
    """Un minuteur finit au plus tôt à l'instant dit : le sommeil a pu commencer plus tard."""
    with child("import asyncio\nasyncio.run(asyncio.sleep(500))", until_killed=True) as process:
        look = looking(process.pid)
        wait_until(lambda: look().timer is not None, "il ne dort pas")
        first = look().timer
        assert first is not None
        assert 400 < first <= 500
        wait_until(lambda: (look().timer or 0) < first - 0.1, "le temps ne passe pas")
        assert look().lasts(300)
        assert not look().lasts(500)


PERIODIC = {
    "asyncio": "import asyncio\nasync def main():\n    while True: await asyncio.sleep(0.08)\n"
    "asyncio.run(main())",
    "time.sleep": "import time\nwhile True: time.sleep(0.08)",
    "select": "import select\nwhile True: select.select([0], [], [], 0.08)",
    "wait": "import threading\nwhile True: threading.Event().wait(0.08)",
}


@pytest.mark.parametrize("source", PERIODIC.values(), ids=PERIODIC)
def test_what_comes_back_regularly_is_a_beat(source: str) -> None:
    with child(source, until_killed=True) as process:
        look = looking(process.pid)
        wait_until(lambda: look().beat is not None, "aucun battement")
        wait_until(lambda: (state := look()).asleep and not state.lasts(0.1), "il ne bat plus")


def test_a_beat_hides_nothing_else() -> None:
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=[500]).start()\n"
    with child(source + "while True: time.sleep(0.08)", until_killed=True) as process:
        look = looking(process.pid)
        wait_until(lambda: (state := look()).beat is not None and state.timer is not None, "non")


SERVER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
"""
DEAF = {
    "n'accepte personne": "sys.stdin.read()",
    "accepte et ne lit pas": "kept = [listener.accept()[0] for _ in range(2)]; sys.stdin.read()",
    "en écoute un autre": "kept = listener.accept()[0]; listener.accept()[0].recv(1)",
    "ne fait qu'écrire": """
import selectors
kept = listener.accept()[0]
with selectors.EpollSelector() as watching:
    watching.register(listener, selectors.EVENT_READ)
    watching.select()
    watching.unregister(listener)
    watching.register(0, selectors.EVENT_READ)
    watching.select()
""",
}


@pytest.mark.parametrize("source", DEAF.values(), ids=DEAF)
def test_what_nobody_will_read(source: str) -> None:
    with child(SERVER + source, until_killed=True) as process:
        assert process.stdout
        place = ("127.0.0.1", int(process.stdout.readline()))
        with socket.create_connection(place) as one, socket.create_connection(place) as other:
            peers = [peer_of(link.getsockname(), link.getpeername()) for link in (one, other)]
            look = looking(process.pid, peers[:1])
            one.send(b"Hello")
            wait_until(lambda: look().asleep, "il ne dort pas")
            wait_until(lambda: look().unread, "tout serait lu")
            assert look().proven
            another = looking(os.getpid(), peers[:1])
            assert not another().unread  # cette connexion n'est pas à nous


def test_what_somebody_reads_is_not_unread() -> None:
    """Le correcteur regarde plus vite que le programme ne lit : il n'en conclut rien."""
    with child(SERVER + "link = listener.accept()[0]\nwhile link.recv(1): pass") as process:
        assert process.stdout
        place = ("127.0.0.1", int(process.stdout.readline()))
        with socket.create_connection(place) as link:
            look = looking(process.pid, [peer_of(link.getsockname(), link.getpeername())])
            for _ in range(30):
                link.send(b"mot" * 20)
                states = [look() for _ in range(20)]
                assert not any(state.asleep and state.unread for state in states)


def test_a_thread_we_cannot_read_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.driving.waiting.NAMES", {})
    with child(SERVER + "sys.stdin.read()") as process:
        assert process.stdout
        place = ("127.0.0.1", int(process.stdout.readline()))
        with socket.create_connection(place) as link:
            look = looking(process.pid)
            wait_until(lambda: look().asleep, "il ne dort pas")
            assert not look().proven
            link.send(b"mot")
            assert not looking(
                process.pid, [peer_of(link.getsockname(), link.getpeername())]
            )().asleep


def test_an_end_that_nobody_noticed_is_news_to_come() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # fini, pas encore relevé
        assert not looking(process.pid)().asleep
        assert not alive(process.pid)
    assert not alive(ABSENT)
    assert alive(os.getpid())


def test_sockets_of() -> None:
    with socket.socket() as one, socket.socket() as other:
        mine = sockets_of([os.getpid(), ABSENT])
        assert {os.fstat(link.fileno()).st_ino for link in (one, other)} <= set(mine)
    assert sockets_of([ABSENT]) == []
