"""bonus.md ne ment pas : chaque commande et chaque conversation qu'il montre se passe ainsi."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chatroom.common import logs
from PIL import Image

from tests.bonus.client.faces.running import Client
from tests.bonus.processes import LISTENING, PAGE
from tests.support.processes import ENVIRONMENT, ROOT
from tests.support.readme import Shown
from tests.support.terminal import Terminal
from tests.support.waiting import wait_until
from tests.test_readme import path

pytestmark = pytest.mark.proof

# Par section, à qui de faire un geste : lancer sa commande, puis taper la ligne que la page montre
# ensuite, une fois affiché tout ce qui est au-dessus. Les nombres sont ceux des commandes.
SESSIONS = {
    "1": [0, 1, 0, 1, 0, 1],
    "2": [0, 1, 1, 2, 2, 3, 0],
    "3": [0, 1, 1, 1, 0, 2, 3],
    "4": [0, 1, 2, 3],
    "5": [0],
    "6": [0, 1, 0, 1, 0],
    "7": [0, 2, 2, 2, 2, 2, 0, 1, 3, 3, 3, 4, 1],
    "8": [1, 2, 1, 1, 1, 2, 1, 1, 2],
    "T": [0, 1, 0, 0, 1, 0, 0, 1, 0],
    "Q": [0, 1, 2, 2, 0],
}
TYPED = re.compile(r"\^C|\S+ > (?P<text>.*)")
CAT = """
....#..............#....
....##............##....
....################....
...##################...
...####..######..####...
...##################...
...########..########...
....######....######....
......############......
"""


def shown_commands() -> Iterator[Shown]:
    """Les commandes des blocs console, dans l'ordre."""
    text = (ROOT / "bonus.md").read_text(encoding="utf-8")
    for part in re.split("^## ", text, flags=re.MULTILINE):
        for block in re.findall(r"^```console\n(.*?)^```", part, re.MULTILINE | re.DOTALL):
            for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                yield Shown(part[:1], command.splitlines()[0], command.splitlines()[1:])


def comparable(lines: list[str]) -> list[str]:
    """Les lignes sans ce qui change d'une fois à l'autre : dates, ports des clients, couleurs."""
    text = "\n".join(line.rstrip() for line in lines)
    text = re.sub(r"\[\d\d:\d\d(:\d\d)?\]", "[heure]", text)
    text = re.sub(r"(?m)^\d{4}-\d\d-\d\dT[\d:]+ ", "DATE ", text)
    text = re.sub(r"(?m)^— \w+ \d+(er)? \w+ \d{4} —$", "— jour —", text)
    text = re.sub(r'("(?:time|nonce)":) ?\d+|("colour":) ?"#[0-9a-f]{6}"', r"\1\2 …", text)
    text = re.sub(
        r"(?m)^(D'une autre machine|Cette machine n'a pas d'adresse|En clair).*\n*",
        "AILLEURS\n",
        text,
    )
    text = re.sub(r"(AILLEURS\n)+", "AILLEURS\n", text)
    text = re.sub(r"127\.0\.0\.1:(?!(7777|8888|9999)\b)\d+", "127.0.0.1:PORT", text)
    text = re.sub(r"\d+(?= essais| messages lus| flux)", "N", text)
    return text.split("\n")


