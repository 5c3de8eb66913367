"""Le Dockerfile, sans Docker : ce qu'il copie suffit au serveur, et ce qu'il lance marche."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.bonus.processes import Server
from tests.support.processes import ENVIRONMENT, ROOT

TEXT = (ROOT / "deploy/Dockerfile").read_text("utf-8")
HEALTH = re.compile(r"http://127\.0\.0\.1:9100(?=/healthz)")


def instructions() -> list[tuple[str, str]]:
    """Chaque mot-clé de Docker, et sa suite, sur une ligne."""
    text = re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line]
    return [(keyword, rest.strip()) for keyword, _, rest in lines]


def told(keyword: str) -> list[str]:
    return [rest for name, rest in instructions() if name == keyword]


def settings() -> dict[str, str]:
    return dict(word.split("=", 1) for rest in told("ENV") for word in shlex.split(rest))


def copied(folder: Path) -> None:
    """Ce que copie la dernière image, comme Docker le ferait ; les paquets sont ceux d'ici."""
    last = max(n for n, (name, _) in enumerate(instructions()) if name == "FROM")
    for name, rest in instructions()[last:]:
        if name != "COPY" or rest.startswith("--from="):
            continue
        *sources, target = rest.split()
        for source in sources:
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, folder / target, ignore=ignored)
            else:
                (folder / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, folder / target)


@pytest.mark.proof
def test_what_it_copies_is_enough(tmp_path: Path) -> None:
    """Rien d'autre du projet : ni le client, ni les tests, ni le dossier d'où l'on construit."""
    copied(tmp_path)
    assert not (tmp_path / "tests").exists()
    ((python, script),) = map(json.loads, told("ENTRYPOINT"))
    assert (python, script) == (".venv/bin/python", "bonus/server.py")
    own = {"CHAT_HOST": "127.0.0.1", "CHAT_METRICS": "0"}
    environment = {name: own.get(name, value) for name, value in settings().items()}
    script = (
        "-c",
        f"import os; os.chdir({str(tmp_path)!r}); os.environ.update({environment!r})\n" + START,
    )
    with Server(tmp_path / "data", script=script) as server:
        server.expect("Mesures : ")
        (where,) = re.findall(r"Mesures : (\S+)/metrics", server.out)
        assert healthy(where) == 0
        assert server.stop() == 0
        assert server.err == ""
    assert healthy(where) == 1


START = "import sys; os.execv(sys.executable, [sys.executable, 'bonus/server.py', *sys.argv[1:]])"


def healthy(where: str) -> int:
    """Le code de sortie de HEALTHCHECK, à cette adresse-là."""
    (check,) = told("HEALTHCHECK")
    _, *command = json.loads(check.partition(" CMD ")[2])
    command = [HEALTH.sub(where, word) for word in command]
    done = subprocess.run(
        [sys.executable, *command], env=ENVIRONMENT, capture_output=True, timeout=60, check=False
    )
    return done.returncode


def test_its_packages_are_the_locked_ones() -> None:
    """Le groupe du serveur, aux versions de constraints.txt, pip compris."""
    install = [part for rest in told("RUN") for part in rest.split("&&") if "pip install" in part]
    assert len(install) == 2
    assert all("-c constraints.txt" in part for part in install)
    (group,) = re.findall(r"--group (\S+)", install[1])
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert group in groups
    assert re.search(r"^pip==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)


def test_it_is_not_root_and_keeps_its_data_apart() -> None:
    assert told("USER") == ["chat"]
    (volumes,) = map(json.loads, told("VOLUME"))
    assert {settings()["CHAT_DATA"], settings()["CHAT_LOG"]} == set(volumes)
    assert told("EXPOSE") == ["8888 8080"]
