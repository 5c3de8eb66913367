"""Les réglages du client : `common/test_config.py` éprouve chaque source de chacun."""

from pathlib import Path

import pytest
from chatroom.client.settings import CLIENT, ClientSettings, load_client
from chatroom.common.settings import NAMES
from chatroom.protocol import ChatError


def load(tmp_path: Path, *arguments: str, **environ: str) -> ClientSettings:
    return load_client(arguments, environ, tmp_path / "chat.conf")


def test_nothing_said_is_the_default(tmp_path: Path) -> None:
    assert load(tmp_path) == ClientSettings()


def test_what_is_said(tmp_path: Path) -> None:
    found = load(tmp_path, "--pseudo", "zoé", "--room", "été", "--lines", CHAT_PORT="9")
    assert found == ClientSettings(pseudo="zoé", room="été", lines=True, port=9)


@pytest.mark.parametrize("option", [("--tls-ca", "/ca.pem"), ("--tls-insecure",)])
def test_whoever_speaks_of_tls_uses_it(option: tuple[str, ...], tmp_path: Path) -> None:
    """Même si une autre source dit non : plutôt chiffrer pour rien."""
    assert load(tmp_path, *option, CHAT_TLS="non").tls
    assert not load(tmp_path).tls


def test_where_it_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ChatError, match=r"^CHAT_PORT ne peut pas valoir « 0 »"):
        load(tmp_path, CHAT_PORT="0")


def test_the_file_of_both_knows_every_setting() -> None:
    assert CLIENT.keys() <= set(NAMES)