class Stage:
    """Un dossier, de vrais ports à la place de ceux de la page, et un serveur."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        # Pris, mais personne n'y écoute.
        sockets = [stack.enter_context(socket.socket()) for _ in range(4)]
        for taken in sockets:
            taken.bind(("127.0.0.1", 0))
        numbers = (str(taken.getsockname()[1]) for taken in sockets)
        self._ports = dict(zip(("7777", "8080", "8888", "9999"), numbers, strict=True))
        for name in ("bonus", "tests"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "empty.conf").touch()
        draw_cat(folder / "chat.png")
        hours = time.gmtime().tm_hour - 12  # midi, ici : le jour ne changera pas pendant le test
        self.environment = {
            "HOME": str(folder),
            "XDG_STATE_HOME": "",
            "TMPDIR": str(folder),
            "TZ": f"UTC{hours:+d}",
            "PATH": path(),
            "COLUMNS": "25",
            "LINES": "30",
            "CHAT_GATHERING": "0",  # ces personnes-là vont plus vite que nature
            "CHAT_CONFIG": str(folder / "empty.conf"),
            "CHAT_DATA": str(folder / "data"),
            "CHAT_LOG": str(folder / "log"),
        }

    def start(self, command: str) -> Client:
        arguments = shlex.split(command.removeprefix("python "))
        return self.stack.enter_context(Client(arguments, self.environment))

    def enter(self, command: str) -> Client:
        """Un client, une fois dans son salon."""
        client = self.start(command)
        wait_until(lambda: "— Vous êtes dans " in client.out, lambda: client.out)
        return client

    def serve(self, command: str = "python bonus/server.py") -> Client:
        """Un serveur : au port que le système donne, puis toujours à celui-là."""
        self.environment.setdefault("CHAT_PORT", "0")
        server = self.start(command)
        wait_until(lambda: PAGE.search(server.out), lambda: server.out)
        found, page = LISTENING.search(server.out), PAGE.search(server.out)
        assert found
        assert page
        self.environment["CHAT_PORT"] = self._ports["8888"] = found[2]
        self.environment["CHAT_WEB_PORT"] = self._ports["8080"] = page[1]
        return server

    def run(self, command: str) -> list[str]:
        """Ce qu'affiche une commande qui finit d'elle-même."""
        for told, real in self._ports.items():
            command = re.sub(rf"\b{told}\b", real, command)
        command = command.replace("/var/log/chat_room", str(self.folder / "log"))
        command = command.replace("--seconds 4", "--seconds 0.2")
        result = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=ENVIRONMENT | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return self.told(result.stdout.splitlines())

    def told(self, lines: list[str]) -> list[str]:
        """Ces lignes, avec les ports et les dossiers de la page."""
        text = "\n".join(lines).replace(f" -p {self._ports['8888']}", "")
        for told, real in self._ports.items():
            text = re.sub(rf":{real}\b", f":{told}", text)
        for python in (os.path.relpath(sys.executable, ROOT), f"{sys.prefix}/bin/python"):
            text = text.replace(f"{python} bonus", ".venv/bin/python bonus")
        return text.split("\n")


class Seat:
    """Une personne devant une commande qui dure, et ce que la page dit de leur conversation."""

    def __init__(self, shown: Shown, stage: Stage) -> None:
        self._stage = stage
        serving = "server.py" in shown.command
        self._running = stage.serve(shown.command) if serving else stage.enter(shown.command)
        self._script = [n for n, line in enumerate(shown.lines) if TYPED.fullmatch(line)]
        self._shown = shown.lines
        self._typed: list[tuple[int, str]] = []

    def act(self) -> None:
        """Tape la prochaine ligne, dès que tout ce qui est montré au-dessus est affiché."""
        position = self._script[len(self._typed)]
        found = TYPED.fullmatch(self._shown[position])
        assert found
        above = position - len(self._typed)
        wait_until(lambda: len(self._lines) >= above, lambda: "\n".join(self.transcript()))
        if found[0] == "^C":
            self._typed.append((len(self._lines), "^C"))
            self._running.interrupt()
        else:
            room = re.findall(r"Vous êtes dans (.*) \(", self._running.out)[-1]
            self._typed.append((len(self._lines), f"{room} > {found['text']}"))
            self._running.type(found["text"])
        if found[0] == "^C" or found["text"] == "/quit":
            assert self._running.wait() == 0

    @property
    def _lines(self) -> list[str]:
        return self._running.out.splitlines()

    def transcript(self) -> list[str]:
        """Ce qui est affiché et ce qui est tapé, mêlés comme devant un terminal."""
        lines = self._lines
        for earlier, (position, line) in enumerate(self._typed):
            lines.insert(position + earlier, line)
        return self._stage.told(lines)


def draw_cat(file: Path) -> None:
    """Un pixel par colonne, deux par ligne : le dessin en caractères est exactement CAT."""
    rows = CAT.split()
    picture = Image.new("L", (len(rows[0]), 2 * len(rows)))
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            for half in (0, 1):
                picture.putpixel((x, 2 * y + half), 255 if cell == "#" else 0)
    picture.save(file)


@pytest.mark.parametrize("section", SESSIONS)
def test_it_looks_as_the_page_says(section: str, tmp_path: Path) -> None:
    blocks = [shown for shown in shown_commands() if shown.section == section]
    lasting = {number for number in SESSIONS[section] if SESSIONS[section].count(number) > 1}
    printed: dict[int, list[str]] = {}
    with ExitStack() as stack:
        stage = Stage(tmp_path, stack)
        if lasting and not any("server.py" in blocks[number].command for number in lasting):
            stage.serve()
        seats: dict[int, Seat] = {}
        for number in SESSIONS[section]:
            if number in seats:
                seats[number].act()
            elif number in lasting:
                seats[number] = Seat(blocks[number], stage)
            else:
                printed[number] = stage.run(blocks[number].command)
        printed |= {number: seat.transcript() for number, seat in seats.items()}
    for number, lines in printed.items():
        shown = "\n".join([f"$ {blocks[number].command}", *lines])
        expected = comparable(blocks[number].lines)
        assert comparable(lines) == expected, f"voici ce qui s'affiche :\n{shown}"


def test_the_room_is_asked(tmp_path: Path) -> None:
    """Devant un vrai terminal : le premier bloc des salons, jusqu'à la réponse."""
    shown = next(shown for shown in shown_commands() if shown.section == "8")
    with ExitStack() as stack:
        stage = Stage(tmp_path, stack)
        stage.serve()
        stage.enter("python bonus/client.py --pseudo bob --room général")
        command = shlex.split(shown.command.removeprefix("python "))
        terminal = stack.enter_context(
            Terminal(*command, columns=100, lines=40, **stage.environment)
        )
        terminal.expect("Pseudo :")
        terminal.press("alice\n")
        terminal.expect("créer [général] :")
        terminal.press("jeux")
        terminal.expect("[général] : jeux")
        assert comparable(terminal.lines) == comparable(shown.lines)
        terminal.press("\n")
        terminal.expect("jeux >")
        terminal.press("\x04")
        assert terminal.wait() == 0


