"""Ce que dit le serveur du premier certificat qu'il fait."""

from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.server.operation.certifying import make_cert
from chatroom.server.operation.settings import ServerSettings
from cryptography import x509
from cryptography.hazmat.primitives import hashes

WORDS = ["bonus/server.py", "--make-cert", "-p", "9999"]


def test_what_is_made_and_how_to_use_it(tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path / "data", port=9999, web_names=("chat.fr",))
    lines = list(make_cert(settings, WORDS))
    cert = tmp_path / "data/tls.pem"
    made = x509.load_pem_x509_certificate(cert.read_bytes())
    assert lines[0] == f"Certificat : {cert}"
    assert lines[1] == f"Clé privée : {tmp_path}/data/tls-key.pem, à ne donner à personne"
    assert "chat.fr" in lines[3]
    assert lines[4].endswith(made.fingerprint(hashes.SHA256()).hex(":").upper())
    key = tmp_path / "data/tls-key.pem"
    assert lines[5].endswith(f"bonus/server.py -p 9999 --tls-cert {cert} --tls-key {key}")
    assert any(f"-p 9999 --tls-ca {tmp_path}/data/tls-ca.pem" in line for line in lines)
    assert "comparez l'empreinte" in lines[-1]


def test_where_one_says_and_without_the_page(tmp_path: Path) -> None:
    cert = tmp_path / "a.pem"
    settings = ServerSettings(data=tmp_path, tls_cert=cert, web=False)
    lines = list(make_cert(settings, [*WORDS, "--tls-cert", str(cert)]))
    assert cert.exists()
    assert lines[5].count("--tls-cert") == 1
    assert not any("navigateur" in line for line in lines)
    with pytest.raises(ChatError, match=r"^Existe déjà"):
        list(make_cert(settings, WORDS))
