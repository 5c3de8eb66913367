"""La ligne de commande : son aide, ses refus, ses codes de sortie, ses fichiers."""

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from grader.command.exits import BAD_INPUT, GRADER_ERROR, NOT_FULL, OK
from grader.engine.catalogue import select, steps
from grader.reports import jsonreport
from grader.reports.restoring import restore
from tests.grader.commandline import HASTY, grader, said, submission
from tests.support.processes import ENVIRONMENT, ROOT

COMMANDS = ("", "step", "hint", "watch", "replay", "doctor")
EASY = ("hint", "watch", "doctor")  # qui ne rendent pas de note
ENGLISH = re.compile(
    r"\b(usage:|options:|positional|arguments?:|show|this|help message|exit\b(?! )|optional|error"
    r"|invalid|unrecognized|required|expected|choose|default)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_in_french(command: str, option: str) -> None:
    shown = said(*filter(None, [command, option]))
    assert (shown.code, shown.err) == (OK, "")
    assert shown.out.startswith(f"Usage : python -m grader {command}".rstrip())
    assert "\nOptions :\n  -h, --help" in shown.out
    assert "affiche cette aide" in shown.out
    assert ("\nCode de sortie : 0 tout est juste" in shown.out) is (command not in EASY)
    assert not ENGLISH.search(shown.out)
    assert max(map(len, shown.out.splitlines())) <= 100


def test_help_names_every_command() -> None:
    shown = said("--help").out
    assert all(f"python -m grader {command}" in shown for command in COMMANDS)


def test_help_comes_at_once() -> None:
    def seconds() -> float:
        """De calcul : la machine a peut-être autre chose à faire."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert grader("--help").returncode == OK
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.2


def test_nothing_heavy_is_imported_for_the_help() -> None:
    heavy = ["asyncio", "rich", "aiohttp", "cryptography", "jinja2", "jsonschema", "pyte"]
    code = (
        f"import grader.command.cli, sys; print([name for name in {heavy} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("--bogus", "argument inconnu, --bogus"),
        ("--js x.json", "argument inconnu, --js"),
        (". ailleurs", "argument inconnu, ailleurs"),
        ("doctor x", "argument inconnu, x"),
        ("step", "il manque ÉTAPE"),
        ("hint", "il manque ÉTAPE"),
        ("replay", "il manque RAPPORT"),
        ("--seed", "--seed attend une valeur"),
        ("--seed x", "--seed n'accepte pas « x »"),
        ("--seed -1", "--seed n'accepte pas « -1 »"),
        ("--seed 18446744073709551616", "--seed n'accepte pas « 18446744073709551616 »"),
        ("--jobs 0", "--jobs n'accepte pas « 0 »"),
        ("--budget 0", "--budget n'accepte pas « 0 »"),
        ("--budget 3m", "--budget n'accepte pas « 3m »"),
        ("--sandbox docker", "--sandbox n'accepte pas « docker »"),
        ("hint II --level 4", "--level n'accepte pas « 4 »"),
        ("-v=3", "-v/--verbose n'attend pas la valeur « 3 »"),
    ],
)
def test_a_wrong_command_line(arguments: str, reason: str) -> None:
    answer = said(*arguments.split())
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert answer.err.startswith(f"Demande incorrecte : {reason}")
    assert answer.err.endswith(" (voir --help).\n")
    assert answer.err.count("\n") == 1
    assert not ENGLISH.search(answer.err)


def test_a_hostile_argument_is_shown_and_does_nothing() -> None:
    answer = said("--\x1b[31m\nrouge" + "x" * 5000)
    assert "--␛[31m␊rouge" in answer.err
    assert answer.err.count("\n") == 1
    assert len(answer.err) < 400


def test_an_empty_folder_name_is_not_the_current_folder() -> None:
    assert said("").err == "Demande incorrecte : DOSSIER n'accepte pas «  » (voir --help).\n"


@pytest.mark.parametrize("command", ["step", "hint"])
@pytest.mark.parametrize("wanted", ["X", "II.7", "", "II.5.server.x", "\x1b[31m"])
def test_an_unknown_step(command: str, wanted: str) -> None:
    answer = said(command, wanted)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    shown = wanted.replace("\x1b", "␛")
    known = ", ".join(step.id for step in steps())
    assert answer.err == f"Étape inconnue : {shown}. Les étapes : {known}.\n"


@pytest.mark.proof
@pytest.mark.sandbox
def test_full_marks_and_both_reports(tmp_path: Path) -> None:
    files = tmp_path / "rapport.json", tmp_path / "rapport.html"
    more = ["--json", str(files[0]), "--html", str(files[1]), "--seed", "7", "--jobs", "2"]
    result = grader("step", " ii.2.client ", "--verbose", *more)
    assert (result.returncode, result.stderr) == (OK, "")  # pas de barre : ce n'est pas un terminal
    assert "0,75 / 0,75 point" in result.stdout
    assert "graine 7" in result.stdout
    assert "\x1b" not in result.stdout
    for check in select("II.2.client")[0].checks:
        assert check.title in result.stdout
    report = restore(files[0], steps())
    assert (report.folder, report.seed, report.selection) == (str(ROOT), 7, ("ii.2.client",))
    assert report.earned == report.points == 0.75
    page = files[1].read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "II.2.client" in page


@pytest.mark.proof
@pytest.mark.sandbox
def test_points_missing_then_replayed(tmp_path: Path) -> None:
    """Le rapport d'un échec se rejoue : les seules étapes en échec, les mêmes mots et verdicts."""
    copy = submission(tmp_path / "copie", HASTY)
    client = "part2/chat_client_ii_2.py"
    submission(copy, {client: (ROOT / client).read_text(encoding="utf-8")})
    first, again = tmp_path / "un.json", tmp_path / "deux.json"
    graded = grader(str(copy), "--seed", "11", "--json", str(first))
    assert (graded.returncode, graded.stderr) == (NOT_FULL, "")
    assert "0,75 / 20" in graded.stdout
    assert jsonreport.dump(restore(first, steps())) == first.read_text(encoding="utf-8")
    replayed = grader("replay", str(first), "--json", str(again))
    assert (replayed.returncode, replayed.stderr) == (NOT_FULL, "")
    before, after = (
        jsonreport.unvarying(json.loads(file.read_text(encoding="utf-8")))
        for file in (first, again)
    )
    assert after["seed"] == 11
    assert after["selection"] == ["I.1.sync"]
    assert [step["id"] for step in after["steps"]] == ["I.1.sync"]
    assert after["steps"][0] == before["steps"][0]
    assert after["steps"][0]["checks"][0]["verdict"] == "failed"
    assert "graine 11" in replayed.stdout
    assert replayed.stdout.endswith("\n  Rien n'a changé.\n")


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("wanted", ["II.5.server.joins", "II.2.client", "I.1"])
def test_hints_come_one_at_a_time(wanted: str, level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "4000")
    answer = said("hint", wanted, "--level", str(level))
    assert (answer.code, answer.err) == (OK, "")
    checks = [check for step in steps() for check in step.checks if check.id == wanted]
    checks = checks or [check for step in select(wanted) for check in step.checks]
    for check in checks:
        assert check.asks.strip() in answer.out
        for rank, hint in enumerate(check.hints, 1):
            line = hint.strip().splitlines()[-1].strip()
            assert (line in answer.out) is (rank <= level), hint
    following = f"--level {level + 1}"
    assert (following in answer.out) is (level < 3)


def test_hint_level_is_one_unless_said() -> None:
    assert said("hint", "II.5").out == said("hint", "II.5", "--level", "1").out


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("/absent/rapport", "/absent/rapport : son dossier n'existe pas."),
        ("/tmp", "/tmp : c'est un dossier."),
        ("/proc/rapport", "/proc/rapport : impossible d'y écrire."),
        ("/dev/null", "/dev/null : impossible d'y écrire."),
        ("/tmp/" + "x" * 300, "ce nom est trop long."),
    ],
)
@pytest.mark.parametrize("kind", ["--json", "--html", "--junit"])
def test_a_report_that_cannot_be_written(
    kind: str, option: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """À dire avant de corriger, pas après."""
    monkeypatch.setattr("grader.engine.grading.grade", None)
    answer = said(kind, option)
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert reason in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root écrit partout")
def test_a_report_one_may_not_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    answer = said("--json", str(tmp_path / "x.json"))
    assert (answer.code, answer.out) == (BAD_INPUT, "")
    assert "permission refusée" in answer.err


def test_a_report_that_could_be_written_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.engine.doctor.usable", lambda: "")
    kept, absent = tmp_path / "un.json", tmp_path / "deux.html"
    kept.write_text("déjà là", encoding="utf-8")
    answer = said(str(tmp_path / "absent"), "--json", str(kept), "--html", str(absent))
    assert answer.code == BAD_INPUT
    assert kept.read_text(encoding="utf-8") == "déjà là"
    assert not absent.exists()


def test_garbage_is_not_replayed(tmp_path: Path) -> None:
    garbage = tmp_path / "r\x1b[31m.json"
    pipe = tmp_path / "tube"
    os.mkfifo(pipe)
    for content, reason in (
        (b"\xff\xfe", "le texte n'est pas en UTF-8"),
        (b"{", "JSON illisible, ligne 1"),
        (b"[]", "ce n'est pas un rapport du correcteur"),
        (b"[" * 100_000, "trop de niveaux"),
        (b'{"version": 99}', "ce rapport est de version 99"),
    ):
        garbage.write_bytes(content)
        answer = said("replay", str(garbage))
        assert (answer.code, answer.out) == (BAD_INPUT, "")
        assert answer.err.count("\n") == 1
        assert reason in answer.err
        assert "\x1b" not in answer.err
    for file, reason in ((pipe, "ce n'est pas un fichier"), (tmp_path / "absent", "introuvable")):
        answer = said("replay", str(file))
        assert (answer.code, answer.out) == (BAD_INPUT, "")
        assert reason in answer.err


@pytest.mark.proof
@pytest.mark.parametrize(
    "arguments", [["--help"], ["hint", "II"], ["doctor"], ["step", "II.2.client"]]
)
@pytest.mark.sandbox
def test_nobody_reads_the_output(arguments: list[str]) -> None:
    """Comme `| head -1` : ni trace, ni plainte."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as output:
        result = subprocess.run(
            [sys.executable, "-m", "grader", *arguments],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (result.returncode, result.stderr) == (OK, "")


@pytest.mark.proof
@pytest.mark.parametrize("command", ["hint II >&-", "step II.2.client <&- >&- 2>&-"])
@pytest.mark.sandbox
def test_without_an_input_or_an_output(command: str) -> None:
    command = f'exec "$0" -m grader {command}'
    result = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (OK, "")


def test_a_full_disk_is_said_in_a_line() -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "grader", "hint", "II"],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == BAD_INPUT
    assert result.stderr == "La sortie standard est perdue : le disque est plein.\n"


@pytest.mark.parametrize("developer", [False, True])
def test_a_mistake_of_ours_is_said_in_a_line(developer: bool) -> None:
    code = (
        "import sys, grader.command.commands, grader.command.cli\n"
        "def hint(_): raise LookupError('\\x1b[31mperdu\\n' * 1000)\n"
        "grader.command.commands.hint = hint\n"
        "sys.exit(grader.command.cli.main(['hint', 'II']))"
    )
    mode = ["-X", "dev"] if developer else []
    result = subprocess.run(
        [sys.executable, *mode, "-c", code],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("Traceback" in result.stderr) is developer
    if not developer:
        assert result.returncode == GRADER_ERROR
        assert result.stderr.startswith("Le correcteur s'est trompé : LookupError: ␛[31mperdu␊")
        assert result.stderr.count("\n") == 1
        assert len(result.stderr) < 400


def test_without_its_modules_it_says_how_to_get_them() -> None:
    """« -S » : un Python sans rien d'installé, comme avant `make grade`."""
    result = subprocess.run(
        [sys.executable, "-S", "-m", "grader"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == GRADER_ERROR
    assert re.fullmatch(
        r"Il manque le module \w+ : make grade prépare tout ; sans make, dans le dossier du "
        r"correcteur, pip install -r requirements.txt --group grader \(pip 25.1 .*\)\.\n",
        result.stderr,
    )
