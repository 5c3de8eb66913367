"""La preuve d'un jeton : elle ne vaut que là, qu'une fois, et seul qui a l'empreinte la lit."""

import hashlib

from chatroom.common.proofs import CHALLENGE, IDENTITY, masked, proof_of, unmasked
from chatroom.protocol.messages import PROOF, TOKEN

TOKEN_OF_ALICE, OTHER = bytes(range(TOKEN)), b"x" * TOKEN
SERVER, FIRST = b"s" * IDENTITY, b"1" * CHALLENGE


def test_the_proof_of_a_token() -> None:
    assert proof_of(TOKEN_OF_ALICE) == hashlib.sha256(TOKEN_OF_ALICE).digest()


def test_who_has_the_proof_reads_the_token() -> None:
    shown = masked(TOKEN_OF_ALICE, FIRST, SERVER)
    assert len(shown) == PROOF
    assert TOKEN_OF_ALICE not in shown
    proofs = [proof_of(OTHER), proof_of(TOKEN_OF_ALICE)]
    assert unmasked(shown, proofs, FIRST, SERVER) == TOKEN_OF_ALICE


def test_who_has_not_does_not_nor_elsewhere_nor_again() -> None:
    shown, proofs = masked(TOKEN_OF_ALICE, FIRST, SERVER), [proof_of(TOKEN_OF_ALICE)]
    assert unmasked(shown, [proof_of(OTHER)], FIRST, SERVER) == b""
    assert unmasked(shown, [], FIRST, SERVER) == b""
    assert unmasked(shown, proofs, b"2" * CHALLENGE, SERVER) == b""
    assert unmasked(shown, proofs, FIRST, b"t" * IDENTITY) == b""
    assert unmasked(shown[:-1], proofs, FIRST, SERVER) == b""
    altered = bytes((*shown[:-1], shown[-1] ^ 1))
    assert unmasked(altered, proofs, FIRST, SERVER) == b""


def test_it_is_never_twice_the_same() -> None:
    assert masked(TOKEN_OF_ALICE, FIRST, SERVER) != masked(TOKEN_OF_ALICE, FIRST, SERVER)


def test_the_very_bytes_another_client_would_write() -> None:
    """masqué = jeton XOR HMAC-SHA256(SHA256(jeton), défi + serveur + tirage du client)."""
    nonce = b"n" * TOKEN
    block = 64
    key = proof_of(TOKEN_OF_ALICE).ljust(block, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + FIRST + SERVER + nonce).digest()
    mask = hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
    shown = nonce + bytes(a ^ b for a, b in zip(TOKEN_OF_ALICE, mask, strict=True))
    assert unmasked(shown, [proof_of(TOKEN_OF_ALICE)], FIRST, SERVER) == TOKEN_OF_ALICE
