"""Le fichier d'exemple : il se charge tel quel, et montre chaque réglage."""

import re
from ipaddress import ip_network
from pathlib import Path

import pytest
from chatroom.client.settings import ClientSettings, load_client
from chatroom.common import settings
from chatroom.server.operation.settings import ServerSettings, load_server

from tests.bonus.common.test_config import EXAMPLE, Load, read


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    return tmp_path / "chat.conf"


@pytest.mark.parametrize("load", [load_server, load_client])
def test_the_example_loads_as_it_is_and_changes_nothing(load: Load, tmp_path: Path) -> None:
    without = load([], {}, tmp_path / "absent")
    assert load(["--config", str(EXAMPLE)], {}, tmp_path / "absent") == without


def test_the_example_shows_every_key_with_its_default(beside: Path) -> None:
    text = re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shown = re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(shown) == sorted(settings.KEYS)
    server, client = read(text, beside), read(text, beside, load_client)
    log, etc = Path("/var/log/chat_room"), Path("/etc/chat_room")
    assert server == ServerSettings(
        data=Path("/var/lib/chat_room"),
        log=log,
        web_names=("chat.exemple.fr",),
        trusted_proxy=(ip_network("127.0.0.1"),),
        tls_cert=etc / "tls.pem",
        tls_key=etc / "tls-key.pem",
        metrics=("127.0.0.1", 9100),
        code="sésame",
        guests=etc / "classe.txt",
    )
    ca = etc / "tls-ca.pem"
    assert client == ClientSettings(
        log=log, pseudo="it4", room="general", code="sésame", tls=True, tls_ca=ca
    )
