"""Le README ne ment pas : chaque commande qu'il montre affiche ce qu'il dit."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from web_sync_multiple import file_for, read_urls

from tests.support.internet import Internet
from tests.support.processes import ENVIRONMENT, ROOT
from tests.support.readme import Shown, comparable, make_targets, shown_commands
from tests.support.terminal import WARNINGS, Terminal
from tests.support.waiting import wait_until

# Ce que des personnes feraient, dans l'ordre : (n° du terminal, geste, texte). Les terminaux sont
# ceux de la section, dans l'ordre de la page.
Gesture = tuple[int, str, str]
SESSIONS: dict[str, list[Gesture]] = {
    "II.2": [(0, "start", "à l'écoute"), (1, "start", "Hello 127"), (0, "press", "\x03")],
    "II.3": [
        (0, "start", "à l'écoute"),
        (1, "start", ">"),
        (1, "press", "salut\n"),
        (1, "expect", "Hello 127"),
        (1, "press", "\x03"),
        (0, "press", "\x03"),
    ],
    "II.4": [
        (0, "start", "à l'écoute"),
        (1, "start", ">"),
        (2, "start", ">"),
        (2, "press", "bonjour à tous\n"),
        (1, "expect", "a dit : bonjour à tous"),
        (2, "press", "\x03"),
        (1, "press", "\x03"),
        (0, "press", "\x03"),
    ],
    "II.5": [
        (0, "start", "à l'écoute"),
        (1, "start", "Pseudo :"),
        (1, "press", "alice\n"),
        (1, "expect", "alice a rejoint"),
        (2, "start", "Pseudo :"),
        (2, "press", "bob\n"),
        (1, "expect", "bob a rejoint"),
        (1, "press", "salut\n"),
        (2, "expect", "alice a dit : salut"),
        (1, "press", "\x03"),
        (2, "press", "\x03"),
        (0, "press", "\x03"),
    ],
    "II.6": [
        (0, "start", "à l'écoute"),
        (1, "start", "Pseudo :"),
        (1, "press", "alice\n"),
        (1, "expect", "alice a rejoint"),
        (2, "start", "Pseudo :"),
        (2, "press", "bob\n"),
        (1, "expect", "bob a rejoint"),
        (2, "press", "je file\n"),
        (1, "expect", "bob a dit : je file"),
        (2, "press", "\x03"),
        (1, "expect", "bob a quitté"),
        (0, "press", "\x03"),
    ],
}
# Une commande qui n'affiche rien prépare les suivantes.
SILENT = [shown.command for shown in shown_commands() if not shown.lines]
UNTIL_STOPPED = " -m grader watch "  # une commande qui ne finit que si on l'arrête
ALONE = [
    shown
    for shown in shown_commands()
    if shown.section not in SESSIONS and shown.lines and UNTIL_STOPPED not in shown.command
]


def _case(shown: Shown) -> ParameterSet:
    judges = " -m grader step " in shown.command
    return pytest.param(shown, id=shown.command, marks=[pytest.mark.sandbox] if judges else [])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Une copie de la collection : les commandes y écrivent sans toucher au dépôt."""
    for name in ("part1", "part2", "grader", "wording", "urls.txt", "VERSION"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    for command in SILENT:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def clean_pages() -> Iterator[None]:
    """Efface les pages que ces commandes ajoutent dans /tmp, et celles-là seulement."""
    pages = {Path("/tmp/web_page"), *map(file_for, read_urls(str(ROOT / "urls.txt")))}
    added = {page for page in pages if not page.exists()}
    yield
    for page in added:
        page.unlink(missing_ok=True)


@pytest.mark.proof
@pytest.mark.usefixtures("clean_pages")
@pytest.mark.xdist_group("web_page")
@pytest.mark.parametrize("shown", [_case(shown) for shown in ALONE])
def test_command_prints_what_the_readme_says(shown: Shown, copy: Path) -> None:
    with Internet(copy) as internet:
        result = subprocess.run(
            ["sh", "-c", shown.command],
            cwd=copy,
            env=ENVIRONMENT | internet.environment | {"PATH": path(), "COLUMNS": "100"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
            check=False,
        )
    printed, expected = comparable(result.stdout.splitlines()), comparable(shown.lines)
    if "async_multiple" in shown.command:  # chaque ligne paraît quand sa page est finie
        printed, expected = sorted(printed), sorted(expected)
    assert printed == expected


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_work_looks_as_the_readme_says(copy: Path) -> None:
    (shown,) = [one for one in shown_commands() if UNTIL_STOPPED in one.command]
    *words, folder, option, seed = shown.command.removeprefix("python ").split()
    command = (*words, str(copy / folder), option, seed)
    with Terminal(*command, columns=80, COLUMNS="", XDG_STATE_HOME=str(copy / "état")) as terminal:
        expected = comparable(shown.lines)
        wait_until(
            lambda: comparable(terminal.lines) == expected, lambda: terminal.text, deadline=100
        )
        terminal.press("q")
        assert terminal.wait() == 0


def path() -> str:
    return f"{Path(sys.executable).parent}:{ENVIRONMENT['PATH']}"


@pytest.mark.proof
@pytest.mark.xdist_group("port-8888")
@pytest.mark.parametrize("section", SESSIONS)
def test_session_looks_as_the_readme_says(section: str) -> None:
    blocks = [shown for shown in shown_commands() if shown.section == section]
    with ExitStack() as stack:
        terminals = play(SESSIONS[section], blocks, stack)
        for number, block in enumerate(blocks):
            if number in terminals:
                terminals[number].wait()
                assert comparable(terminals[number].lines) == comparable(block.lines)


def play(gestures: list[Gesture], blocks: list[Shown], stack: ExitStack) -> dict[int, Terminal]:
    """Fait les gestes dans l'ordre, et renvoie les terminaux."""
    terminals: dict[int, Terminal] = {}
    for number, gesture, text in gestures:
        if gesture == "start":
            # Un client de plus que la page n'en montre relance la commande du dernier.
            command = blocks[min(number, len(blocks) - 1)].command.removeprefix("python ").split()
            terminal = Terminal(*command, PYTHONWARNINGS=WARNINGS)
            terminals[number] = stack.enter_context(terminal)
            terminals[number].expect(text)
        elif gesture == "press":
            terminals[number].press(text)
        else:
            terminals[number].expect(text)
    return terminals


@pytest.mark.shape
def test_every_step_is_shown() -> None:
    commands = " ".join(shown.command for shown in shown_commands())
    scripts = [*ROOT.glob("part1/*.py"), *ROOT.glob("part2/*.py")]
    tools = {"part1/local_site.py"}  # que mesure.py lance lui-même
    for script in scripts:
        name = str(script.relative_to(ROOT))
        assert name in tools or name in commands


@pytest.mark.shape
def test_cited_targets_exist() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in make_targets():
        assert f"make {target} " in listed


@pytest.mark.proof
@pytest.mark.parametrize(
    ("target", "setting", "shown"),
    [
        ("mesure", "MESURE=--local 2 --latency 0.05 --runs 1", "fois plus vite"),
        ("grade", "GRADE=step II.2.client", "0,75 / 0,75"),
        pytest.param("doctor", "", "Cellule", marks=pytest.mark.sandbox),
    ],
)
def test_make_does_what_it_says(target: str, setting: str, shown: str) -> None:
    # -o : ne pas refaire l'environnement où tourne ce test.
    command = ["make", "-o", f"{sys.prefix}/ready", target, f"VENV={sys.prefix}", setting]
    result = subprocess.run(
        [word for word in command if word],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert shown in result.stdout
