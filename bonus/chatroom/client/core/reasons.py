"""Les raisons que donne un serveur : celles que l'on connaît, et s'il faut y revenir."""

from chatroom.protocol.frames import Reason

# Revenir ne servirait à rien, ou gênerait quelqu'un.
FINAL = {
    Reason.PROTOCOL,
    Reason.VERSION,
    Reason.PSEUDO_TAKEN,
    Reason.NAME,
    Reason.TAKEN_OVER,
    Reason.FLOOD,
    Reason.TOO_LONG,
    Reason.BANNED,
    Reason.DENIED,
    Reason.CODE,
    Reason.EXPELLED,
}


def known(number: int) -> Reason | None:
    """La raison de ce nombre ; None s'il est d'un serveur plus récent."""
    return Reason(number) if number in list(Reason) else None
