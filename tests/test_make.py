"""Ce qu'on écrit dans GRADE="…" et ses pareils : des mots, que ni make ni le shell n'exécutent."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import ENVIRONMENT, ROOT


def make(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    # -o : ne pas refaire l'environnement où tourne ce test.
    command = ["make", "--no-print-directory", "-o", f"{sys.prefix}/ready", f"VENV={sys.prefix}"]
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
@pytest.mark.sandbox
def test_a_folder_with_any_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    result = make("grade", f"GRADE={tmp_path / name}")
    assert f"/{name} : ce dossier ne contient aucun fichier Python." in result.stderr


@pytest.mark.sandbox
def test_words_and_quotes_as_in_a_shell(tmp_path: Path) -> None:
    (tmp_path / "un deux").mkdir()
    home = {"HOME": str(tmp_path)}
    for value in (
        "~/'un deux' -v",
        "~/un\\ deux --seed 3",
        f'"{tmp_path}/un deux" -v',
        "~/un deux",
    ):
        assert "/un deux : ce dossier" in make("grade", f"GRADE={value}", **home).stderr, value


def test_a_missing_quote_is_said() -> None:
    assert "GRADE : il manque un guillemet.\n" in make("grade", "GRADE=l'absent --seed 3").stderr


def test_only_what_the_grader_says_is_shown() -> None:
    result = make("grade", "GRADE=--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage : python -m grader")
