"""Une image qui vient en morceaux : ce qui se dit d'autre passe entre eux."""

from dataclasses import replace

from chatroom.protocol import messages
from chatroom.protocol.frames import Reason
from chatroom.server.core.handlers import on
from chatroom.server.core.house import House
from chatroom.server.core.session import Session


@on(messages.SendPart)
def send_part(house: House, session: Session, message: messages.SendPart) -> None:
    """La suite de l'image à venir ; vide, ce qui en était venu s'oublie."""
    session.parts = session.parts or bytearray()
    session.parts += message.data
    if not message.data:
        session.parts = b""
    if len(session.parts) > house.limits.image:
        return session.close(Reason.TOO_LONG, _too_long(house).capitalize())
    return session.peer.send(messages.Parted(len(session.parts)).encode())


def gathered(
    house: House, session: Session, message: messages.SendImage
) -> messages.SendImage | None:
    """L'image entière, dont ce message n'est peut-être que la fin ; None si elle est refusée."""
    parts, session.parts = session.parts, b""
    if len(parts) + len(message.data) > house.limits.image:
        text = f"Image refusée : {_too_long(house)}"
        session.refuse(Reason.PICTURE, text, message.nonce)
        return None
    return replace(message, data=bytes(parts) + message.data) if parts else message


def _too_long(house: House) -> str:
    return f"une image a {house.limits.image} octets au plus."
