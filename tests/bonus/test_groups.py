"""Les groupes de dépendances du chat : chacun nomme ce qu'il importe, et suffit à ce qu'il dit."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from PIL import Image

from tests.bonus.client.faces.running import Chat
from tests.bonus.kept.record import ROOM
from tests.support.imports import imported
from tests.support.processes import ROOT, run
from tests.support.terminal import Terminal

CHATROOM = ROOT / "bonus/chatroom"
KEPT = Path(__file__).with_name("kept") / "version_1"
SCREEN = CHATROOM / "client/faces/screen"
ENTERED = "— Vous êtes dans salon (1 personne) —"


def distributions(files: Iterable[Path]) -> set[str]:
    """Ce qu'il faut installer pour ce que ces fichiers importent, même au dernier moment."""
    names = {name.split(".")[0] for file in files for name in imported(file, "chatroom")}
    found = packages_distributions()
    return {one.lower().replace("_", "-") for name in names for one in found.get(name, ())}


def group(name: str) -> set[str]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    return {one.lower().replace("_", "-") for one in groups[name]}


def test_each_group_names_all_it_imports() -> None:
    screen = set(SCREEN.rglob("*.py"))
    client = set((CHATROOM / "client").rglob("*.py"))
    assert distributions((CHATROOM / "server").rglob("*.py")) == group("server")
    assert distributions(client - screen) == group("client")
    assert distributions(screen | {CHATROOM / "client/drawing.py"}) == group("screen")


def test_what_is_shared_needs_nothing() -> None:
    shared = [*(ROOT / "bonus").glob("*.py")]
    shared += [file for wing in ("protocol", "common") for file in (CHATROOM / wing).glob("*.py")]
    assert distributions(shared) == set()


# Sans -S, les bibliothèques du présent environnement ; avec, aucune.


def said(missing: str, group: str) -> str:
    """La seule ligne que l'on doive lire."""
    where = re.escape(f"{ROOT / 'pyproject.toml'}:{group}")
    return rf"Il manque {missing} : \S+ -m pip install --group {where} \(pip 25\.1 au moins\)\n"


@pytest.mark.parametrize(
    ("options", "missing"), [((), "websockets"), (("--make-cert",), "cryptography")]
)
def test_a_server_says_what_it_lacks(
    options: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    done = run("-S", "bonus/server.py", "-p", "0", "--data", str(tmp_path), *options)
    assert re.fullmatch(said(missing, "server"), done.stderr)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize(
    ("options", "missing", "group"),
    [((), "textual", "screen"), (("--lines",), "prompt_toolkit", "client")],
)
def test_a_client_says_what_it_lacks(
    options: tuple[str, ...], missing: str, group: str, tmp_path: Path
) -> None:
    command = ["-S", "bonus/client.py", "--pseudo", "zoe", "--log", str(tmp_path), *options]
    with Terminal(*command, XDG_STATE_HOME=str(tmp_path)) as terminal:
        assert terminal.wait() == 1
        whole = terminal.text.replace("\n", "")  # de quoi tenir sur deux lignes de l'écran
        assert re.fullmatch(said(missing, group), f"{whole}\n")


def test_a_client_on_pipes_lacks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = Chat._arguments
    with Chat(tmp_path) as chat:
        monkeypatch.setattr(Chat, "_arguments", lambda *given: ["-S", *arguments(*given)])
        with chat.client("zoe", "--room", "salon") as zoe:
            zoe.expect(ENTERED)
            zoe.type("bonjour")
            zoe.expect("[hh:mm] Vous avez dit : bonjour")
            assert zoe.leave() == 0


# Chacun, seul


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Ce que l'on lance ensuite n'a que ce groupe, dans un environnement neuf."""
    python = tmp_path / "venv/bin/python"

    def pip(*words: str) -> None:
        command = [str(python), "-m", "pip", "install", "-q", "-c", "constraints.txt", *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"make groups demande un registre de paquets :\n{done.stderr}"

    def alone(name: str) -> None:
        subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
        pip("pip")  # --group demande pip 25.1
        pip("--group", name)
        monkeypatch.setattr(sys, "executable", str(python))

    return alone


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "blanc.png"
    Image.new("RGB", (80, 40), "white").save(path)
    return path


@pytest.mark.registry
def test_the_server_group_alone(
    tmp_path: Path, picture: Path, install: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """La base d'une version publiée, une image, et TLS."""
    whole = sys.executable
    install("server")
    (tmp_path / "data").mkdir()
    shutil.copy(KEPT / "chat.db", tmp_path / "data")
    made = run("bonus/server.py", "--data", str(tmp_path / "data"), "--make-cert")
    assert made.returncode == 0, made.stderr
    with Chat(tmp_path, "--tls-cert", str(tmp_path / "data/tls.pem"), "--tls-key",
              str(tmp_path / "data/tls-key.pem")) as chat:  # fmt: skip
        monkeypatch.setattr(sys, "executable", whole)
        options = ("--room", ROOM, "--tls-ca", str(tmp_path / "data/tls-ca.pem"))
        with chat.client("léa", *options) as lea, chat.client("max", *options) as other:
            for one in (lea, other):
                one.expect("[hh:mm] Zoé a dit : Bonjour, l'été 🌞 !")
            lea.type(f"/image {picture}")
            other.expect("[hh:mm] léa a envoyé une image : blanc.png (80x40)")
            other.expect("Q" * 79)
            assert (lea.leave(), other.leave()) == (0, 0)


@pytest.mark.registry
@pytest.mark.parametrize("name", ["client", "screen"])
def test_the_client_and_screen_groups_alone(
    name: str, tmp_path: Path, picture: Path, install: Callable[[str], None]
) -> None:
    with Chat(tmp_path) as chat, chat.client("bob", "--room", "salon") as bob:
        bob.expect(ENTERED)
        install(name)
        with chat.terminal("zoe", "--room", "salon", lines=name == "client") as zoe:
            bob.expect("Annonce : zoe a rejoint la chatroom")
            bob.type("bonjour", f"/image {picture}")
            zoe.expect("bonjour")
            zoe.expect("blanc.png (80x40)")
            zoe.expect("QQQQ")  # elle est dessinée
            zoe.press("/quit\r")
            assert zoe.wait() == 0
        if name == "client":
            with chat.client("ève", "--lines", "--room", "salon") as eve:
                eve.expect("— Vous êtes dans salon (2 personnes) —")
                assert eve.leave() == 0
        assert bob.leave() == 0
