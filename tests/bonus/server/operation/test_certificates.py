"""Le certificat que fait --make-cert : ce qu'il contient, et où il s'écrit."""

import os
import socket
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chatroom.client.network.connecting import client_context
from chatroom.protocol import ChatError
from chatroom.server.operation import certificates
from chatroom.server.operation.certificates import make_certificate, server_names
from chatroom.server.operation.tls import server_context
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.bonus.handshakes import certificate, handshake

NAMES = ("localhost", "127.0.0.1", "::1", "chat.exemple.fr", "xn--t-9fab.fr")


def test_it_is_accepted_under_each_of_its_names(tmp_path: Path) -> None:
    """Par le client, qui exige autant que Python 3.13 (VERIFY_X509_STRICT)."""
    made = certificate(tmp_path, *NAMES)
    server = server_context(made.cert, made.key)
    for name in NAMES:
        peer = handshake(server, client_context(made.ca), name).getpeercert()
        assert peer
    for name in ("autre.fr", "127.0.0.2"):
        with pytest.raises(Exception, match="mismatch"):
            handshake(server, client_context(made.ca), name)


def test_what_browsers_ask_of_it(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    leaf, ca = (x509.load_pem_x509_certificate(one.read_bytes()) for one in (made.cert, made.ca))
    leaf.verify_directly_issued_by(ca)
    assert leaf.issuer == ca.subject != leaf.subject
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert leaf.not_valid_before_utc < datetime.now(UTC) - timedelta(minutes=30)
    assert made.expires == leaf.not_valid_after_utc == ca.not_valid_after_utc
    for one, authority in ((leaf, False), (ca, True)):
        basic = one.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = one.extensions.get_extension_for_class(x509.KeyUsage)
        assert (basic.critical, basic.value.ca, usage.critical) == (True, authority, True)
        assert usage.value.key_cert_sign is authority
        key = one.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert isinstance(key.curve, ec.SECP256R1)
    assert leaf.fingerprint(hashes.SHA256()).hex(":").upper() == made.fingerprint


def test_the_key_of_the_authority_is_nowhere(tmp_path: Path) -> None:
    """Qui lui fait confiance ne doit rien risquer d'un voleur de fichiers."""
    made = certificate(tmp_path)
    ca = x509.load_pem_x509_certificate(made.ca.read_bytes()).public_key()
    written = sorted(tmp_path.iterdir())
    assert written == sorted((made.cert, made.key, made.ca))
    blocks = [file.read_bytes().count(b"PRIVATE KEY-----\n") for file in written]
    assert sum(blocks) == 2  # le début et la fin d'une seule clé
    assert serialization.load_pem_private_key(made.key.read_bytes(), None).public_key() != ca


def test_two_authorities_are_not_confused(tmp_path: Path) -> None:
    """Un navigateur qui connaît l'ancienne ne doit pas la prendre pour la nouvelle."""
    cas = [certificate(tmp_path / name).ca.read_bytes() for name in "ab"]
    assert len({x509.load_pem_x509_certificate(ca).subject for ca in cas}) == 2


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_key_is_for_its_owner_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        made = certificate(tmp_path / "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.key.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(made.ca.stat().st_mode) == 0o644 & ~mask


def test_where_they_are_written(tmp_path: Path) -> None:
    usual = make_certificate(tmp_path / "data", NAMES)
    assert [one.name for one in (usual.cert, usual.key, usual.ca)] == (
        ["tls.pem", "tls-key.pem", "tls-ca.pem"]
    )
    said = make_certificate(tmp_path / "unused", NAMES, tmp_path / "a.crt")
    assert (said.key, said.ca) == (tmp_path / "a-key.pem", tmp_path / "a-ca.pem")
    both = make_certificate(tmp_path / "unused", NAMES, tmp_path / "b.crt", tmp_path / "c.key")
    assert both.key == tmp_path / "c.key"
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("name", ["tls.pem", "tls-key.pem", "tls-ca.pem"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    """Un seul qui existe déjà, et aucun des trois n'est écrit."""
    (tmp_path / name).write_text("précieux")
    with pytest.raises(ChatError) as raised:
        make_certificate(tmp_path, NAMES)
    assert str(raised.value) == (
        f"Existe déjà : {tmp_path / name}. Effacez, ou donnez un autre nom avec --tls-cert."
    )
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "précieux"


def test_what_keeps_them_from_being_written(tmp_path: Path) -> None:
    with pytest.raises(ChatError, match=r" : le dossier n'existe pas\.$"):
        make_certificate(tmp_path, NAMES, tmp_path / "absent/tls.pem")
    (tmp_path / "file").touch()
    with pytest.raises(ChatError, match=r"^Dossier .*/file : un fichier tient la place"):
        make_certificate(tmp_path / "file", NAMES)


def test_names_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Poste3")
    monkeypatch.setattr(certificates, "network_addresses", lambda: ("192.168.0.7",))
    usual = ("localhost", "127.0.0.1", "::1", "poste3", "poste3.local", "192.168.0.7")
    for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::"):
        assert server_names(host) == usual
    assert server_names("10.0.0.1", ["été.fr"]) == (*usual, "10.0.0.1", "xn--t-9fab.fr")
    monkeypatch.setattr(socket, "gethostname", lambda: "nom impossible")
    assert server_names("::1") == ("localhost", "127.0.0.1", "::1", "192.168.0.7")
