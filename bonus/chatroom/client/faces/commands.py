"""Ce que veut dire une ligne tapée : un message, ou une commande et ce qui la suit."""

from collections.abc import Iterable
from dataclasses import dataclass

from chatroom.protocol.text import fold


@dataclass(frozen=True, slots=True)
class Command:
    usage: str
    help: str
    operator: bool = False  # l'aide ne la montre qu'aux opérateurs

    @property
    def accepts(self) -> bool:
        return " " in self.usage

    @property
    def names_someone(self) -> bool:
        """Ce qui la suit commence par quelqu'un que l'on connaît."""
        return self.accepts and self.usage.split()[1].strip("[]") in {"PSEUDO", "QUI"}

    @property
    def requires(self) -> bool:
        return self.accepts and " [" not in self.usage[: self.usage.find(" ") + 2]


COMMANDS = {
    "/rooms": Command("/rooms", "les salons, et qui y est"),
    "/join": Command("/join SALON", "entrer dans un salon, ou le créer"),
    "/who": Command("/who [SALON]", "qui est dans ce salon"),
    "/msg": Command("/msg PSEUDO TEXTE", "ne parler qu'à une personne, là ou non"),
    "/image": Command("/image FICHIER", "envoyer une image PNG ou JPEG"),
    "/history": Command("/history", "la page d'avant, puis celle d'avant encore"),
    "/token": Command("/token", "un code, pour être soi sur un autre appareil"),
    "/devices": Command("/devices", "d'où l'on est connecté"),
    "/alone": Command("/alone", "déconnecter ses autres appareils"),
    "/delete": Command(
        "/delete [PSEUDO]", "retirer mon dernier message ; un opérateur, celui d'un autre"
    ),
    "/nick": Command("/nick NOUVEAU", "changer de pseudo"),
    "/ignore": Command("/ignore [PSEUDO]", "ne plus lire quelqu'un ; seul : qui je ne lis plus"),
    "/unignore": Command("/unignore PSEUDO", "le lire de nouveau"),
    "/topic": Command("/topic [TEXTE]", "le sujet du salon ; un opérateur le change, « - » l'ôte"),
    "/private": Command("/private [non]", "mon salon : n'y entrer que sur invitation"),
    "/invite": Command("/invite PSEUDO", "mon salon : y inviter quelqu'un"),
    "/password": Command("/password [MOT]", "mon salon : son mot de passe ; seul : sans"),
    "/forget": Command("/forget [PSEUDO]", "effacer tout ce que j'ai dit, et moi avec"),
    "/operator": Command("/operator CODE", "devenir opérateur, par le code du serveur"),
    "/kick": Command("/kick PSEUDO [POURQUOI]", "renvoyer quelqu'un", operator=True),
    "/ban": Command(
        "/ban QUI [DURÉE] [POURQUOI]", "exclure (30m, 2h, 7j, toujours)", operator=True
    ),
    "/unban": Command("/unban QUI", "ne plus exclure", operator=True),
    "/bans": Command("/bans", "qui est exclu", operator=True),
    "/mute": Command("/mute PSEUDO [DURÉE] [POURQUOI]", "retirer la parole", operator=True),
    "/unmute": Command("/unmute PSEUDO", "rendre la parole", operator=True),
    "/lock": Command("/lock [non]", "plus personne n'entre dans ce salon", operator=True),
    "/readonly": Command("/readonly [non]", "seuls les opérateurs y parlent", operator=True),
    "/rename": Command("/rename NOM", "donner un autre nom à ce salon", operator=True),
    "/close": Command("/close [non]", "fermer ce salon : tout le monde en sort", operator=True),
    "/release": Command("/release PSEUDO", "rendre libre un pseudo abandonné", operator=True),
    "/help": Command("/help", "cette aide"),
    "/quit": Command("/quit", "partir ; Ctrl-D aussi"),
}


def parse(line: str) -> tuple[str, str]:
    """La commande et ce qui la suit ; un message n'a pas de commande. Lève ValueError.

    Un téléphone met une majuscule à ce que l'on commence à taper : « /Rooms » est « /rooms ».
    """
    line = line.strip()
    if line.startswith("//"):
        return "", line[1:]
    if not line.startswith("/"):
        return "", line
    name, _, rest = line.partition(" ")
    rest = rest.strip()
    command = COMMANDS.get(name.lower())
    if command is None:
        raise ValueError(f"Commande inconnue : {name} (/help les dit toutes, // écrit un « / »).")
    if (command.requires and not rest) or (rest and not command.accepts):
        raise ValueError(f"Usage : {command.usage}")
    return name.lower(), rest


def named(rest: str, known: Iterable[str]) -> tuple[str, str]:
    """Qui, et ce qui suit : un pseudo déjà vu peut contenir des espaces."""
    for pseudo in sorted(known, key=len, reverse=True):
        end = len(pseudo)
        if fold(rest[:end]) == fold(pseudo) and rest[end : end + 1] in ("", " "):
            return pseudo, rest[end:].strip()
    pseudo, _, text = rest.partition(" ")
    return pseudo, text.strip()


def addressed(rest: str, known: Iterable[str]) -> tuple[str, str]:
    """À qui, et quoi. Lève ValueError."""
    pseudo, text = named(rest, known)
    if not text:
        raise ValueError(f"Usage : {COMMANDS['/msg'].usage}")
    return pseudo, text


def helped(operator: bool) -> dict[str, str]:
    """Ce que l'aide dit, usage par usage."""
    shown = [command for command in COMMANDS.values() if operator or not command.operator]
    return {command.usage: command.help for command in shown}


def help_lines(operator: bool = False) -> list[str]:
    usages = helped(operator)
    usages["//TEXTE"] = "dire « /TEXTE »"
    width = max(map(len, usages))
    return [f"  {usage:<{width}}  {text}" for usage, text in usages.items()]
