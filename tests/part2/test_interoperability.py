"""Le client d'une étape devant le serveur d'une autre."""

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
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until


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


@pytest.mark.parametrize(("client_step", "server_step"), [(5, 6), (6, 5)])
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
