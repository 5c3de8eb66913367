"""Les contextes TLS, et ce qui est dit des fichiers qui ne conviennent pas."""

import ssl
from pathlib import Path

import pytest
from chatroom.client.network.connecting import client_context
from chatroom.protocol import ChatError
from chatroom.server.operation.tls import server_context
from cryptography.hazmat.primitives import serialization

from tests.bonus.handshakes import YEARS, certificate, handshake, served


def said(cert: Path, key: Path | None = None) -> str:
    with pytest.raises(ChatError) as raised:
        server_context(cert, key)
    return str(raised.value)


def test_the_key_may_be_with_the_certificate(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(made.key.read_bytes() + made.cert.read_bytes())
    agreed = handshake(server_context(both), client_context(made.ca), "localhost")
    assert agreed.version() == "TLSv1.3"


def test_both_sides_want_a_version_that_is_still_safe(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    for ours in (server_context(made.cert, made.key), client_context(), client_context(made.ca)):
        assert ours.minimum_version == ssl.TLSVersion.TLSv1_2
    old = served(made)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert handshake(old, client_context(made.ca), "localhost").version() == "TLSv1.2"


def test_what_is_wrong_with_a_certificate(tmp_path: Path) -> None:
    made = certificate(tmp_path / "a")
    absent, prose = tmp_path / "absent", tmp_path / "prose"
    prose.write_text("Ce n'est pas un certificat.")
    assert said(absent) == f"Certificat {absent} : il n'existe pas."
    assert said(tmp_path) == f"Certificat {tmp_path} : c'est un dossier."
    for file in (prose, made.key):
        assert said(file) == f"Certificat {file} : ce n'est pas un certificat (PEM)."
    old = certificate(tmp_path / "old", age=YEARS)
    assert said(old.cert, old.key) == (
        f"Certificat {old.cert} : il a expiré le {old.expires:%d/%m/%Y}."
    )
    early = certificate(tmp_path / "early", age=-YEARS)
    assert "il ne vaut qu'à partir du " in said(early.cert, early.key)


def test_what_is_wrong_with_a_key(tmp_path: Path) -> None:
    made, other = certificate(tmp_path / "a"), certificate(tmp_path / "b")
    absent = tmp_path / "absent"
    assert said(made.cert, absent) == f"Clé {absent} : il n'existe pas."
    assert said(made.cert, other.key) == f"Clé {other.key} : elle n'est pas celle du certificat."
    for key in (None, made.ca):
        assert said(made.cert, key) == (
            f"Clé {key or made.cert} : il n'y a pas de clé privée (PEM) dans ce fichier."
        )
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----\n")
    assert said(made.cert, broken).startswith(f"Clé {broken} : elle ne peut servir (")


@pytest.mark.parametrize("form", [
    serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL,
])  # fmt: skip
def test_a_key_behind_a_password(tmp_path: Path, form: serialization.PrivateFormat) -> None:
    """Il n'y a personne pour le donner ; OpenSSL attendrait devant le terminal."""
    made = certificate(tmp_path)
    locked = tmp_path / "locked.pem"
    key = serialization.load_pem_private_key(made.key.read_bytes(), None)
    password = serialization.BestAvailableEncryption(b"secret")
    locked.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, password))
    assert said(made.cert, locked) == (
        f"Clé {locked} : un mot de passe la protège ; il faut l'en défaire."
    )
