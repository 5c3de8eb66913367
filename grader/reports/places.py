"""Les chemins d'une machine, abrégés : dans une trace, le dossier de Python n'apprend rien.

Et ce qu'on remet à quelqu'un n'a pas à dire où sont rangés les fichiers de qui l'a corrigé.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from grader.model.records import CheckResult, Report

# Un texte entre guillemets, qui peut contenir des espaces, ou un mot.
TOKEN = re.compile(r'"[^"\n]*"|[^\s"]+')
LIBRARY = re.compile(r"/lib/python[\d.]+(?:\.?zip)?/(?:(?:site|dist)-packages/)?")
MARK = "/lib/python"
SHORTEST = 4  # caractères : « / » et « /tmp » ne sont le dossier de personne


def homely(text: str, folder: str = "") -> str:
    """« File "…/asyncio/runners.py", line 118 » ; `folder`, celui de la copie, y devient « . »."""
    if len(folder) > SHORTEST:
        text = text.replace(folder, ".")
    return TOKEN.sub(_abridged, text) if MARK in text else text


def _abridged(token: re.Match[str]) -> str:
    word = token[0]
    # De gauche à droite, une seule fois : un texte hostile y passe en un temps linéaire.
    ends = [found.end() for found in LIBRARY.finditer(word)] if MARK in word else []
    return f"{word[: word.index('/')]}…/{word[ends[-1] :]}" if ends else word


def without_places(report: Report, folder: str = "") -> Report:
    """Le même rapport, les chemins de ses textes abrégés."""

    def change(text: str) -> str:
        return homely(text, folder)

    steps = [
        replace(
            result, note=change(result.note), checks=[_check(one, change) for one in result.checks]
        )
        for result in report.steps
    ]
    return replace(report, steps=steps, notes=list(map(change, report.notes)))


def _check(result: CheckResult, change: Callable[[str], str]) -> CheckResult:
    trial, failure = result.trial, result.trial.failure
    if failure:
        failure = replace(
            failure,
            message=change(failure.message),
            expected=change(failure.expected),
            received=change(failure.received),
            output=change(failure.output),
        )
    trial = replace(
        trial,
        failure=failure,
        notes=list(map(change, trial.notes)),
        timeline=[replace(event, text=change(event.text)) for event in trial.timeline],
    )
    return replace(result, trial=trial)
