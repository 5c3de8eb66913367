"""Comparer ce qui est reçu à ce qui est attendu : à l'octet près, à peu près, au mot près."""

import re
import unicodedata

from grader.model.records import Match

# Séquences de commande d'un terminal : CSI, OSC, et les courtes (ECMA-48).
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
# Des dizaines d'accents d'affilée : les mettre en ordre prendrait un temps quadratique.
PILE = re.compile(r"[\u0300-\U0010ffff]{30,}")


def plain(text: str) -> str:
    """Sans couleurs ni mouvements du curseur."""
    return ESCAPES.sub("", text)


def tidy(text: str) -> str:
    """Sans ce qui ne coûte rien : couleurs, blancs des bords, façon d'écrire les accents."""
    text = PILE.sub("\ufffd", plain(text).replace("\r\n", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def lines_with(word: str, text: str) -> list[str]:
    """Les lignes où il est, sans couleurs ni blancs aux bords."""
    return [line.strip() for line in tidy(text).split("\n") if word in line]


def compare(expected: str, received: str, word: str) -> Match:
    """`word` est le mot tiré au sort de `expected` : sans lui, rien n'est arrivé.

    Il n'est que dans la phrase attendue : qui l'attribue à tout le monde n'a rien attribué.
    """
    if received == expected:
        return Match.EXACT
    wanted = tidy(expected)
    if tidy(received) == wanted or lines_with(word, received) == [wanted]:
        return Match.TOLERANT
    return Match.WORD if word in plain(received) else Match.NONE


def compare_line(expected: str, screen: str, word: str) -> Match:
    """Comme `compare`, pour une ligne de journal parmi d'autres.

    Devant ou derrière, une horloge ou un emoji ne gênent pas ; le message peut être entre
    guillemets, comme l'écrit repr().
    """
    lines = tidy(screen).split("\n")
    wanted = tidy(expected)
    if expected in screen.split("\n"):
        return Match.EXACT
    quoted = re.escape(wanted).replace(re.escape(word), f"b?['\"«]? ?{re.escape(word)}", 1)
    if any(wanted in line or re.search(quoted, line) for line in lines):
        return Match.TOLERANT
    return Match.WORD if word in plain(screen) else Match.NONE
