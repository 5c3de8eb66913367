"""Lire le README : ses commandes, et ce qu'il dit qu'elles affichent."""

import re
from dataclasses import dataclass

from tests.support.processes import ROOT


@dataclass(frozen=True)
class Shown:
    """Une commande du README et les lignes montrées sous elle."""

    section: str  # « I.1 », « II.4 »… ; vide hors des étapes
    command: str
    lines: list[str]


def shown_commands() -> list[Shown]:
    """Les commandes des blocs console, dans l'ordre."""
    found: list[Shown] = []
    section, inside = "", False
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"#{2,3} (I+\.\d)?", line):
            section = heading[1] or ""
        elif line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append(Shown(section, line[2:], []))
        elif inside:
            found[-1].lines.append(line)
    return found


def make_targets() -> set[str]:
    """Les cibles de make que le README cite."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    cited = re.findall(r"^make \S+|`make \S+?`", text, re.MULTILINE)
    return {command.strip("`").removeprefix("make ") for command in cited}


def comparable(lines: list[str]) -> list[str]:
    """Les lignes sans ce qui change d'une fois ou d'une machine à l'autre : durées, dates, essais,
    ports, barres, version de Python, dossier."""
    text = "\n".join(lines)
    text = re.sub(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:PORT", text)
    text = re.sub(r"\d+\.\d+(?= s| fois|$)|(?<=x )\d+\.\d+|(?<=s )\d+\.\d+", "N", text, flags=re.M)
    text = re.sub(r"\d+,\d+ s\b", "N s", text)
    text = re.sub(r"\d+(?:er)? \w+ \d{4} à \d+ h \d\d", "DATE", text)
    text = re.sub(r"\b\d+ essais?\b", "N essais", text)
    text = re.sub(r"Python 3\.\d+\.\d+", "Python 3", text)
    text = re.sub(r"(?m)^ +/\S+(?=/copie$)", " …", text)
    text = re.sub(r" *█+ *", " █ ", text)
    text = re.sub(r" +", " ", text)
    return [line.strip() for line in text.strip().splitlines()]
