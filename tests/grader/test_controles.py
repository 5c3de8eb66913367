"""docs/controles.md s'accorde avec steps.toml, les verdicts et les codes de sortie."""

import re

import pytest

from grader.command import exits
from grader.engine.catalogue import steps
from grader.model.records import Verdict
from grader.reports.words import VERDICTS, number
from tests.grader.controles import DOCUMENT, ROW, SECTION, TO_WRITE, rendered

TEXT = DOCUMENT.read_text(encoding="utf-8")
STEP = steps()[0]
FIRST, SECOND = STEP.checks[:2]
PAGE = f"""\
# Titre

Deux étapes, 9 contrôles, 9 points : 1 pour la partie I, 8 pour la
partie II. Chaque contrôle…

### {STEP.id} : un vieux titre (7 points)

`vieux.py`

| Contrôle | Points | Demandé | Vérifié |
|---|---|---|---|
| `{SECOND.id}` | 9 | autre chose \\| encore | Ceci \\| cela. |
| `I.1.sync.disparu` | 9 | … | … |

- **Ne coûte rien** : ceci.
"""


def test_what_steps_toml_says_is_written_and_the_rest_is_kept() -> None:
    page = rendered(PAGE)
    assert f"### I.1.sync : dormir et afficher ({number(STEP.points)} point)\n" in page
    assert f"\n\n`{STEP.file}`\n\n| Contrôle" in page
    assert f"| `{FIRST.id}` | {number(FIRST.points)} | {FIRST.asks} | {TO_WRITE} |\n" in page
    assert f"| `{SECOND.id}` | {number(SECOND.points)} | {SECOND.asks} | Ceci \\| cela. |\n" in page
    assert "disparu" not in page
    assert page.endswith("\n\n- **Ne coûte rien** : ceci.\n")
    checks = sum(len(step.checks) for step in steps())
    assert f"\nSeize étapes, {checks} contrôles, 20 points : 7 pour la partie I, 13 pour" in page
    assert rendered(page) == page


@pytest.mark.shape
def test_the_page_is_up_to_date() -> None:
    assert rendered(TEXT) == TEXT, "make controles"


@pytest.mark.shape
def test_every_step_and_every_check_is_documented_once() -> None:
    assert [found[1] for found in SECTION.finditer(TEXT)] == [step.id for step in steps()]
    written = ROW.findall(TEXT)
    assert [name for name, _ in written] == [check.id for step in steps() for check in step.checks]
    assert not [name for name, verified in written if verified in ("", TO_WRITE)]


def test_what_would_break_a_table_is_escaped() -> None:
    asks = {check.id: check.asks for step in steps() for check in step.checks}
    barred = next(name for name, text in asks.items() if "|" in text)
    page = PAGE.replace(STEP.id, barred.rpartition(".")[0])
    (row,) = re.findall(rf"^\| `{barred}` .*$", rendered(page), re.MULTILINE)
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@pytest.mark.shape
def test_every_verdict_is_explained() -> None:
    rows = re.findall(r"^\| ([^\s\d]) \| ([^|]+) \|", TEXT, re.MULTILINE)
    assert sorted(rows) == sorted(VERDICTS[verdict] for verdict in Verdict)


@pytest.mark.shape
def test_every_exit_code_is_explained() -> None:
    rows = re.findall(r"^\| (\d+) \| \S", TEXT, re.MULTILINE)
    codes = [value for name, value in vars(exits).items() if name.isupper()]
    assert [int(row) for row in rows] == [code for code in codes if isinstance(code, int)]
    said = re.findall(r"\b(\d+) [a-zC]", exits.MEANING)
    assert said == rows
