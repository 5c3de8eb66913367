"""Qui est exclu, ou réduit au silence : jusqu'à quand, pourquoi, et par qui."""

import ipaddress
import math
from collections.abc import Iterable
from dataclasses import dataclass

from wording.numbers import count

PERSON, ADDRESS, MUTE = "person", "address", "mute"
PREFIX = 64  # bits d'une adresse IPv6 qui sont à quelqu'un : le reste, il le tire comme il veut
MINUTE = 60_000  # ms
UNITS = ((1_440, "jour"), (60, "heure"), (1, "minute"))


def network(host: str) -> str:
    """Ce qui, d'une adresse, ne change pas quand elle change : en IPv6, ses 64 premiers bits."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address) or address.is_loopback:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, PREFIX), strict=False))


def local(where: str) -> bool:
    """Cette adresse, ou ce réseau, est la machine elle-même : tout le monde peut y être."""
    try:
        return ipaddress.ip_network(where, strict=False).network_address.is_loopback
    except ValueError:
        return False


def is_address(text: str) -> bool:
    """Une adresse IP, ou ce que `network` en garde."""
    try:
        ipaddress.ip_network(text.partition("%")[0], strict=False)
    except ValueError:
        return False
    return True


def lasting(minutes: int) -> str:
    """« 10 minutes », « 2 heures », « 7 jours » ; « toujours » pour 0."""
    for size, unit in UNITS:
        if minutes >= size and (minutes % size == 0 or minutes >= 10 * size):
            return count(math.ceil(minutes / size), unit)
    return "toujours"


@dataclass(frozen=True, slots=True)
class Ban:
    kind: str  # PERSON, ADDRESS ou MUTE
    subject: str  # le numéro d'une personne, ou un réseau
    until: int  # millisecondes depuis 1970 ; 0 : pour toujours
    why: str
    by: str  # le pseudo de qui l'a décidé
    name: str = ""  # le pseudo de qui c'était

    def running(self, date: int) -> bool:
        return not self.until or self.until > date

    def left(self, date: int) -> str:
        """« pour toujours », « encore 3 minutes »."""
        if not self.until:
            return "pour toujours"
        return f"encore {lasting(max(1, math.ceil((self.until - date) / MINUTE)))}"

    def line(self, date: int) -> str:
        """Ce qu'on en dit à un opérateur."""
        what = "n'a plus la parole" if self.kind == MUTE else "exclu"
        why = f" : {self.why}" if self.why else ""
        where = f"{self.subject}{f' ({self.name})' if self.name else ''}"
        whom = where if self.kind == ADDRESS else self.name or f"n° {self.subject}"
        return f"{whom} : {what}, {self.left(date)}, par {self.by}{why}"

    def sentence(self, date: int) -> str:
        """Ce qu'on en dit à la personne."""
        what = {
            PERSON: "Vous êtes exclu de ce chat",
            ADDRESS: "L'adresse d'où vous venez est exclue de ce chat",
            MUTE: "On vous a retiré la parole",
        }[self.kind]
        return f"{what} ({self.left(date)}){f' : {self.why}' if self.why else '.'}"


class Bans:
    """Toutes les exclusions en cours. Les dates sont des millisecondes depuis 1970."""

    def __init__(self, known: Iterable[Ban] = ()) -> None:
        self._kept = {(ban.kind, ban.subject): ban for ban in known}

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, ban: Ban) -> None:
        self._kept[ban.kind, ban.subject] = ban

    def lift(self, kind: str, subject: str) -> Ban | None:
        return self._kept.pop((kind, subject), None)

    def of_person(self, number: int, date: int) -> Ban | None:
        return self._running(PERSON, str(number), date)

    def of_host(self, host: str, date: int) -> Ban | None:
        return self._running(ADDRESS, network(host), date) if self._kept else None

    def mute_of(self, number: int, date: int) -> Ban | None:
        return self._running(MUTE, str(number), date) if self._kept else None

    def running(self, date: int) -> list[Ban]:
        """Celles qui durent encore ; les autres s'oublient."""
        self._kept = {key: ban for key, ban in self._kept.items() if ban.running(date)}
        return list(self._kept.values())

    def _running(self, kind: str, subject: str, date: int) -> Ban | None:
        ban = self._kept.get((kind, subject))
        return ban if ban and ban.running(date) else None
