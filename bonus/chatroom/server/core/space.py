"""La place sur le disque : celle qui reste, et celle que chacun peut prendre."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatroom.protocol.limits import MEGABYTE, Limits
from chatroom.server.core.people import Person

NEARLY = 0.9  # d'une base pleine : les images d'abord, qui pèsent le plus


@dataclass(frozen=True, slots=True)
class Space:
    """La place, en octets : celle qui reste sur le disque, celle que prend la base."""

    free: int
    used: int


UNKNOWN = Space(2**63, 0)


@dataclass(slots=True)
class Tidied:
    """Ce que le disque a fait d'un morceau de ménage, et ce qu'il propose."""

    space: Space
    more: bool = False  # il n'a pas fini
    rooms: list[int] = field(
        default_factory=list
    )  # sans message, et sans personne à sa connaissance
    people: list[int] = field(default_factory=list)  # qui n'ont jamais rien dit, ni rien reçu
    lighter: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # octets, images


def full(limits: Limits, space: Space | None) -> bool:
    """Plus rien n'est accepté, de personne."""
    if space is None:
        return False
    return space.free < limits.spare or space.used >= limits.base * MEGABYTE


def room_for(limits: Limits, space: Space | None, person: Person, picture: int) -> str:
    """Pourquoi ce qu'elle dit n'a pas de place ; rien, s'il y en a. `picture` : octets, ou 0."""
    if person.bytes >= limits.messages_per_person:
        return "Vous en avez trop dit pour ce serveur : effacez de vos messages."
    if picture and person.pictures + picture > limits.pictures_per_person:
        return "Vos images prennent trop de place sur ce serveur : effacez-en."
    if full(limits, space):
        return "Le serveur n'a plus de place."
    if space is None:
        return ""
    whole = limits.base * MEGABYTE
    nearly = space.free < limits.spare_for_pictures or space.used >= whole * NEARLY
    if picture and nearly:
        return "Le serveur n'a presque plus de place : il ne prend plus d'images."
    return ""
