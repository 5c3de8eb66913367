"""Ce que décide la personne qui enseigne : ajustements.toml, vérifié clé par clé.

    [retard]
    limite = 2026-01-15T23:59:00  # l'heure de cette machine ; une date seule : ce jour compris
    par_jour = 1                  # points ôtés par jour de retard entamé
    au_plus = 5                   # facultatif

    [[remise]]                    # là où la liste n'en dit rien
    copie = "Zoé Durand"
    date = 2026-01-16T08:00:00

    [[ajustement]]
    copie = "Zoé Durand"          # "*" : toutes les copies
    etape = "II.5.server"         # facultatif : sans elle, sur l'ensemble
    points = 0.5
    raison = "Le sujet laissait un doute."  # l'étudiant la lira

    [[fichier]]                   # celui à juger, quand plusieurs pourraient l'être
    copie = "Zoé Durand"
    etape = "II.5.server"
    chemin = "essais/serveur.py"
    raison = "Elle me l'a confirmé."

    [[oral]]                      # reste entre les mains de la personne qui enseigne
    copie = "Zoé Durand"
    etape = "II.6.server"         # facultatif
    raison = "Faire expliquer la boucle d'événements."

« etape » est sans accent : TOML n'en veut pas dans une clé.
"""

import difflib
import math
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from grader.classroom.names import folded
from grader.model.records import RefusedError, Step
from wording.harmless import shortened, visible
from wording.numbers import count
from wording.reasons import reason

EVERYONE = "*"
MAX_BYTES = 200_000
MAX_ENTRIES = 2_000  # tables d'une même sorte
# Par ligne : « a.a.a… = 1 » coûte à tomllib le carré de sa longueur : toute la mémoire.
MAX_DOTS = 100
MAX_TEXT = 500  # caractères d'une valeur
SHOWN = 60  # caractères d'une valeur citée dans un refus
YEARS = range(2000, 2101)  # au-delà, une faute de frappe ; et changer de fuseau y échouerait
HEADER = re.compile(r"^[ \t]*\[{1,2}[ \t]*([\w-]+)[ \t]*\]{1,2}", re.MULTILINE)
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")
COMMA = re.compile(r"\s*[+-]?\d+,\d")
FRENCH_QUOTES = ("«", "“", "”", "‘", "’")
KEYS = {
    "retard": ("limite", "par_jour", "au_plus"),
    "remise": ("copie", "date"),
    "ajustement": ("copie", "etape", "points", "raison"),
    "fichier": ("copie", "etape", "chemin", "raison"),
    "oral": ("copie", "etape", "raison"),
}


class AdjustmentsError(RefusedError):
    """Ce qui ne va pas dans ajustements.toml ; dit la ligne et la clé."""


@dataclass(frozen=True)
class Lateness:
    due: datetime  # avec son fuseau
    per_day: float  # points ôtés par jour entamé
    at_most: float = math.inf


@dataclass(frozen=True)
class Decision:
    """Une décision sur une copie, ou sur toutes ; sur une étape, ou sur l'ensemble."""

    copy: str  # tel que `folded` l'écrit, ou EVERYONE
    step: str  # vide : l'ensemble
    reason: str
    points: float = 0.0
    path: str = ""  # le fichier à juger, depuis la racine de la copie

    def concerns(self, copy: str) -> bool:
        return self.copy in (EVERYONE, folded(copy))


@dataclass(frozen=True)
class Adjustments:
    late: Lateness | None = None
    submitted: Mapping[str, datetime] = field(default_factory=dict)  # par copie, selon `folded`
    points: tuple[Decision, ...] = ()
    files: tuple[Decision, ...] = ()
    orals: tuple[Decision, ...] = ()

    def handed_in(self, copy: str) -> datetime | None:
        """Quand elle l'a été, si on l'a écrit ici."""
        return self.submitted.get(folded(copy))

    def chosen(self, copy: str) -> dict[str, str]:
        """Pour chaque étape dont le fichier est choisi, son chemin dans la copie."""
        return {one.step: one.path for one in self.files if one.concerns(copy)}


