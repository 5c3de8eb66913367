"""docs/surveillance.md dit chaque mesure, chaque alerte, et des bornes qui existent."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.common.settings import KEYS

from tests.bonus.deployment.proxies import DEPLOY
from tests.bonus.server.core.ground import Ground
from tests.bonus.server.operation.test_metrics import FAMILY, told
from tests.support.processes import ROOT

PAPER = ROOT / "docs/surveillance.md"
TEXT = PAPER.read_text("utf-8")
ALERTS = DEPLOY / "alerts.yml"
KINDS = {"jauge": "gauge", "compteur": "counter", "histogramme": "histogram"}
# Ce que Prometheus ajoute de lui-même.
ITS_OWN = {"up"}


def rows(header: str) -> Iterator[list[str]]:
    """Les lignes du tableau qui a cet en-tête."""
    _, _, after = TEXT.partition(f"\n| {header} |")
    assert after, header
    for line in after.splitlines()[2:]:
        if not line.startswith("|"):
            break
        yield [cell.strip() for cell in line.strip("|").split("|")]


def families(folder: Path) -> list[list[str]]:
    found = []
    for family in FAMILY.finditer(told(Ground(), folder)):
        label = re.match(rf"{family['name']}{{(\w+)=", family["lines"])
        name = f"`{family['name']}`" + (f" (`{label[1]}`)" if label else "")
        found.append([name, family["kind"], family["text"]])
    return found


def test_every_measure_is_told(tmp_path: Path) -> None:
    shown = [[name, KINDS[kind], text] for name, kind, text in rows("mesure")]
    assert shown == families(tmp_path)


def test_every_alert_looks_at_a_measure_and_is_explained(tmp_path: Path) -> None:
    text = ALERTS.read_text("utf-8")
    names = {name.split("`")[1] for name, *_ in families(tmp_path)} | ITS_OWN
    looked = re.findall(r"\b(chat_[a-z_]+|up)\b", "\n".join(re.findall(r"expr: (.*)", text)))
    assert {re.sub(r"_bucket$", "", name) for name in looked} <= names
    alerts = re.findall(r"- alert: (\w+)", text)
    assert len(alerts) == text.count("summary: ")
    assert [alert for alert, _ in rows("alerte")] == alerts


def test_the_bounds_exist() -> None:
    named = {key for bounds, _ in rows("borne") for key in re.findall(r"`(\w+)`", bounds)}
    assert named - KEYS == set()


@pytest.mark.proof
def test_prometheus_understands_the_alerts() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool manque (apt install prometheus)")
    command = [promtool, "check", "rules", str(ALERTS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