def test_make_chat(tmp_path: Path) -> None:
    (shown,) = (shown for shown in shown_commands() if shown.section == "#")
    with ExitStack() as stack:
        stage = Stage(tmp_path, stack)
        # -o : ne pas refaire l'environnement où tourne ce test.
        flags = ["--no-print-directory", "-o", f"{sys.prefix}/ready", f"VENV={sys.prefix}"]
        process = subprocess.Popen(
            [*shlex.split(shown.command), *flags],
            cwd=ROOT,
            env=ENVIRONMENT | stage.environment | {"CHAT_PORT": "0", "MAKEFLAGS": ""},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # make et le serveur s'arrêteront ensemble
        )
        with process:
            assert process.stdout
            lines = [process.stdout.readline().rstrip("\n") for _ in shown.lines]
            os.killpg(process.pid, signal.SIGTERM)
        found, page = LISTENING.search("\n".join(lines)), PAGE.search("\n".join(lines))
        assert found, lines
        assert page, lines
        lines = [line.replace(f":{page[1]}", ":8080") for line in lines]
        text = "\n".join(lines).replace(f":{found[2]}", ":8888").replace(f" -p {found[2]}", "")
        assert comparable(stage.told(text.split("\n"))) == comparable(shown.lines)


def test_where_the_log_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """La ligne que voit une personne ordinaire ; root, qui teste peut-être, ne la verrait pas."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(logs, "SYSTEM_FOLDER", tmp_path / "file/chat_room")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    said: list[str] = []
    logs.open_log("server", None, None, said.append).close()
    told = said[0].replace(f"{tmp_path}/file", "/var/log")
    told = told.replace(str(tmp_path), "/home/etudiant/.local/state")
    assert f"```text\n{told}\n```" in (ROOT / "bonus.md").read_text(encoding="utf-8")


def test_everything_shown_is_played() -> None:
    for section, gestures in SESSIONS.items():
        blocks = [shown for shown in shown_commands() if shown.section == section]
        asked = {0} if section == "8" else set()  # test_the_room_is_asked
        assert set(gestures) | asked == set(range(len(blocks))), section
        for number, shown in enumerate(blocks):
            typed = sum(1 for line in shown.lines if TYPED.fullmatch(line))
            assert gestures.count(number) in {0, 1 + typed}, shown.command
    assert {shown.section for shown in shown_commands()} == {"#", *SESSIONS}
