"""Des copies comme personne n'en rend : une ligne claire, ou un rapport qui le dit."""

import json
import os
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from grader.command.exits import BAD_INPUT, NOT_FULL
from grader.engine import doctor as machine
from tests.grader.commandline import HASTY, grader, said, submission

BOUND = 90.0  # secondes, machine très chargée ; d'ordinaire, trois
NOTHING = "ce dossier ne contient aucun fichier Python."


@pytest.fixture(autouse=True)
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dans ce processus-ci, ne pas essayer d'arène : rien n'y est jugé."""
    monkeypatch.setattr(machine, "usable", lambda: "")


def refused(folder: Path, reason: str) -> str:
    """Refuse de juger `folder`, en une ligne."""
    started = time.monotonic()
    answer = said(str(folder))
    assert time.monotonic() - started < BOUND
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert re.fullmatch(r"[^\n\x1b]+\.\n", answer.err)
    assert len(answer.err) < 600
    assert reason in answer.err
    return answer.err


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    refused(tmp_path / "absent", "absent : ce dossier n'existe pas.")


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "copie.py").write_text("print(1)", encoding="utf-8")
    refused(tmp_path / "copie.py", "copie.py : c'est un fichier : il faut donner le dossier")


def test_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube")
    refused(tmp_path / "tube", "tube : ce n'est pas un dossier.")


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "boucle").symlink_to("boucle")
    refused(tmp_path / "boucle", "boucle : ce dossier est illisible.")


@pytest.mark.parametrize(
    "name", ["a\nb", "\x1b[31mrouge", "\u202egnp", b"\xff\xfe".decode("latin-1")]
)
def test_a_hostile_name(tmp_path: Path, name: str) -> None:
    shown = refused(tmp_path / name, "ce dossier n'existe pas.")
    assert "\u202e" not in shown


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    refused(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")), "ce dossier n'existe pas.")


def test_a_name_too_long(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 5000), "ce nom est trop long.")


def test_an_empty_folder(tmp_path: Path) -> None:
    refused(tmp_path, NOTHING)


def test_a_folder_without_python(tmp_path: Path) -> None:
    submission(tmp_path, {"README.md": "x", "code.txt": "print(1)", ".venv/a.py": "print(1)"})
    refused(tmp_path, NOTHING)


def test_a_gigabyte_that_takes_no_room(tmp_path: Path) -> None:
    with open(tmp_path / "sleep_and_print.py", "wb") as file:
        file.truncate(1 << 30)
    assert "1 fichier ignoré : plus de 1 Mo" in refused(tmp_path, NOTHING)


@pytest.mark.skipif(os.geteuid() == 0, reason="root lit tout")
def test_a_folder_one_may_not_read(tmp_path: Path) -> None:
    (tmp_path / "copie").mkdir(mode=0)
    refused(tmp_path / "copie", "vous n'avez pas le droit de lire ce dossier.")


def graded(folder: Path, report: Path, *arguments: str) -> dict[str, Any]:
    """Le rapport, avec un échec au moins ; rien n'y pilote un terminal."""
    started = time.monotonic()
    result = grader(*arguments, str(folder), "--json", str(report), "--seed", "3", timeout=BOUND)
    assert time.monotonic() - started < BOUND
    assert (result.returncode, result.stderr) == (NOT_FULL, "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.stdout)
    facts: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return facts


def crowd(folder: Path) -> None:
    """Dix mille fichiers, un gigaoctet, des noms et des dossiers piégés."""
    noise = folder / "vrac"
    noise.mkdir()
    for number in range(5_000):
        (noise / f"{number}.py").touch()
        (noise / f"{number}.txt").touch()
    with open(folder / "film.py", "wb") as file:
        file.truncate(1 << 30)
    for name in ("a\nb.py", "\x1b[31mrouge.py", "\u202egnp.py", "-c.py", "$(id).py", "é" * 100):
        (folder / name).write_text("print(1)\n", encoding="utf-8")
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.py"))).write_text("print(1)\n", "utf-8")
    (folder / "boucle").symlink_to(".")
    (folder / "secret.py").symlink_to("/etc/passwd")
    os.mkfifo(folder / "tube.py")
    deep = folder.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    (deep / "loin.py").write_text("print(1)\n", encoding="utf-8")
    closed = folder / "fermé"
    closed.mkdir(mode=0o000)


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_crowd_of_hostile_files(tmp_path: Path) -> None:
    copy = submission(tmp_path / "copie\n\x1b[31m", HASTY)
    crowd(copy)
    facts = graded(copy, tmp_path / "rapport.json", "step", "I.1.sync")
    (step,) = facts["steps"]
    assert step["file"] == "part1/sleep_and_print.py"
    assert step["checks"][0]["verdict"] == "failed"
    notes = "\n".join(facts["notes"])
    for said_so in (
        "liens symboliques ignorés",
        "1 fichier spécial ignoré",
        "plus de 1 Mo (film.py)",
        "plus de 16 niveaux",
        "on en lit 2000 au plus",
    ):
        assert said_so in notes
    assert "\x1b" not in notes
    assert "root:" not in json.dumps(facts)  # /etc/passwd
    (copy / "fermé").chmod(0o700)


@pytest.mark.proof
@pytest.mark.sandbox
def test_scripts_that_are_not_scripts(tmp_path: Path) -> None:
    binary = random.Random(1).randbytes(50_000)
    long = "value = [\n" + "    'x',\n" * 40_000 + "]\nprint(len(value))\n"
    assert len(long) > 300_000
    copy = submission(
        tmp_path / "copie",
        {
            "part1/sleep_and_print.py": long,
            "part1/sleep_and_print_async.py": "",
            "part1/web_sync.py": "def get_content(url:\n    return \x1b[31m\n",
            "part2/chat_client_ii_2.py": "print('bonjour')\n",
            "part2/chat_server_ii_2.py": "x = " + "(" * 100_000 + "\n",
        },
    )
    (copy / "part1/web_async.py").write_bytes(binary)
    facts = graded(copy, tmp_path / "rapport.json")
    steps = {step["id"]: step for step in facts["steps"]}
    verdicts = {name: step["verdict"] for name, step in steps.items()}
    assert {name for name, verdict in verdicts.items() if verdict == "failed"} == {
        "I.1.sync",
        "I.2.sync",
        "I.2.async",
        "II.2.server",
        "II.2.client",
    }
    assert verdicts["I.1.async"] == "not_submitted"
    assert steps["I.1.async"]["note"] == "part1/sleep_and_print_async.py est vide."
    assert steps["I.1.sync"]["checks"][0]["failure"]["output"] == "40000"
    for name in ("I.2.sync", "I.2.async", "II.2.server"):
        first, *others = steps[name]["checks"]
        assert first["failure"]["message"].startswith("Python ne comprend pas le script : ")
        assert {other["verdict"] for other in others} == {"skipped"}
        assert {other["cause"] for other in others} == {first["id"]}
    assert steps["II.2.client"]["earned"] == 0
    assert facts["earned"] == 0


@pytest.mark.proof
@pytest.mark.sandbox
def test_only_empty_files(tmp_path: Path) -> None:
    copy = submission(tmp_path / "copie", {"part1/sleep_and_print.py": "", "client.py": "\n"})
    facts = graded(copy, tmp_path / "rapport.json")
    assert {step["verdict"] for step in facts["steps"]} == {"not_submitted"}
    assert facts["steps"][0]["note"] == "part1/sleep_and_print.py est vide."


HOSTILE = {
    "I.1.sync": "sleep and print\n.py",
    "I.1.async": "\x1b[31msleep_and_print_async.py",
    "I.2.sync": "-web_sync.py",
    "I.2.async": "web_async$(id).py",
}


@pytest.mark.proof
@pytest.mark.sandbox
def test_scripts_with_a_hostile_name(tmp_path: Path) -> None:
    copy = submission(tmp_path / "copie", dict.fromkeys(HOSTILE.values(), "print(1)\n"))
    facts = graded(copy, tmp_path / "rapport.json", "step", "I")
    steps = {step["id"]: step for step in facts["steps"]}
    for name, file in HOSTILE.items():
        assert steps[name]["file"] == file
        assert steps[name]["checks"][0]["failure"]["output"] == "1", file  # il a bien été lancé
