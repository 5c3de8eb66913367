"""Ce qu'une commande demande au serveur : un verbe, et ce qui le précise."""

import re
from collections.abc import Iterable

from chatroom.client.faces.commands import COMMANDS, named

ADDRESS = re.compile(r"(\d{1,3}\.){3}\d{1,3}|[0-9a-f:]*:[0-9a-f:.]*(/64)?", re.IGNORECASE)
DURATION = re.compile(r"(\d{1,7})(min|m|h|j)")
MINUTES = {"m": 1, "min": 1, "h": 60, "j": 1_440}
FOR_EVER = "toujours"
BAN, MUTE = 1_440, 10  # minutes, si l'on n'en dit rien

Order = tuple[str, dict[str, object]]

# Celles que précise le salon où l'on est, et s'il faut faire ou défaire.
SWITCHES = {"/lock", "/readonly", "/private", "/close"}
# Celles que précise un seul mot, ou un seul texte.
SIMPLE = {
    "/nick": "pseudo",
    "/operator": "code",
    "/unmute": "who",
    "/release": "pseudo",
}
# De même, à propos du salon où l'on est.
ABOUT = {"/topic": "text", "/rename": "name", "/invite": "who", "/password": "word"}


def order(command: str, rest: str, room: str, known: Iterable[str]) -> Order:
    """`known` : les pseudos déjà vus. ValueError, en français, si elle ne veut rien dire."""
    if key := SIMPLE.get(command):
        arguments: dict[str, object] = {key: rest}
    elif key := ABOUT.get(command):
        arguments = {"room": room, key: "" if rest == "-" else rest}
    elif command in SWITCHES:
        if rest not in ("", "oui", "non"):
            raise ValueError(f"Usage : {COMMANDS[command].usage}")
        arguments = {"room": room, "on": rest != "non"}
    else:
        arguments = _against(command, rest, known)
    return command[1:], arguments


def _against(command: str, rest: str, known: Iterable[str]) -> dict[str, object]:
    """Celles qui visent quelqu'un, puis disent combien de temps et pourquoi."""
    who, after = named(rest, known)
    match command:
        case "/kick":
            return {"who": who, "why": after}
        case "/ban":
            minutes, why = lasting(after, BAN)
            return {_whom(who): who, "minutes": minutes, "why": why}
        case "/mute":
            minutes, why = lasting(after, MUTE)
            return {"who": who, "minutes": minutes, "why": why}
        case "/unban":
            return {_whom(rest): rest}
    return {}


def _whom(text: str) -> str:
    return "address" if ADDRESS.fullmatch(text) else "who"


def lasting(text: str, usual: int) -> tuple[int, str]:
    """Une durée en minutes, si le texte commence par une (0 : pour toujours), et la suite."""
    word, _, why = text.partition(" ")
    if word == FOR_EVER:
        return 0, why.strip()
    if found := DURATION.fullmatch(word):
        return max(1, int(found[1]) * MINUTES[found[2]]), why.strip()
    return usual, text
