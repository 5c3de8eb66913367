"""Ce qu'on écrit dans GRADE="…" et ses pareils : des mots, que ni make ni le shell n'exécutent."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ENVIRONMENT, ROOT

# Un Python qui sépare les mots comme le vrai, mais ne lance rien : il dit ce qu'on lui a donné.
TELLING = f"""#!/bin/sh
[ "$1" = -I ] && exec {sys.executable} "$@"
printf '%s|' "$@"
"""


@pytest.fixture
def telling(tmp_path: Path) -> str:
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(TELLING)
    python.chmod(0o755)
    return str(tmp_path / "venv")


def make(
    *words: str, venv: str = sys.prefix, **environment: str
) -> "subprocess.CompletedProcess[str]":
    # -o : ne pas refaire l'environnement où tourne ce test.
    command = ["make", "--no-print-directory", "-o", f"{venv}/ready", f"VENV={venv}"]
    return subprocess.run(
        [*command, *words],
        cwd=ROOT,
        env=ENVIRONMENT | {"MAKEFLAGS": ""} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("target", ["grade", "mesure", "chat"])
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_nothing_in_it_is_executed(target: str, how: str, tmp_path: Path) -> None:
    traps = [f"$(touch {tmp_path}/1)", f"`touch {tmp_path}/2`", f"; touch {tmp_path}/3 #"]
    traps += [f"$(shell touch {tmp_path}/4)", f"$$(touch {tmp_path}/5)", f"\n\ttouch {tmp_path}/6"]
    value = " ".join(["--absent", *traps])
    if how == "argument":
        result = make(target, f"{target.upper()}={value}")
    else:
        result = make(target, **{target.upper(): value})
    assert result.returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["un deux", "l'élève", '"', "$(id)", "$HOME", "a;b&c", "`id`", "#", "\\", "--html"]
)
def test_a_folder_with_any_name(name: str, tmp_path: Path, telling: str) -> None:
    (tmp_path / name).mkdir()
    result = make("grade", f"GRADE={tmp_path / name}", venv=telling)
    assert (result.stdout, result.stderr) == (f"grader|{tmp_path / name}|", "")


def test_words_and_quotes_as_in_a_shell(tmp_path: Path, telling: str) -> None:
    (tmp_path / "un deux").mkdir()
    home, folder = str(tmp_path), f"{tmp_path}/un deux"
    for value, words in (
        ("~/'un deux' -v", [folder, "-v"]),
        ("~/un\\ deux --seed 3", [folder, "--seed", "3"]),
        (f'"{folder}" -v', [folder, "-v"]),
        ("~/un deux", [folder]),
    ):
        result = make("grade", f"GRADE={value}", venv=telling, HOME=home)
        assert result.stdout == "".join(f"{word}|" for word in ("grader", *words)), value


@pytest.mark.sandbox
def test_the_grader_is_given_the_folder(tmp_path: Path) -> None:
    (tmp_path / "$(id) à moi").mkdir()
    result = make("grade", f"GRADE={tmp_path}/$(id) à moi")
    assert "/$(id) à moi : ce dossier ne contient aucun fichier Python." in result.stderr


def test_a_missing_quote_is_said() -> None:
    assert "GRADE : il manque un guillemet.\n" in make("grade", "GRADE=l'absent --seed 3").stderr


def test_only_what_the_grader_says_is_shown() -> None:
    result = make("grade", "GRADE=--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage : python -m grader")
