"""Prouver qu'on a un jeton sans le montrer : qui n'en a pas l'empreinte n'apprend rien.

Le serveur ne garde d'un jeton que son empreinte. Le client le lui envoie masqué par une suite
d'octets que seule cette empreinte permet de refaire : celui qui se fait passer pour le serveur, et
ne l'a donc pas, ne peut pas le lire. Chaque défi ne sert qu'une fois (comme SCRAM, RFC 5802).
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

from chatroom.protocol.messages import PROOF, TOKEN

IDENTITY = CHALLENGE = 16  # octets


def proof_of(token: bytes) -> bytes:
    """L'empreinte d'un jeton. Il est tiré au hasard sur 32 octets : nul besoin de la ralentir."""
    return hashlib.sha256(token).digest()


def masked(token: bytes, challenge: bytes, server: bytes) -> bytes:
    """Ce que montre d'un jeton de 32 octets qui répond à ce défi, de ce serveur : 64 octets."""
    nonce = secrets.token_bytes(TOKEN)
    return nonce + _xor(token, _mask(proof_of(token), challenge + server + nonce))


def unmasked(shown: bytes, proofs: Iterable[bytes], challenge: bytes, server: bytes) -> bytes:
    """Le jeton que montre `shown`, si son empreinte est l'une de celles-là ; vide sinon."""
    if len(shown) != PROOF:
        return b""
    nonce, hidden = shown[:TOKEN], shown[TOKEN:]
    for proof in proofs:
        token = _xor(hidden, _mask(proof, challenge + server + nonce))
        if hmac.compare_digest(proof_of(token), proof):
            return token
    return b""


def _mask(proof: bytes, text: bytes) -> bytes:
    return hmac.digest(proof, text, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
