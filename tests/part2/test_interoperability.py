"""Nos clients avec nos serveurs, d'une étape à l'autre, et avec ceux d'un étudiant."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.part2.chat import (
    PORT_8888,
    PROMPTLY,
    Room,
    Server,
    client,
    last_screen,
    require_free_port,
    wait_asleep,
)
from tests.support.peers import Listener
from tests.support.processes import Process, run
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until

WITH_PSEUDO = [(5, 5), (6, 6), (5, 6), (6, 5)]  # le client, le serveur


@contextmanager
def chatting(step: int, port: int, pseudo: str) -> Iterator[Terminal]:
    """Un de nos clients, entré dans un salon ; à la fin, il le quitte avec Ctrl-C."""
    with client(step, port) as terminal:
        terminal.expect("Pseudo :")
        terminal.press(f"{pseudo}\n")
        terminal.expect_line(f"Annonce : {pseudo} a rejoint la chatroom")
        yield terminal
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert terminal.lines[-1] == "Au revoir !"


@PORT_8888
@pytest.mark.parametrize("server_step", [2, 3])
def test_client_2_with_its_server_and_the_next(server_step: int) -> None:
    with Server(server_step) as server:
        result = run("part2/chat_client_ii_2.py")
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("Hello 127.0.0.1:")
        address = result.stdout.removeprefix("Hello ").rstrip("\n")
        shown = {2: "Hello", 3: f"Message received from {address} : Hello"}
        server.expect_console(shown[server_step])
        server.stop()


@PORT_8888
def test_client_3_with_server_3() -> None:
    with Server(3) as server, client(3, 8888) as bob, client(3, 8888) as alice:
        for terminal, message in ((bob, "salut"), (alice, "ça va ?"), (bob, "oui")):
            terminal.expect_line(">")
            terminal.press(f"{message}\n")
            server.expect(f" : {message}\n")
            terminal.expect("Hello 127.0.0.1:")
        server.stop()


@PORT_8888
def test_client_3_with_server_4() -> None:
    with Server(4) as server, client(3, 8888) as bob, client(3, 8888) as alice:
        # Le serveur ne dit rien des arrivées : chacun se fait entendre avant de commencer.
        for number, terminal in enumerate((bob, alice), start=1):
            terminal.expect_line(">")
            terminal.press("me voici\n")
            wait_until(lambda: server.out.count(" : me voici\n") == number, lambda: server.out)  # noqa: B023
        bob.press("salut, ça va ?\n")
        alice.expect_line(r"127\.0\.0\.1:\d+ a dit : salut, ça va \?")
        alice.press("très bien\n")
        bob.expect_line(r"127\.0\.0\.1:\d+ a dit : très bien")
        assert "a dit : salut" not in bob.text
        assert "a dit : très bien" not in alice.text
        server.stop()


@pytest.mark.parametrize(("client_step", "server_step"), WITH_PSEUDO)
def test_clients_and_servers_with_pseudos(client_step: int, server_step: int) -> None:
    with (
        Server(server_step) as server,
        chatting(client_step, server.port, "Zoé") as zoe,
        chatting(client_step, server.port, "it4") as it4,
    ):
        zoe.expect_line("Annonce : it4 a rejoint la chatroom")
        zoe.press("salut it4\n")
        it4.expect_line("Zoé a dit : salut it4")
        it4.press("salut Zoé, ça va ?\n")
        zoe.expect_line(r"it4 a dit : salut Zoé, ça va \?")
        with chatting(client_step, server.port, "bob") as bob:
            it4.expect_line("Annonce : bob a rejoint la chatroom")
            bob.press("je passe\n")
            it4.expect_line("bob a dit : je passe")
        if server_step == 6:
            for terminal in (zoe, it4):
                terminal.expect_line("Annonce : bob a quitté la chatroom")
        zoe.press("toujours là ?\n")
        it4.expect_line(r"Zoé a dit : toujours là \?")


@pytest.mark.parametrize(("client_step", "server_step"), WITH_PSEUDO)
def test_the_server_stops_before_its_clients(client_step: int, server_step: int) -> None:
    with Server(server_step) as server, client(client_step, server.port) as terminal:
        terminal.expect("Pseudo :")
        terminal.press("it4\n")
        terminal.expect("Annonce : it4 a rejoint la chatroom\n>")
        server.stop()
        if client_step == 5:  # il reste, jusqu'à ce qu'on lui parle
            for message in ("un", "deux"):
                terminal.press(f"{message}\n")
                terminal.expect(f"> {message}\n")
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-1] == "Le serveur est parti."


@PORT_8888
@pytest.mark.parametrize("server_step", [5, 6])
def test_a_client_without_pseudo_is_refused(server_step: int) -> None:
    # Ces serveurs écoutent où l'on veut : ici, là où le client 3 les cherche.
    require_free_port()
    with Room(server_step, port=8888) as room, client(3, 8888) as terminal:
        room.join("alice")
        room.join("bob")
        terminal.expect_line(">")
        terminal.press("salut\n")
        terminal.expect("> salut\n>")
        room.everyone_talks(times=2)  # le serveur a lu « salut », et raccroché
        for message in ("il y a", "quelqu'un ?"):
            terminal.press(f"{message}\n")
        assert terminal.wait() == 1
        assert terminal.lines[-1] == "Le serveur est parti."
        assert "a dit" not in terminal.text
        room.everyone_talks(times=3)


@PORT_8888
@pytest.mark.parametrize("server_step", [5, 6])
def test_the_old_hello_lets_nobody_in(server_step: int) -> None:
    require_free_port()
    with Room(server_step, port=8888) as room, client(2, 8888) as terminal:
        room.join("alice")
        room.join("bob")
        # Deux membres et le client 2 : trois connexions vers 8888 (22B8), établies (01).
        wait_until(
            lambda: len(re.findall(r":22B8 01 ", Path("/proc/net/tcp").read_text("ascii"))) == 3,
            "le client 2 ne s'est pas connecté",
        )
        # « Hello » peut être le début de « Hello|PSEUDO » : le serveur attend la suite.
        room.everyone_talks(times=3)
        wait_asleep(terminal)
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [""]
        room.everyone_talks(times=3)


@pytest.mark.parametrize("server_step", [5, 6])
def test_a_student_s_clients_with_our_servers(server_step: int) -> None:
    script = "tests/part2/student_client.py"
    with (
        Server(server_step) as server,
        Terminal(script, str(server.port), "Zoé") as zoe,
        chatting(server_step, server.port, "it4") as it4,
    ):
        zoe.expect_line("Annonce : Zoé a rejoint la chatroom")
        with Terminal(script, str(server.port), "bob") as bob:
            for terminal in (zoe, it4, bob):
                terminal.expect_line("Annonce : bob a rejoint la chatroom")
            bob.press("salut à tous\n")
            for terminal in (zoe, it4):
                terminal.expect_line("bob a dit : salut à tous")
            it4.press("salut bob\n")
            for terminal in (zoe, bob):
                terminal.expect_line("it4 a dit : salut bob")
        if server_step == 6:
            for terminal in (zoe, it4):
                terminal.expect_line("Annonce : bob a quitté la chatroom")
        zoe.press("bob ?\n")
        it4.expect_line(r"Zoé a dit : bob \?")


@pytest.mark.parametrize("client_step", [5, 6])
def test_our_clients_with_a_student_s_server(client_step: int) -> None:
    with Process("tests/part2/student_server.py") as server:
        server.expect("\n")
        port = int(server.out)
        with chatting(client_step, port, "Zoé") as zoe:
            with chatting(client_step, port, "it4") as it4:
                zoe.expect_line("Annonce : it4 a rejoint la chatroom")
                zoe.press("salut it4\n")
                it4.expect_line("Zoé a dit : salut it4")
                it4.press("à bientôt\n")
                zoe.expect_line("it4 a dit : à bientôt")
            zoe.expect_line("Annonce : it4 a quitté la chatroom")


@PORT_8888
def test_client_3_with_a_student_s_server() -> None:
    # Celui du sujet à l'étape 4, à la main : rien n'y sépare deux messages.
    require_free_port()
    with Listener(8888) as listener, client(3, 8888) as terminal, listener.accept() as peer:
        terminal.expect_line(">")
        terminal.press("salut\n")
        peer.expect("salut")
        peer.send("127.0.0.1:1 a dit : un")
        peer.send("127.0.0.1:1 a dit : deux")
        terminal.expect("a dit : deux")
        assert "127.0.0.1:1 a dit : un" in terminal.text
