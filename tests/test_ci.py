"""docs/ci.md : les commandes de ses deux fichiers, dans une Debian neuve."""

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.support.debian import Debian, debian
from tests.support.papers import fenced
from tests.support.processes import ROOT

GITHUB, GITLAB = map(yaml.safe_load, fenced(ROOT / "docs/ci.md", "yaml"))
ON_GITHUB, ON_GITLAB = GITHUB["jobs"]["correction"], GITLAB["correction"]
IMAGE = re.compile(r"debian:(\w+)")
REPORTS = ("rapport.xml", "rapport.html")


def steps() -> list[str]:
    """Ce que lance GitHub, une étape après l'autre."""
    return [step["run"] for step in ON_GITHUB["steps"] if "run" in step]


def script() -> str:
    """Ce que lance GitLab, d'un seul tenant."""
    return "\n".join([*ON_GITLAB["before_script"], *ON_GITLAB["script"]])


@pytest.mark.shape
def test_both_forges_run_the_same() -> None:
    assert "\n".join(line for step in steps() for line in step.splitlines()) == script()
    assert ON_GITHUB["container"] == ON_GITLAB["image"]
    assert ON_GITHUB["env"] == ON_GITLAB["variables"]


@pytest.mark.shape
def test_reports_are_kept_even_when_points_are_missing() -> None:
    for report, option in zip(REPORTS, ("--junit", "--html"), strict=True):
        assert f"{option} {report}" in script()
    *_, kept = ON_GITHUB["steps"]
    assert (kept["if"], kept["with"]["path"]) == ("always()", "rapport.*")
    artifacts = ON_GITLAB["artifacts"]
    assert (artifacts["when"], artifacts["paths"]) == ("always", list(REPORTS))
    assert artifacts["reports"] == {"junit": REPORTS[0]}


@pytest.fixture(scope="module")
def fresh() -> Iterator[Debian]:
    """Une Debian neuve, et dedans notre dépôt, à l'adresse où on le clone."""
    name = IMAGE.fullmatch(ON_GITHUB["container"])
    assert name
    with tempfile.TemporaryDirectory(prefix="tp6-debian-", dir="/var/tmp") as folder:
        made = debian(Path(folder) / "racine", name[1])
        published = made.root / "srv/tp6"
        ignored = shutil.ignore_patterns(".*", "__pycache__", "node_modules")
        shutil.copytree(ROOT, published, ignore=ignored)
        git = ["git", "-c", "user.name=prof", "-c", "user.email=prof@forge.example"]
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Une version"]):
            subprocess.run([*git, *words], cwd=published, check=True)
        yield made


def pushed(fresh: Debian, *names: str) -> dict[str, Any]:
    """Une copie, telle que la forge l'a clonée ; de quoi y lancer ses commandes."""
    copy = Path(tempfile.mkdtemp(prefix="copie-", dir=fresh.root / "srv"))
    for name in names:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    folder = f"/{copy.relative_to(fresh.root)}"
    return {"folder": folder, "environment": {"CI": "true", "CORRECTEUR": "file:///srv/tp6"}}


def counted(fresh: Debian, folder: str) -> dict[str, int]:
    """Ce que dit le rapport que lit la forge."""
    place = fresh.root / folder[1:]
    assert "<html" in (place / "rapport.html").read_text("utf-8")
    root = ElementTree.fromstring((place / "rapport.xml").read_text("utf-8"))
    return {name: int(root.get(name, "")) for name in ("tests", "failures", "errors")}


def ordinary(script: str) -> str:
    """Les mêmes lignes, là où le système refuse les espaces de noms : un conteneur ordinaire."""
    return f"python3 /opt/tp6/tests/refusing.py sh -e -c {shlex.quote(script)}"


def assert_ends(done: "subprocess.CompletedProcess[str]", code: int) -> None:
    assert done.returncode == code, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.registry
@pytest.mark.xdist_group("port-8888")
def test_each_command_on_a_fresh_debian(fresh: Debian) -> None:
    """La collection, qui a tous les points ; une copie qui en manque ; et le bac à sable."""
    whole = pushed(fresh, "part1", "part2", "urls.txt")
    *prepare, grade = steps()
    for step in prepare:
        assert_ends(fresh.run(step, **whole), 0)
    assert_ends(fresh.run(ordinary(grade), **whole), 0)
    every = counted(fresh, whole["folder"])
    assert (every["failures"], every["errors"]) == (0, 0)

    partial = pushed(fresh, "part1/sleep_and_print.py")
    assert_ends(fresh.run(ordinary("\n".join(ON_GITLAB["script"])), **partial), 1)
    missing = counted(fresh, partial["folder"])
    assert missing == every | {"failures": every["tests"] - 2}

    sheltered = grade.replace("--sandbox none ", "")
    assert_ends(fresh.run(ordinary(sheltered), **partial), 4)
    done = fresh.run(sheltered, **whole)
    assert_ends(done, 0)
    assert "bac à sable bwrap" in done.stdout
    assert counted(fresh, whole["folder"]) == every
