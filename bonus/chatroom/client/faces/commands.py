"""Ce que veut dire une ligne tapée : un message, ou une commande et ce qui la suit."""

from collections.abc import Iterable
from dataclasses import dataclass

from chatroom.protocol.text import fold


@dataclass(frozen=True, slots=True)
class Command:
    usage: str
    help: str

    @property
    def accepts(self) -> bool:
        return " " in self.usage

    @property
    def requires(self) -> bool:
        return self.accepts and "[" not in self.usage


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


def addressed(rest: str, known: Iterable[str]) -> tuple[str, str]:
    """À qui, et quoi : un pseudo déjà vu peut contenir des espaces. Lève ValueError."""
    for pseudo in sorted(known, key=len, reverse=True):
        end = len(pseudo)
        if fold(rest[:end]) == fold(pseudo) and rest[end : end + 1] == " ":
            return pseudo, rest[end:].strip()
    pseudo, _, text = rest.partition(" ")
    if not text:
        raise ValueError(f"Usage : {COMMANDS['/msg'].usage}")
    return pseudo, text.strip()


def help_lines() -> list[str]:
    usages = {command.usage: command.help for command in COMMANDS.values()}
    usages["//TEXTE"] = "dire « /TEXTE »"
    width = max(map(len, usages))
    return [f"  {usage:<{width}}  {text}" for usage, text in usages.items()]
