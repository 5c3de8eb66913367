"""Le JSON d'un rapport, morceau par morceau : qui y prend une valeur la vérifie et la borne.

Ce fichier vient peut-être de n'importe qui : il n'en sort que des valeurs du bon type, dans leurs
bornes, ou une ReportError.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from grader.reports.jsonreport import LIMITS, ReportError
from wording.harmless import visible

MAX_TEXT = LIMITS[0] + 100  # avec ce qui dit combien de caractères y manquent
MAX_TEXTS = 10_000
YEARS = range(1970, 9999)  # de quoi changer de fuseau sans sortir du calendrier
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)

Choice = TypeVar("Choice", bound=StrEnum)

_shown = lru_cache(maxsize=1024)(visible)  # d'un rapport à l'autre d'une classe, les mêmes titres


@dataclass(frozen=True)
class Part:
    """Un objet du JSON ; `place` dit où, « steps[3].checks[0]. »."""

    values: Mapping[str, Any]
    place: str

    def damaged(self, key: str) -> ReportError:
        return ReportError(f"ce rapport est abîmé (« {self.place}{key} » ne convient pas)")

    def text(self, key: str, limit: int = MAX_TEXT) -> str:
        return self._text(key, self.values.get(key), limit)

    def _text(self, key: str, value: Any, limit: int) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise self.damaged(key)
        return value

    def title(self, key: str) -> str:
        """Un texte du catalogue, qui se montre tel quel : d'un tel fichier, il faut s'en garder."""
        return _shown(self.text(key))

    def like(self, key: str, pattern: re.Pattern[str]) -> str:
        text = self.text(key)
        if not pattern.fullmatch(text):
            raise self.damaged(key)
        return text

    def integer(self, key: str, allowed: range) -> int:
        value = self.values.get(key)
        # True est un entier pour Python, et égal à 1 pour `range`.
        if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
            raise self.damaged(key)
        return value

    def number(self, key: str, highest: float) -> float:
        value = self.values.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.damaged(key)
        if not 0 <= value <= highest:  # ni 1e999, qui se lit « infini »
            raise self.damaged(key)
        return float(value)

    def flag(self, key: str) -> bool:
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self.damaged(key)
        return value

    def choice(self, key: str, among: type[Choice]) -> Choice:
        text = self.text(key)
        if text not in among.__members__.values():
            raise self.damaged(key)
        return among(text)

    def date(self, key: str) -> datetime:
        try:
            date = datetime.fromisoformat(self.like(key, DATE))
        except ValueError:  # un trentième jour de février
            raise self.damaged(key) from None
        if date.year not in YEARS:
            raise self.damaged(key)
        return date

    def texts(self, key: str, limit: int = MAX_TEXTS) -> list[str]:
        return [self._text(key, value, MAX_TEXT) for value in self._items(key, limit)]

    def parts(self, key: str, limit: int) -> list["Part"]:
        items = self._items(key, limit)
        return [self._inner(f"{key}[{rank}]", item) for rank, item in enumerate(items)]

    def part(self, key: str) -> "Part | None":
        if key not in self.values:
            raise self.damaged(key)
        value = self.values[key]
        return None if value is None else self._inner(key, value)

    def _items(self, key: str, limit: int) -> list[Any]:
        items = self.values.get(key)
        if not isinstance(items, list) or len(items) > limit:
            raise self.damaged(key)
        return items

    def _inner(self, key: str, value: Any) -> "Part":
        if not isinstance(value, dict):
            raise self.damaged(key)
        return Part(value, f"{self.place}{key}.")
