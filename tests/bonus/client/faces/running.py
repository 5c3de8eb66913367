"""Un vrai serveur, et de vrais clients en lignes, sur des tubes ou devant un terminal."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from tests.support.processes import ENVIRONMENT, ROOT, Process
from tests.support.terminal import Terminal
from tests.support.waiting import DEADLINE, wait_until

LISTENING = re.compile(r"(?s)Le chat écoute sur 127\.0\.0\.1:(\d+).*(https?)://localhost:(\d+)/")


class Chat:
    """Un serveur dans un dossier à lui. Chaque personne y a son propre dossier d'état."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder, self._options = folder, options
        self.port = self.web_port = 0
        self.start()

    def start(self) -> None:
        data, log = str(self._folder / "data"), str(self._folder / "log")
        where = ("-p", str(self.port), "--web-port", str(self.web_port))
        options = (*where, "--data", data, "--log", log, *self._options)
        self.server = Process("bonus/server.py", *options, HOME=str(self._folder))
        wait_until(lambda: LISTENING.search(self.server.out), lambda: self.server.err)
        found = LISTENING.search(self.server.out)
        assert found
        self.port, self.web_port = int(found[1]), int(found[3])
        self.url = f"{found[2]}://localhost:{self.web_port}/"

    def kill(self) -> None:
        self.server.popen.kill()
        self.server.wait()

    def restart(self) -> None:
        """Tué, puis de nouveau là, au même port."""
        self.kill()
        self.start()

    def _arguments(self, pseudo: str, options: tuple[str, ...]) -> list[str]:
        named = ["--pseudo", pseudo] if pseudo else []
        return ["bonus/client.py", "-p", str(self.port), *named, *options]

    def _home(self, person: str) -> dict[str, str]:
        home = self._folder / person
        home.mkdir(exist_ok=True)
        return {"HOME": str(home), "XDG_STATE_HOME": str(home), "TZ": "UTC"}

    def log_of(self, person: str) -> Path:
        return self._folder / person / "log"

    def client(self, pseudo: str, *options: str, person: str = "") -> "Client":
        """Sur des tubes ; `person` est à qui sont les jetons, `pseudo` sinon."""
        log = str(self.log_of(person or pseudo))
        arguments = self._arguments(pseudo, (*options, "--log", log))
        return Client(arguments, self._home(person or pseudo))

    def terminal(
        self, pseudo: str, *options: str, person: str = "", lines: bool = True, **environment: str
    ) -> Terminal:
        """Devant un terminal, de même ; `lines` : le client en lignes."""
        home = self._home(person or pseudo)
        log = str(self.log_of(person or pseudo))
        arguments = self._arguments(pseudo, (*options, *["--lines"] * lines, "--log", log))
        return Terminal(*arguments, columns=100, lines=40, **home | environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__()


class Client:
    """Un client que l'on scripte : des lignes dans son entrée, d'autres sur sa sortie."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=ENVIRONMENT | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._out = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stdout
        with self.popen.stdout as stream:
            while data := os.read(stream.fileno(), 65_536):
                self._out += data

    @property
    def out(self) -> str:
        return bytes(self._out).decode()

    @property
    def lines(self) -> list[str]:
        """Ce qu'il a écrit, les heures remplacées par [hh:mm]."""
        return re.sub(r"\[\d\d:\d\d\]", "[hh:mm]", self.out).splitlines()

    def type(self, *lines: str) -> None:
        assert self.popen.stdin
        self.popen.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self.popen.stdin.flush()

    def expect(self, line: str) -> None:
        """Attend cette ligne, entière."""
        wait_until(lambda: line in self.lines, lambda: f"« {line} » absente de :\n{self.out}")

    def interrupt(self) -> None:
        self.popen.send_signal(signal.SIGINT)

    def leave(self) -> int:
        """Ferme son entrée, et attend sa fin : son code de sortie."""
        assert self.popen.stdin
        self.popen.stdin.close()
        return self.wait()

    def wait(self) -> int:
        code = self.popen.wait(DEADLINE)
        self._reader.join()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        if self.popen.stdin:
            self.popen.stdin.close()
        self.wait()
