"""docs/controles.md : ce que dit steps.toml s'y écrit tout seul, le reste s'y écrit à la main.

De chaque étape viennent de steps.toml le titre, les points et le fichier ; de chaque contrôle, les
points et ce qui est demandé. La colonne « Vérifié » et les paragraphes sont à la main.
Pour tout récrire : make controles.
"""

import re
from collections.abc import Mapping

from grader.engine.catalogue import steps
from grader.model.records import Check, Step
from grader.reports.words import number
from tests.support.processes import ROOT
from wording.numbers import plural

DOCUMENT = ROOT / "docs/controles.md"
TO_WRITE = "À écrire."  # la case « Vérifié » d'un contrôle nouveau
TOTALS = re.compile(r"^\w+ étapes, \d+ contrôles, [^.]*?partie\s+II\.", re.MULTILINE)
# Le titre d'une étape, son fichier, son tableau.
SECTION = re.compile(r"^### (I+\.\S+)[^\n]*\n\n`[^\n]*`\n\n(?:\|[^\n]*\n)+", re.MULTILINE)
ROW = re.compile(r"^\| `(I+\.[\w.]+)` \|.*(?<!\\)\| (.*?) \|$", re.MULTILINE)
HEAD = "| Contrôle | Points | Demandé | Vérifié |\n|---|---|---|---|\n"


def rendered(document: str) -> str:
    """La page, où tout ce qui vient de steps.toml est à jour."""
    verified = dict(ROW.findall(document))
    known = {step.id: step for step in steps()}
    document = SECTION.sub(lambda found: _section(known[found[1]], verified), document)
    return TOTALS.sub(_totals(), document, count=1)


def _section(step: Step, verified: Mapping[str, str]) -> str:
    words = step.title[:1].lower() + step.title[1:].replace(" : ", ", ")
    title = f"### {step.id} : {words} ({_points(step.points)})"
    rows = "".join(_row(check, verified.get(check.id, TO_WRITE)) for check in step.checks)
    return f"{title}\n\n`{step.file}`\n\n{HEAD}{rows}"


def _row(check: Check, verified: str) -> str:
    asks = re.sub(r"[|<]", r"\\\g<0>", " ".join(check.asks.split()))
    return f"| `{check.id}` | {number(check.points)} | {asks} | {verified} |\n"


def _totals() -> str:
    checks = sum(len(step.checks) for step in steps())
    parts = {"I": 0.0, "II": 0.0}
    for step in steps():
        parts[step.id.split(".")[0]] += step.points
    total = _points(sum(parts.values()))
    return (
        f"Seize étapes, {checks} contrôles, {total} : {number(parts['I'])} pour la partie I, "
        f"{number(parts['II'])} pour la partie II."
    )


def _points(points: float) -> str:
    return f"{number(points)} point{plural(points)}"


def main() -> None:
    DOCUMENT.write_text(rendered(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
