"""L'état des connexions, demandé au noyau."""

import os
import socket
import struct
from contextlib import suppress

import pytest

from grader.world.diag import Diag, Listening, State
from tests.grader.world.links import linked
from tests.support.waiting import wait_until

FAMILIES = {"IPv4": (socket.AF_INET, "127.0.0.1"), "IPv6": (socket.AF_INET6, "::1")}


def seen(state: State | None) -> tuple[int, bool] | None:
    """Combien d'octets attendent, et si quelqu'un tient la connexion."""
    return (state.waiting, state.accepted) if state else None


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_an_open_connection(family: tuple[int, str]) -> None:
    try:
        with linked(*family) as link:
            assert seen(link.state()) == (0, True)
            link.ours.send(b"1234567")
            assert seen(link.state()) == (7, True)
            link.theirs.recv(3)
            assert seen(link.state()) == (4, True)
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
        assert seen(diag.connection(*ends)) == (0, False)
        ours.send(b"Hello")
        assert seen(diag.connection(*ends)) == (5, False)
        ours.shutdown(socket.SHUT_WR)
        assert seen(diag.connection(*ends)) == (5, False)


def test_an_end_announced() -> None:
    with linked() as link:
        link.ours.send(b"fin")
        link.ours.shutdown(socket.SHUT_WR)
        assert seen(link.state()) == (3, True)  # la fin n'est pas un octet
        link.theirs.recv(3)
        assert link.theirs.recv(1) == b""
        assert seen(link.state()) == (0, True)


def test_a_program_that_closed_first() -> None:
    with linked() as link:
        link.theirs.close()  # notre bout est encore ouvert : FIN_WAIT2
        assert seen(link.state()) == (0, True)


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


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_who_listens(family: tuple[int, str]) -> None:
    kind, host = family
    try:
        listener = socket.create_server((host, 0), family=kind)
    except OSError:
        assert kind == socket.AF_INET6
        pytest.skip("pas d'IPv6 ici")
    with listener, socket.create_server(("127.0.0.1", 0)) as other, Diag() as diag:
        expected = (
            Listening(host, listener.getsockname()[1]),
            os.fstat(listener.fileno()).st_ino,
        )
        assert expected in diag.listening()
        with socket.create_connection(other.getsockname()) as link:  # n'écoute pas
            inode = os.fstat(link.fileno()).st_ino
            assert inode not in [number for _, number in diag.listening()]
        listener.close()
        assert expected not in diag.listening()


@pytest.mark.parametrize(
    ("host", "reach"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1"), ("fe80::1", "fe80::1")],
)
def test_where_to_reach_who_listens(host: str, reach: str) -> None:
    assert Listening(host, 8888).reach == reach


def test_whose_socket_it_is() -> None:
    with linked() as link:
        state = link.state()
        assert state
        assert state.inode == os.fstat(link.theirs.fileno()).st_ino


def test_what_left_and_what_arrived() -> None:
    with linked() as link:
        link.ours.send(b"x" * 1000)
        link.theirs.send(b"y" * 30)
        theirs = link.state()
        ours = link.diag.connection(link.ours.getsockname(), link.ours.getpeername())
        assert ours
        assert theirs
        assert (ours.sent, ours.received) == (1000, 30)
        assert (theirs.sent, theirs.received) == (30, 1000)


def test_what_is_not_yet_sent_has_not_left() -> None:
    """Personne ne lit : une fois la fenêtre pleine, le reste attend chez nous."""
    with linked() as link:
        link.ours.setblocking(False)
        written = 0
        with suppress(BlockingIOError):
            while True:
                written += link.ours.send(b"z" * 100_000)
        ours = link.diag.connection(link.ours.getsockname(), link.ours.getpeername())
        theirs = link.state()
        assert ours
        assert theirs
        assert ours.sent is not None
        assert ours.sent == theirs.received
        assert ours.sent < written
