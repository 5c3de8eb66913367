"""Le mot de passe d'un salon : gardé de façon qu'on ne puisse le retrouver, ni vite l'essayer."""

import hashlib
import hmac
import secrets
import unicodedata

SALT = 16  # octets
COST = {"n": 2**14, "r": 8, "p": 1}  # 16 Mo et 40 ms : hors de la boucle


def sealed(word: str) -> bytes:
    """Ce qui s'en garde : un sel, puis l'empreinte (scrypt)."""
    salt = secrets.token_bytes(SALT)
    return salt + _digest(word, salt)


def opens(word: str, seal: bytes) -> bool:
    """Est-ce le mot de `seal` ?"""
    return hmac.compare_digest(_digest(word, seal[:SALT]), seal[SALT:])


def _digest(word: str, salt: bytes) -> bytes:
    text = unicodedata.normalize("NFC", word.strip())
    return hashlib.scrypt(text.encode(), salt=salt, dklen=32, **COST)
