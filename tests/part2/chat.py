"""Ce qu'il faut pour discuter dans un test : un serveur, des gens, un client à l'écran."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from tests.support.peers import Listener, Peer
from tests.support.processes import ENVIRONMENT, ROOT, Process
from tests.support.terminal import WARNINGS, Terminal
from tests.support.waiting import wait_until

PROMPTLY = 2.0  # secondes : ce qui doit finir « aussitôt » prend cent fois moins
# Les étapes 2 à 4 imposent le port 8888 : leurs tests passent l'un après l'autre.
PORT_8888 = pytest.mark.xdist_group("port-8888")


def steps(*numbers: int) -> list[Any]:
    """Les étapes `numbers`, comme paramètres d'un test."""
    return [
        pytest.param(number, marks=[PORT_8888] if number < 5 else [], id=f"ii_{number}")
        for number in numbers
    ]


def require_free_port() -> None:
    try:
        socket.create_server(("127.0.0.1", 8888)).close()
    except OSError:
        pytest.fail("Le port 8888 est déjà pris : un autre programme de cette machine l'occupe.")


@contextmanager
def closed_port() -> Iterator[int]:
    """Un port où personne n'écoute, et que personne ne prendra d'ici la fin du `with`."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


class Server(Process):
    """Le serveur de l'étape `step`, prêt à recevoir."""

    def __init__(self, step: int, port: int = 0, **environment: str) -> None:
        if step < 5:
            require_free_port()
        options = () if step < 5 else ("-p", str(port))
        super().__init__(f"part2/chat_server_ii_{step}.py", *options, **environment)
        try:
            self.expect("(Ctrl-C pour l'arrêter)\n")
        except AssertionError:
            self.__exit__()
            raise
        found = re.match(r"Serveur à l'écoute sur 127\.0\.0\.1:(\d+) \(", self.out)
        assert found
        self.port = int(found[1])

    @property
    def console(self) -> list[str]:
        """Les lignes écrites depuis « Serveur à l'écoute »."""
        return self.out.split("\n")[1:-1]

    def expect_console(self, *lines: str) -> None:
        """Attend que ces lignes, et elles seules, soient écrites depuis « Serveur à l'écoute »."""
        wait_until(lambda: len(self.console) >= len(lines), lambda: self.out + self.err)
        assert self.console == list(lines)

    def stop(self) -> None:
        """Ctrl-C : il s'arrête aussitôt, et net."""
        self.interrupt()
        code = self.wait(PROMPTLY)
        assert (code, self.err) == (0, "")
        assert self.out.endswith("\nServeur arrêté.\n")


class Member(Peer):
    """Quelqu'un, connecté à un serveur."""

    author: str  # son nom dans la conversation


class Room:
    """Un serveur et ceux qui y parlent ; à la fin du `with`, Ctrl-C doit tout finir proprement."""

    def __init__(self, step: int, port: int = 0, **environment: str) -> None:
        self.step, self._port, self._environment = step, port, environment
        self.members: list[Member] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        server = Server(self.step, self._port, **self._environment)
        self.server = self._open.enter_context(server)
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        with self._open:
            if failure is None:
                self.server.stop()
                for member in self.members:
                    member.expect_end()

    def connect(self, source: str = "127.0.0.1") -> Member:
        """Quelqu'un qui n'a encore rien dit."""
        member = Member.connect(self.server.port, source=source)
        member.author = member.name
        return self._open.enter_context(member)

    def join(self, pseudo: str, source: str = "127.0.0.1") -> Member:
        """Quelqu'un entre ; au retour, le serveur et les autres le savent."""
        member = self.connect(source)
        if self.step < 5:
            # Sans un mot de lui, rien ne dirait que le serveur l'a vu arriver.
            self.members.append(member)
            self.says(member, "Me voici")
            self.server.expect(f"Message received from {member.name} : Me voici\n")
        else:
            member.author = pseudo
            member.send(f"Hello|{pseudo}")
            self.members.append(member)
            self.everyone_receives(f"Annonce : {pseudo} a rejoint la chatroom")
        return member

    def forget(self, member: Member) -> None:
        """`member` est parti : ceux qui restent n'en savent quelque chose qu'à l'étape 6."""
        self.members.remove(member)
        if self.step >= 6:
            self.everyone_receives(f"Annonce : {member.author} a quitté la chatroom")

    def everyone_receives(self, text: str) -> None:
        for member in self.members:
            member.expect(text)

    def says(self, speaker: Member, text: str) -> None:
        """`speaker` envoie `text` : tous les autres le reçoivent."""
        speaker.send(text)
        for member in self.members:
            if member is not speaker:
                member.expect(f"{speaker.author} a dit : {text}")

    def everyone_talks(self, times: int = 1) -> None:
        """Chacun parle à son tour : personne n'est perdu, et personne n'a reçu autre chose."""
        for turn in range(times):
            for member in self.members:
                self.says(member, f"tour {turn}")


def client(step: int, port: int) -> Terminal:
    """Le client de l'étape `step`, dans un terminal."""
    return Terminal(*client_command(step, port), PYTHONWARNINGS=WARNINGS)


def client_command(step: int, port: int) -> list[str]:
    """De quoi le lancer ; jusqu'à l'étape 4 le port n'est pas au choix."""
    return [f"part2/chat_client_ii_{step}.py", *([] if step < 5 else ["-p", str(port)])]


def client_on_pipes(step: int, port: int) -> subprocess.Popen[bytes]:
    """Le client de l'étape `step`, qui lit des tubes et y écrit."""
    return subprocess.Popen(
        [sys.executable, *client_command(step, port)],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONWARNINGS": WARNINGS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


@contextmanager
def first_client() -> Iterator[tuple[Process, Peer]]:
    """Le client de l'étape 2, sur des tubes, et le serveur de test dont il attend la réponse."""
    require_free_port()
    with (
        Listener(8888) as listener,
        Process("part2/chat_client_ii_2.py") as script,
        listener.accept() as peer,
    ):
        peer.expect("Hello")
        yield script, peer


@contextmanager
def conversation(step: int, pseudo: str = "it4") -> Iterator[tuple[Terminal, Peer]]:
    """Un client qui attend qu'on tape, et le serveur de test auquel il est connecté."""
    if step < 5:
        require_free_port()
    with Listener(8888 if step < 5 else 0) as listener, client(step, listener.port) as terminal:
        if step >= 5:
            terminal.expect("Pseudo :")
            terminal.press(f"{pseudo}\n")
        with listener.accept() as peer:
            if step >= 5:
                peer.expect(f"Hello|{pseudo}")
            terminal.expect_line(">")
            yield terminal, peer


def shown(terminal: Terminal) -> str:
    """Ce que le client a montré depuis le début, sans les invites ni leur effacement."""
    return terminal.raw.decode().replace("\r\x1b[K", "").replace("\r\n", "\n").replace("> ", "")


def last_screen(terminal: Terminal) -> list[str]:
    """L'écran d'un client parti, sans l'écho de Ctrl-C : le noyau ne l'écrit pas toujours."""
    return [line.removesuffix("^C").rstrip() for line in terminal.lines]


def wait_asleep(terminal: Terminal) -> None:
    """Attend que le client dorme dans une lecture : Ctrl-C, juste avant, ne l'en sortirait pas."""
    state = Path(f"/proc/{terminal.popen.pid}/stat")
    wait_until(lambda: state.read_text().rpartition(") ")[2].startswith("S"), "le client veille")
