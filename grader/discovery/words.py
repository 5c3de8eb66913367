"""Ce que dit un nom de fichier ou de dossier : rôle, sujet, numéro d'étape."""

import functools
import re
import unicodedata
from dataclasses import dataclass

from grader.discovery.numbers import distribute
from grader.discovery.spelling import split
from grader.discovery.vocabulary import MEANINGS


@dataclass(frozen=True)
class Words:
    """Ce que dit un nom ; None ou vide : n'en dit rien."""

    roles: frozenset[str] = frozenset()  # "server", "client"
    modes: frozenset[str] = frozenset()  # "sync", "async"
    topics: frozenset[str] = frozenset()  # "sleep", "web", "measure", "chat"
    multiple: bool = False
    part: int | None = None
    number: int | None = None  # l'étape
    title: int | None = None  # l'étape, d'après un mot de son titre
    lab: int | None = None
    copy: bool = False
    support: bool = False
    foreign: bool = False
    oddities: int = 0  # mots inconnus et fautes de frappe
    alone: bool = False  # un seul mot : « async », « serveur »


def plain(text: str) -> str:
    """En minuscules, sans accents ; « ChatServer » devient « chat server »."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    decomposed = unicodedata.normalize("NFKD", spaced)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


def squashed(text: str) -> str:
    """Ce qui reste d'un nom sans casse, accents, espaces ni ponctuation."""
    return re.sub(r"[^a-z0-9]", "", plain(text))


@functools.lru_cache(maxsize=4096)
def read(name: str, *, folder: bool) -> Words:
    """Lit un nom de dossier, ou un nom de fichier sans son extension."""
    text = plain(name)
    bare = re.sub(r"\s*\(\d+\)\s*$", "", text)  # « server (1) » : téléchargé deux fois
    words: list[str] = []
    oddities = 0
    for token in re.findall(r"[a-z]+|[0-9]+", bare):
        parts, odd = split(token)
        words += parts
        oddities += odd
    meanings = [MEANINGS.get(word, "") for word in words]
    numbers = distribute(words, meanings, folder=folder)
    said = {meaning.partition(" ")[0] for meaning in meanings}
    titles = _values(meanings, "title")
    roles, modes = _values(meanings, "role"), _values(meanings, "mode")
    if folder and roles == {"client"} and modes == {"async"}:  # « 3. Client asynchrone »
        roles, modes, titles = frozenset(), frozenset(), titles | {"3"}
    return Words(
        roles=roles,
        modes=modes,
        topics=_values(meanings, "topic"),
        multiple="multiple" in said,
        part=numbers.part,
        number=numbers.number,
        title=int(min(titles)) if titles else None,
        lab=numbers.lab,
        copy="copy" in said or bare != text,
        support="support" in said,
        foreign="foreign" in said,
        oddities=oddities,
        alone=len(words) == 1,
    )


def _values(meanings: list[str], kind: str) -> frozenset[str]:
    return frozenset(
        value for name, _, value in (meaning.partition(" ") for meaning in meanings) if name == kind
    )
