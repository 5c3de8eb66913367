"""Ce que la personne demande est vérifié ici d'abord : le serveur, lui, pourrait couper.

Chacune lève ValueError, avec une phrase en français pour la personne.
"""

from chatroom.protocol.text import clean_name
from wording.harmless import neutral


def checked_name(what: str, name: str, limit: int) -> str:
    """`limit` est en caractères."""
    try:
        return clean_name(name, limit)
    except ValueError as why:
        raise ValueError(f"{what} refusé : {why}.") from None


def checked_text(text: str, limit: int) -> str:
    """`limit` est en octets."""
    kept = neutral(text).strip()
    if not kept:
        raise ValueError("Un message vide.")
    if len(kept.encode()) > limit:
        raise ValueError(f"Trop long : un message a {limit} octets au plus.")
    return kept


def checked_image(image: bytes, limit: int) -> bytes:
    """`limit` est en octets."""
    if not 0 < len(image) <= limit:
        raise ValueError(f"Une image a {limit} octets au plus.")
    return image
