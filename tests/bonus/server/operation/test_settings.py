"""Les réglages du serveur : `common/test_config.py` éprouve chaque source de chacun."""

from pathlib import Path

import pytest
from chatroom.client.settings import CLIENT
from chatroom.common.settings import NAMES
from chatroom.protocol import ChatError
from chatroom.server.operation.settings import (
    SERVER,
    ServerSettings,
    durability,
    endpoint,
    hosts,
    load_server,
)


def load(tmp_path: Path, *arguments: str, **environ: str) -> ServerSettings:
    return load_server(arguments, environ, tmp_path / "chat.conf")


def test_nothing_said_is_the_default(tmp_path: Path) -> None:
    data = tmp_path / "chat_room"
    assert load(tmp_path, XDG_STATE_HOME=str(tmp_path)) == ServerSettings(data=data)


def test_what_is_said(tmp_path: Path) -> None:
    found = load(tmp_path, "--data", "/d", "--no-web", "--web-name", "a.fr", CHAT_PORT="0")
    assert found == ServerSettings(data=Path("/d"), web=False, web_names=("a.fr",), port=0)


def test_a_key_without_its_certificate(tmp_path: Path) -> None:
    with pytest.raises(ChatError, match="et pas de certificat"):
        load(tmp_path, "--tls-key", "/k.pem")


def test_names_of_machines() -> None:
    assert hosts("A.fr, été.fr") == ("a.fr", "xn--t-9fab.fr")
    for wrong in ("", "a b", "a..b", "http://a"):
        with pytest.raises(ValueError, match="il faut des noms de machines"):
            hosts(wrong)


def test_where_metrics_are_given() -> None:
    assert endpoint("9100") == ("127.0.0.1", 9100)
    assert endpoint("[2001:db8::1]:9100") == ("2001:db8::1", 9100)
    with pytest.raises(ValueError, match=r"HÔTE:PORT"):
        endpoint("::1:9100")
    with pytest.raises(ValueError, match=r"un port est un entier"):
        endpoint("localhost:")


def test_durability() -> None:
    assert [durability(one) for one in ("full", "normal", "off")] == ["full", "normal", "off"]
    with pytest.raises(ValueError, match=r"^il faut full, normal ou off$"):
        durability("FULL")


def test_the_file_of_both_knows_every_setting() -> None:
    assert SERVER.keys() | CLIENT.keys() == set(NAMES)


@pytest.mark.parametrize(
    ("name", "close"),
    [("CHAT_PROT", "CHAT_PORT"), ("CHAT_port", "CHAT_PORT"), ("CHAT_CONFG", "CHAT_CONFIG")],
)
def test_a_misspelt_variable_is_said(name: str, close: str, tmp_path: Path) -> None:
    with pytest.raises(ChatError, match=f"^« {name} » est inconnu \\(peut-être {close}\\).$"):
        load(tmp_path, **{name: "1"})


def test_what_is_asked_of_the_base(tmp_path: Path) -> None:
    asked = [["--check"], ["--backup", "/x/c.db"], ["--forget", " bob "], ["--export", "bob"]]
    found = [load(tmp_path, *one).task for one in asked]
    assert found == [("check", ""), ("backup", "/x/c.db"), ("forget", "bob"), ("export", "bob")]
    assert load(tmp_path).task is None
    with pytest.raises(SystemExit):
        load(tmp_path, "--operator", "")
