"""Ce que le serveur dit en s'ouvrant."""

import os
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from chatroom.server.operation import invitation
from chatroom.server.operation.invitation import Invitation
from chatroom.server.operation.settings import ServerSettings


def said(port: int = 8888, web_port: int | None = 8080, **settings: object) -> list[str]:
    """Sans le Python de l'essai."""
    made = ServerSettings(data=Path("/data"), **settings)  # type: ignore[arg-type]
    lines = Invitation(made, port, web_port).lines()
    python = os.path.relpath(sys.executable)
    return [line.replace(python, "python") for line in lines]


@pytest.fixture(autouse=True)
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitation, "network_addresses", lambda: ("192.168.1.20", "fd00::2"))


def test_this_machine_only() -> None:
    assert said() == [
        "Pour y venir, dans un autre terminal : python bonus/client.py",
        "Ou dans un navigateur : http://localhost:8080/",
        "On n'y vient que de cette machine ; de tout le réseau, avec « -a 0.0.0.0 ».",
    ]


def test_the_whole_network() -> None:
    assert said(9999, host="0.0.0.0")[2:] == [
        "D'une autre machine du réseau : http://192.168.1.20:8080/ ou "
        "python bonus/client.py -a 192.168.1.20 -p 9999",
        "En clair : tout le réseau peut lire. Pour chiffrer : "
        "python bonus/server.py --make-cert -a 0.0.0.0",
    ]
    everywhere = said(host="::")
    assert "http://[fd00::2]:8080/ ou python bonus/client.py -a fd00::2" in everywhere[-2]


def test_in_clear_is_said_to_who_can_be_read() -> None:
    """Pas d'une seule machine, ni avec TLS, ni derrière un mandataire, qui a sans doute le sien."""
    proxy = (ip_network("10.0.0.1"),)
    for lines in (
        said(),
        said(host="0.0.0.0", trusted_proxy=proxy),
        said(host="::", tls_cert=Path("/tls.pem")),
    ):
        assert not any("En clair" in line for line in lines)
    assert "--make-cert -a 192.168.1.20" in said(host="192.168.1.20")[-1]


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitation, "network_addresses", tuple)
    assert said(host="0.0.0.0")[-2] == (
        "Cette machine n'a pas d'adresse sur un réseau : on n'y vient que d'ici."
    )


def test_a_name_without_the_page() -> None:
    assert said(web_port=None, host="chat.fr") == [
        "Pour y venir, dans un autre terminal : python bonus/client.py -a chat.fr",
        "En clair : tout le réseau peut lire. Pour chiffrer : "
        "python bonus/server.py --make-cert -a chat.fr",
    ]


def test_with_tls_what_to_trust(tmp_path: Path) -> None:
    """L'autorité que fait --make-cert, si elle est là ; le certificat, sinon."""
    cert, ca = tmp_path / "tls.pem", tmp_path / "tls-ca.pem"
    assert said(tls_cert=cert)[0].endswith(f" --tls-ca {cert}")
    assert said(tls_cert=cert)[1].endswith(" : https://localhost:8080/")
    ca.touch()
    assert said(tls_cert=cert)[0].endswith(f" --tls-ca {ca}")
