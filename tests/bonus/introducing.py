"""Se présenter d'un trait : un serveur lit Identify après Hello, qu'on ait lu Greeting ou non."""

from chatroom.protocol.messages import VERSION, Hello, Identify, Message


def introduction(
    pseudo: str, token: bytes = b"", device: int = 0, code: str = ""
) -> tuple[Message, ...]:
    """`token` : le jeton lui-même, ou rien."""
    return Hello(VERSION), Identify(0, device, pseudo, code, token)


def introduced(pseudo: str, token: bytes = b"") -> bytes:
    """Les mêmes, en octets."""
    return b"".join(message.encode() for message in introduction(pseudo, token))