def read(path: Path, copies: Collection[str], steps: Sequence[Step]) -> Adjustments:
    """Comme `parse`, depuis un fichier, dont on ne lit jamais plus de MAX_BYTES octets."""
    try:
        if path.exists() and not path.is_file():  # un tube ferait attendre sans fin
            raise AdjustmentsError(f"{visible(path.name)} : ce n'est pas un fichier.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        text = content[:MAX_BYTES].decode("utf-8-sig")
    except OSError as error:
        raise AdjustmentsError(f"{visible(path.name)} : {reason(error)}.") from None
    except UnicodeDecodeError:
        raise AdjustmentsError(f"{visible(path.name)} : le texte n'est pas en UTF-8.") from None
    if len(content) > MAX_BYTES:
        raise AdjustmentsError(f"{visible(path.name)} : plus de {MAX_BYTES // 1000} ko.")
    return parse(text, copies, steps)


def parse(text: str, copies: Collection[str], steps: Sequence[Step]) -> Adjustments:
    """Ce que décide ce texte, pour ces copies et ces étapes ; AdjustmentsError s'il se trompe."""
    text = text.replace("\r\n", "\n")
    for rank, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_DOTS:
            raise AdjustmentsError(f"ajustements.toml, ligne {rank} : plus de {MAX_DOTS} points.")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AdjustmentsError(f"ajustements.toml, {_mistake(text, error)}.") from None
    except (ValueError, RecursionError):  # un nombre de milliers de chiffres, mille crochets
        raise AdjustmentsError("ajustements.toml : ce n'est pas du TOML lisible.") from None
    sheet = _File(text, content, copies, steps)
    sheet.refuse_unknown_tables()
    return Adjustments(
        late=sheet.late(),
        submitted=sheet.submitted(),
        points=tuple(entry.points() for entry in sheet.entries("ajustement")),
        files=tuple(entry.file() for entry in sheet.entries("fichier")),
        orals=tuple(entry.decision() for entry in sheet.entries("oral")),
    )


def _mistake(text: str, error: tomllib.TOMLDecodeError) -> str:
    """Où, et ce qu'un tableur ou un texte en français aurait permis, et TOML non."""
    place = PLACE.search(str(error))
    if not place:
        return "la fin du fichier : ce n'est pas du TOML"
    key, _, value = text.split("\n")[int(place[1]) - 1].partition("=")
    why = "ce n'est pas du TOML"
    if COMMA.match(value):
        why = "un nombre s'écrit avec un point : 0.5"
    elif value and key.strip().isalpha() and not key.isascii():
        why = "une clé s'écrit sans accent"
    elif value.strip()[:1] in FRENCH_QUOTES:
        why = 'un texte s\'écrit entre guillemets droits : "…"'
    return f"ligne {place[1]}, colonne {place[2]} : {why}"


class _File:
    """Le fichier lu, et de quoi dire où s'y trouve une clé : tomllib ne le dit pas."""

    def __init__(
        self, text: str, content: dict[str, Any], copies: Collection[str], steps: Sequence[Step]
    ) -> None:
        self.text, self.content = text, content
        self.copies = {folded(name): name for name in copies}
        self.named = Counter(map(folded, copies))
        self.steps = {step.id.casefold(): step for step in steps}

    def refuse_unknown_tables(self) -> None:
        for name in self.content:
            if name not in KEYS:
                self.refuse(name, 0, "", f"cette table n'existe pas{_near(name, KEYS)}")

    def entries(self, table: str) -> "list[_Table]":
        found = self.content.get(table, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.refuse(table, 0, "", f"cette table s'écrit « [[{table}]] », une par décision")
        if len(found) > MAX_ENTRIES:
            self.refuse(table, 0, "", f"il y en a plus de {count(MAX_ENTRIES, 'décision')}")
        return [_Table(self, table, rank, values) for rank, values in enumerate(found)]

    def late(self) -> Lateness | None:
        if "retard" not in self.content:
            return None
        values = self.content["retard"]
        if not isinstance(values, dict):
            self.refuse("retard", 0, "", "cette table s'écrit « [retard] », une seule fois")
        entry = _Table(self, "retard", 0, values)
        per_day = entry.number("par_jour", 0, math.inf)
        at_most = entry.number("au_plus", 0, math.inf) if "au_plus" in values else math.inf
        day_included = timedelta(days=1)
        return Lateness(entry.instant("limite", day_included), per_day, at_most)

    def submitted(self) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for entry in self.entries("remise"):
            name = entry.copy()
            if name == EVERYONE:
                entry.refuse("copie", "une remise se date copie par copie")
            if name in found:
                entry.refuse("copie", "une autre remise est déjà donnée pour cette copie")
            found[name] = entry.instant("date")
        return found

    def refuse(self, table: str, rank: int, key: str, why: str) -> NoReturn:
        line = self._line(table, rank, key)
        where = f"ligne {line}" if line else f"« {_cited(table)} » n° {rank + 1}"
        what = f"clé « {_cited(key)} »" if key else f"table « {_cited(table)} »"
        raise AdjustmentsError(f"ajustements.toml, {where}, {what} : {why}.")

    def _line(self, table: str, rank: int, key: str) -> int:
        """La ligne de cette clé, de sa table si elle n'y est pas ; 0 si on ne la trouve pas."""
        headers = list(HEADER.finditer(self.text))
        mine = [header.start() for header in headers if header[1] == table]
        if rank >= len(mine):  # « oral = [{…}] », ou une clé hors de toute table
            found = _assignment(table).search(self.text)
            return self.text.count("\n", 0, found.start()) + 1 if found else 0
        start = mine[rank]
        end = next((one.start() for one in headers if one.start() > start), len(self.text))
        found = _assignment(key).search(self.text, start, end) if key else None
        return self.text.count("\n", 0, found.start() if found else start) + 1


class _Table:
    """Une table, dont chaque clé se lit ou se refuse."""

    def __init__(self, sheet: _File, table: str, rank: int, values: dict[str, Any]) -> None:
        self.sheet, self.table, self.rank, self.values = sheet, table, rank, values
        for key in values:
            if key not in KEYS[table]:
                self.refuse(key, f"cette clé n'existe pas ici{_near(key, KEYS[table])}")

    def refuse(self, key: str, why: str) -> NoReturn:
        self.sheet.refuse(self.table, self.rank, key, why)

    def value(self, key: str) -> Any:
        if key not in self.values:
            self.refuse(key, "elle manque")
        return self.values[key]

    def words(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str):
            self.refuse(key, "il faut un texte, entre guillemets")
        if len(value) > MAX_TEXT:
            self.refuse(key, f"plus de {count(MAX_TEXT, 'caractère')}")
        if not value.strip():
            self.refuse(key, "elle est vide")
        return value.strip()

    def number(self, key: str, low: float, high: float) -> float:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(key, "il faut un nombre, sans guillemets, avec un point : 0.5")
        if not math.isfinite(value) or not low <= value <= high:
            least, most = f"{low:g}".replace(".", ","), f"{high:g}".replace(".", ",")
            limits = f"entre {least} et {most}" if math.isfinite(high) else f"d'au moins {least}"
            self.refuse(key, f"il faut un nombre {limits}")
        return float(value)

    def instant(self, key: str, whole_day: timedelta = timedelta()) -> datetime:
        """Une date sans heure : minuit, et `whole_day` de plus."""
        value = self.value(key)
        if not isinstance(value, date):
            self.refuse(key, "il faut une date, sans guillemets : 2026-01-15T23:59:00")
        if value.year not in YEARS:
            self.refuse(key, f"l'année {value.year} est sans doute une faute de frappe")
        if not isinstance(value, datetime):
            value = datetime.combine(value, datetime.min.time()) + whole_day
        return value if value.tzinfo else value.astimezone()

    def copy(self) -> str:
        name = self.words("copie")
        if name != EVERYONE and folded(name) not in self.sheet.copies:
            near = _near(folded(name), self.sheet.copies, self.sheet.copies)
            self.refuse("copie", f"aucune copie ne s'appelle « {_cited(name)} »{near}")
        if self.sheet.named[folded(name)] > 1:
            self.refuse("copie", f"deux copies s'appellent « {_cited(name)} », ou presque")
        return name if name == EVERYONE else folded(name)

    def step(self) -> Step | None:
        if "etape" not in self.values:
            return None
        name = self.words("etape")
        steps = self.sheet.steps
        if name.casefold() not in steps:
            near = _near(name.casefold(), steps, {key: one.id for key, one in steps.items()})
            self.refuse("etape", f"il n'y a pas d'étape « {_cited(name)} »{near}")
        return steps[name.casefold()]

    def decision(self) -> Decision:
        step = self.step()
        return Decision(self.copy(), step.id if step else "", self.words("raison"))

    def points(self) -> Decision:
        step, decision = self.step(), self.decision()
        whole = step.points if step else sum(one.points for one in self.sheet.steps.values())
        whole = round(whole, 4)
        points = self.number("points", -whole, whole)
        return Decision(decision.copy, decision.step, decision.reason, points)

    def file(self) -> Decision:
        self.value("etape")
        decision, chosen = self.decision(), self.words("chemin")
        path = PurePosixPath(chosen)
        if decision.copy == EVERYONE:
            self.refuse("copie", "un fichier se choisit copie par copie")
        if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in chosen:
            self.refuse("chemin", "il faut un chemin depuis la racine de la copie")
        before = self.sheet.content[self.table][: self.rank]
        if any(
            (folded(str(one["copie"])), str(one["etape"]).casefold())
            == (decision.copy, decision.step.casefold())
            for one in before
        ):
            self.refuse("etape", "un autre fichier est déjà choisi pour cette étape")
        return Decision(decision.copy, decision.step, decision.reason, path=str(path))


def _assignment(key: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", re.MULTILINE)


def _cited(text: str) -> str:
    return visible(shortened(text, SHOWN))


def _near(name: str, known: Collection[str], shown: dict[str, str] | None = None) -> str:
    """« ; peut-être « Zoé Durand » » ; vide si rien n'y ressemble."""
    found = difflib.get_close_matches(name[:SHOWN], list(known), n=1)
    return f" ; peut-être « {_cited(shown[found[0]] if shown else found[0])} »" if found else ""
