"""Tous les serveurs : Ctrl-C, les arguments, et les adresses où l'on ne peut pas écouter."""

import re
from contextlib import ExitStack

import pytest

from tests.part2.chat import PROMPTLY, Server, last_screen, require_free_port, steps
from tests.support.inside import play
from tests.support.peers import Listener, Peer
from tests.support.processes import Process
from tests.support.terminal import Terminal

ALL = pytest.mark.parametrize("step", steps(2, 3, 4, 5, 6))
WITH_OPTIONS = pytest.mark.parametrize("step", steps(5, 6))


def script(step: int) -> str:
    return f"part2/chat_server_ii_{step}.py"


def greeting(step: int, bob: Peer) -> str:
    """La réponse à « Hello|bob », là où il y en a une."""
    return f"Hello {bob.name}" if step < 4 else "Annonce : bob a rejoint la chatroom"


@ALL
def test_ctrl_c_without_a_client(step: int) -> None:
    with Server(step) as server:
        server.stop()
        assert server.console == ["", "Serveur arrêté."]


@ALL
def test_ctrl_c_while_clients_arrive(step: int) -> None:
    for _ in range(3):  # une course : sans précaution, le serveur la perd deux fois sur trois
        with ExitStack() as stack:
            server = stack.enter_context(Server(step, PYTHONWARNINGS="ignore"))
            for _ in range(3):
                stack.enter_context(Peer.connect(server.port))
            server.interrupt()
            assert server.wait(PROMPTLY) == 0
            # Pas « err == "" » : Python 3.13.0 peut encore se plaindre d'une connexion fermée
            # à cet instant, par une erreur à lui (dans _SelectorTransport.__del__).
            assert "Exception in callback" not in server.err
            assert "CancelledError" not in server.err


@ALL
def test_ctrl_c_in_a_terminal(step: int) -> None:
    if step < 5:
        require_free_port()
    with Terminal(script(step), *(["-p", "0"] if step >= 5 else [])) as terminal:
        terminal.expect_line(r"Serveur à l'écoute sur 127\.0\.0\.1:\d+ \(Ctrl-C pour l'arrêter\)")
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal)[1:] == ["", "Serveur arrêté."]


@ALL
def test_ctrl_c_with_idle_clients(step: int) -> None:
    with (
        Server(step) as server,
        Peer.connect(server.port) as silent,
        Peer.connect(server.port) as half,
        Peer.connect(server.port) as talker,
    ):
        half.send(b"\xc3")
        talker.send("Hello|bob")
        if step == 4:
            silent.expect(f"{talker.name} a dit : Hello|bob")
            half.expect(f"{talker.name} a dit : Hello|bob")
        else:
            talker.expect(greeting(step, talker))
        server.stop()
        for peer in (silent, half, talker):
            peer.expect_end()


@ALL
def test_listens_again_at_once(step: int) -> None:
    port = 0
    for _ in range(2):
        with Server(step, port) as server, Peer.connect(server.port) as peer:
            port = server.port
            peer.send("Hello|bob")
            if step == 4:
                server.expect(f"Message received from {peer.name} : Hello|bob\n")
            else:
                peer.expect(greeting(step, peer))
            server.stop()
            peer.expect_end()


@pytest.mark.parametrize("step", steps(2, 3))
def test_answers_each_packet_and_keeps_characters_whole(step: int) -> None:
    with Server(step) as server, Peer.connect(server.port) as bob:
        for packet in (b"c", b"a", b"f\xc3", b"\xa9"):
            bob.send(packet)
            bob.expect(f"Hello {bob.name}")
        start = "" if step == 2 else f"Message received from {bob.name} : "
        server.expect_console(*(f"{start}{letter}" for letter in ("c", "a", "f", "é")))
        server.stop()


@pytest.mark.parametrize("step", steps(2, 3))
@pytest.mark.parametrize(
    "words",
    [b"\xff\xfe", b"\xc3", b"\n", b"x" * 100_000],
    ids=["invalid", "half a character", "end of line", "100 kB"],
)
def test_the_others_are_still_answered_after_a_departure(step: int, words: bytes) -> None:
    with Server(step) as server, Peer.connect(server.port) as bob:
        for depart in (Peer.close, Peer.vanish):
            eve = Peer.connect(server.port)
            eve.send(words)
            depart(eve)
            for message in ("un", "deux", "trois"):
                bob.send(message)
                bob.expect(f"Hello {bob.name}")
        server.stop()
        bob.expect_end()


@ALL
def test_busy_port(step: int) -> None:
    if step < 5:
        require_free_port()
    with Listener(8888 if step < 5 else 0) as busy:
        options = () if step < 5 else ("-p", str(busy.port))
        result = play(script(step), *options)
    assert result.returncode == 1
    assert result.stdout == ""
    message = f"Impossible d'écouter sur 127.0.0.1:{busy.port} : port déjà pris.\n"
    assert result.stderr == message


@WITH_OPTIONS
@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("192.0.2.1", "8888"),  # réservée aux documentations : aucune machine ne l'a
        ("inconnu.invalid", "8888"),
        ("a" * 64 + ".invalid", "8888"),
        ("127.0.0.1", "70000"),
        ("127.0.0.1", "-5"),
    ],
    ids=["not ours", "unknown name", "impossible name", "port 70000", "port -5"],
)
def test_bad_address(step: int, address: str, port: str) -> None:
    result = play(script(step), "-a", address, "-p", port)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"Impossible d'écouter sur {address}:{port} : adresse ou port impossible ici.\n"
    )


@WITH_OPTIONS
@pytest.mark.parametrize("options", [("-p", "abc"), ("-p",), ("--lent",), ("salut",)], ids=" ".join)
def test_wrong_options(step: int, options: tuple[str, ...]) -> None:
    result = play(script(step), *options)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"usage: chat_server_ii_{step}.py [-p PORT] [-a HÔTE] [-h]\nArguments incorrects.\n"
    )


@WITH_OPTIONS
def test_help(step: int) -> None:
    for option in ("-h", "--help"):
        result = play(script(step), option)
        assert (result.returncode, result.stderr) == (0, "")
        for text in ("-p", "--port", "-a", "--address", "127.0.0.1:8888", "affiche cette aide"):
            assert text in result.stdout


# Sans options, ces serveurs n'écoutent jamais dans ces tests : ils ne prennent pas le port 8888.
@pytest.mark.parametrize("step", [2, 3, 4])
def test_usage_of_the_servers_without_options(step: int) -> None:
    for option in ("-h", "--help"):
        result = play(script(step), option)
        assert (result.returncode, result.stderr) == (0, "")
        assert f"Usage : python {script(step)}\n" in result.stdout
    for options in (("9999",), ("-p", "9999"), ("-h", "-h")):
        result = play(script(step), *options)
        assert (result.returncode, result.stdout) == (2, "")
        assert f"Usage : python {script(step)}\n" in result.stderr


@WITH_OPTIONS
def test_listens_where_long_options_say(step: int) -> None:
    with Process(script(step), "--port", "0", "--address", "127.0.0.2") as server:
        server.expect("(Ctrl-C pour l'arrêter)\n")
        found = re.fullmatch(r"Serveur à l'écoute sur 127\.0\.0\.2:(\d+) \(.*\n", server.out)
        assert found
        with Peer.connect(int(found[1]), "127.0.0.2") as bob:
            bob.send("Hello|bob")
            bob.expect("Annonce : bob a rejoint la chatroom")
            server.interrupt()
            assert (server.wait(PROMPTLY), server.err) == (0, "")
            bob.expect_end()
