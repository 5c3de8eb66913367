"""Répondre aux questions d'un programme, dans l'ordre où il les pose."""

import re
from collections.abc import Callable, Mapping

from grader.driving.arena import Arena
from grader.driving.program import Program

# Ce qu'on reconnaît dans une invite, du plus parlant au moins parlant.
QUESTIONS = (
    (
        "pseudo",
        re.compile(r"pseudo|\bnom\b|name|nick|login|surnom|utilisateur|qui (es|êtes)", re.I),
    ),
    ("port", re.compile(r"(?<![a-z])port\b", re.I)),
    ("host", re.compile(r"adresse|address|host|hôte|\bip\b|serveur|server", re.I)),
    ("file", re.compile(r"fichier|file|chemin|path|liste", re.I)),
    ("url", re.compile(r"url|site|lien|page|http", re.I)),
    ("message", re.compile(r"message|texte?|envoyer|dire|say|[>$:?»…]\s*$", re.I)),
)
THINKING = 0.15  # secondes de sommeil devant une invite avant d'y répondre
MAX_ANSWERS = 8


def question(prompt: str, answers: Mapping[str, str]) -> str:
    """Ce que demande l'invite, parmi ce à quoi on sait répondre ; vide si rien n'y ressemble."""
    for kind, pattern in QUESTIONS:
        if kind in answers and pattern.search(prompt):
            return kind
    return ""


async def converse(
    arena: Arena, program: Program, answers: Mapping[str, str], fact: Callable[[], object]
) -> list[str]:
    """Répond au programme jusqu'à ce que `fact` soit vrai ; ce à quoi il a fallu répondre.

    Qui attend sans rien demander reçoit les réponses dans l'ordre, comme le ferait une personne
    qui connaît le sujet.
    """
    given: list[str] = []

    def settled() -> bool:
        return bool(fact()) or not program.running

    while not settled() and len(given) < MAX_ANSWERS:
        await arena.wait(settled, program, calm=THINKING)
        if settled() or not arena.idle(program):
            break
        kind = question(program.prompt or program.last_lines.rpartition("\n")[2], answers)
        if not kind:
            await arena.wait(settled, program)
            silent = [name for name in answers if name not in given and name != "message"]
            if settled() or not silent:
                break
            kind = silent[0]
        given.append(kind)
        program.type(answers[kind])
    return given
