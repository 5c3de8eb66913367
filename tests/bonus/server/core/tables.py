"""Les deux tables d'Unicode dont le serveur juge un nom : les récrire pour un Unicode plus récent.

    python -m tests.bonus.server.core.tables DOSSIER

DOSSIER contient confusables.txt (https://www.unicode.org/Public/VERSION/security/), Scripts.txt,
ScriptExtensions.txt et PropertyValueAliases.txt (https://www.unicode.org/Public/VERSION/ucd/), tels
qu'Unicode les publie. Debian a le premier dans les sources d'icu, les autres dans unicode-data.
"""

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from tests.support.processes import ROOT

TABLES = ROOT / "bonus/chatroom/server/core/unicode"
LICENCE = "© Unicode, Inc. : voir LICENSE, à côté."
AGAIN = "Fait par : python -m tests.bonus.server.core.tables"
EVERYWHERE = ("Zyyy", "Zinh")  # Common, Inherited


def fields(text: str) -> Iterator[list[str]]:
    """Ce que dit chaque ligne d'un fichier d'Unicode, sans ses commentaires."""
    for line in text.splitlines():
        if said := line.split("#")[0].strip():
            yield [field.strip() for field in said.split(";")]


def origin(text: str) -> str:
    """« 17.0.0 du 2025-07-22 »."""
    (version,) = re.findall(r"^# (?:Version: |\w+-)([0-9.]+?)(?:\.txt)?$", text, re.M)
    (date,) = re.findall(r"^# Date: ([0-9-]+)", text, re.M)
    return f"{version} du {date}"


def confusables(text: str) -> str:
    """« modèle < ceux que l'on prendrait pour lui », et une ligne par 128 caractères modèles."""
    alike: dict[str, list[str]] = {}
    for source, target, _ in fields(text.removeprefix("\ufeff")):
        alike.setdefault(target, []).append(source)
    targets = sorted(alike, key=lambda target: [code(one) for one in target.split()])
    lines = []
    for _, group in groupby(targets, lambda target: code(target.split()[0]) >> 7):
        pairs = (f"{target} < {' '.join(sorted(alike[target], key=code))}" for target in group)
        lines.append("; ".join(pairs) + "\n")
    head = f"# Ce qui se ressemble (UTS #39), Unicode {origin(text)}.\n"
    return f"{head}# {LICENCE}\n# {AGAIN}\n{''.join(lines)}"


def code(written: str) -> int:
    return int(written, 16)


def scripts(main: str, extensions: str, aliases: str) -> str:
    """« écritures < où elles servent ». Ce qui sert partout (Common, Inherited) n'y est pas."""
    short = {long: name for kind, name, long, *_ in fields(aliases) if kind == "sc"}
    used = {one: short[name] for one, name in _spread(main)}
    used |= {one: " ".join(sorted(names.split())) for one, names in _spread(extensions)}
    places: dict[str, list[int]] = {}
    for one in sorted(used):
        if used[one] not in EVERYWHERE:
            places.setdefault(used[one], []).append(one)
    lines = [f"{names} < {' '.join(_runs(where))}\n" for names, where in sorted(places.items())]
    head = f"# Les écritures (Script_Extensions), Unicode {origin(main)}.\n"
    return f"{head}# {LICENCE}\n# {AGAIN}\n{''.join(lines)}"


def _spread(text: str) -> Iterator[tuple[int, str]]:
    for places, value, *_ in fields(text):
        first, _, last = places.partition("..")
        for one in range(code(first), code(last or first) + 1):
            yield one, value


def _runs(places: list[int]) -> Iterator[str]:
    for _, group in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        run = [place for _, place in group]
        yield f"{run[0]:04X}..{run[-1]:04X}" if run[1:] else f"{run[0]:04X}"


def main(folder: Path) -> None:
    read = {file.stem: file.read_text("utf-8-sig") for file in folder.glob("*.txt")}
    (TABLES / "confusables.txt").write_text(confusables(read["confusables"]), "utf-8")
    files = [read[name] for name in ("Scripts", "ScriptExtensions", "PropertyValueAliases")]
    (TABLES / "scripts.txt").write_text(scripts(*files), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
