"""Répondre aux questions d'un programme, dans l'ordre où il les pose."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from grader.driving.arena import Arena
from grader.driving.program import Program


class Noun(NamedTuple):
    """Un mot d'une invite, et ce qu'il demande."""

    kind: str
    pattern: re.Pattern[str]
    strong: bool = True  # faux : le complément dit mieux (« nom du fichier », « adresse du site »)


def _noun(kind: str, words: str, *, strong: bool = True) -> Noun:
    return Noun(kind, re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])", re.I), strong)


KEYS = r"\W*(?:touche|key|entr[ée]e|enter|return)\b"
ENTER = re.compile(
    r"\b(?:appu[iy]\w+|press\w*|hit|push|tap\w+|type)\s+(?:sur\s+|on\s+)?"
    rf"(?:(?:la|une|any|a|the|n'importe quelle)\s+)?{KEYS}"
    rf"|^{KEYS}(?:\s+entr[ée]e)?\W*\s(?:pour|to)\s"
    r"|^\W*(?:pour\s+)?(?:continuer|quitter|terminer|fermer|continue|quit|exit|close)\W*$",
    re.I,
)
LEAVE = re.compile(r"\b(?:pour|to) (?:continuer|quitter|terminer|fermer|sortir|continue|quit|exit)")
# Le premier nom est celui qu'on demande : « message à envoyer au serveur », « port du serveur ».
NOUNS = (
    _noun("pseudo", r"pseudo\w*|surnom|nick\w*|login|user ?name|utilisateur|identifiant|alias"),
    _noun("pseudo", r"qui (?:es|êtes)\W?\w*|who are you|(?:votre|ton|mon|your|my) (?:nom|name)"),
    _noun("pseudo", r"appelles?|appelez|prénom"),
    _noun("file", r"ur[li]s? (?:file|list)|file ?name|file|fichiers?|chemin|path|listes?|list"),
    _noun("port", r"ports?"),
    _noun("host", r"h[oô]te?s?|host ?name|hosts?|ip|ipv4"),
    _noun("url", r"urls?|sites?|website|web|liens?|links?|pages?|https?"),
    _noun("message", r"messages?|textes?|text|envoy\w+|send|dire|say|phrase"),
    _noun("host", r"serveur|server", strong=False),
    _noun("host", r"adresse|address", strong=False),
    _noun("pseudo", r"nom|name", strong=False),
)
# Ce qu'un programme annonce sans rien demander.
STATE = re.compile(
    r"^\W*(?:en attente|attente|attend|connexion|connect|déconn|disconn|waiting|listening|écoute"
    r"|à l'écoute|en écoute|démarrage|serveur démarré|chargement|loading)",
    re.I,
)
ASKING = re.compile(r"[>$#:?»…\]]\s*$")
CLAUSES = re.compile(r"(?<=[.!?])\s+(?=\S)")
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
THINKING = 0.15  # secondes de sommeil devant une invite avant d'y répondre, faute de preuve
MAX_PROMPT = 400  # caractères
MAX_ANSWERS = 8


class Asked(NamedTuple):
    kind: str = ""  # vide : rien qu'on reconnaisse
    sure: bool = False


def asked(prompt: str) -> Asked:
    """Ce que demande l'invite ; la dernière de ses phrases qui demande quelque chose."""
    clauses = [
        clause
        for clause in CLAUSES.split(prompt[-MAX_PROMPT:].strip())
        if not STATE.search(clause) or ASKING.search(clause.rstrip("…."))
    ]
    for clause in reversed(clauses):
        if ENTER.search(clause):
            return Asked("enter", sure=True)
        bare = ASIDE.sub(" ", clause)
        found = _first(bare) or _first(clause)
        if found.kind:
            return found
        if LEAVE.search(clause):
            return Asked("enter", sure=True)
    return Asked("message" if any(map(ASKING.search, clauses)) else "")


def _first(clause: str) -> Asked:
    """Le premier nom qui dise ce qu'on demande ; à défaut, ce que laisse penser un nom vague."""
    places = []
    for rank, noun in enumerate(NOUNS):
        if match := noun.pattern.search(clause):
            places.append((not noun.strong, match.start() if noun.strong else rank, noun.kind))
    if not places:
        return Asked()
    vague, _, kind = min(places)
    return Asked(kind, sure=not vague)


def question(prompt: str, answers: Mapping[str, str]) -> str:
    """Ce que demande l'invite, parmi ce à quoi on sait répondre ; vide si rien n'y ressemble."""
    kind = asked(prompt).kind
    return kind if kind in answers else ""


async def converse(
    arena: Arena,
    program: Program,
    answers: Mapping[str, str],
    fact: Callable[[], object],
    *,
    silent: Sequence[str] = (),
) -> list[str]:
    """Répond au programme jusqu'à ce que `fact` soit vrai ; ce à quoi il a fallu répondre.

    Rien ne se tape à qui ne lit pas le clavier, ni rien d'autre que ce qu'il demande. À qui le lit
    sans rien demander, ou demande ce qu'on ne comprend pas, on donne une fois chacune des réponses
    de `silent`, dans cet ordre, comme le ferait une personne qui connaît le sujet.
    """
    given: list[str] = []
    answered: list[str] = []  # les mots de la dernière question, suivis de la réponse

    def settled() -> bool:
        return bool(fact()) or not program.running

    def asking() -> bool:
        return settled() or arena.asks(program)

    while len(given) < MAX_ANSWERS:
        await arena.rest(program, fact=settled, calm=THINKING)
        if settled():
            break
        if not arena.asks(program):
            if not await arena.wait(asking, program):
                break
            continue
        prompt = program.prompt or program.last_lines.rpartition("\n")[2]
        if answered and prompt.split() == answered:  # il n'a rien demandé depuis
            prompt = ""
        kind, sure = asked(prompt)
        if kind not in answers:
            await arena.wait(settled, program)
            left = [name for name in silent if name in answers and name not in given]
            if settled() or sure or not left:
                break
            kind = left[0]
        given.append(kind)
        program.type(answers[kind])
        answered = f"{prompt} {answers[kind]}".split() if answers[kind] else []
    return given
