"""Qui arrive et qui part : ce qu'en dit une trame, d'une personne ou de plusieurs."""

from chatroom.client.core.events import Announcement, Gathering
from chatroom.protocol.documents import names
from chatroom.protocol.messages import Announced, Gathered, Presence


def announced(
    room: str, message: Announced | Gathered, person: int
) -> Announcement | Gathering | None:
    """None si c'est d'un serveur plus récent ; `person` : nous. ProtocolError."""
    if message.event not in list(Presence):
        return None
    presence = Presence(message.event)
    if isinstance(message, Gathered):
        return Gathering(room, presence, message.count, names(message.names))
    mine = message.person == person
    return Announcement(room, presence, message.pseudo, message.colour, mine)
