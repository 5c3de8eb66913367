"""Les deux portes du serveur, et ce qui en change sans l'arrêter."""

import asyncio
import shutil
import signal
import socket
import sqlite3
import ssl
from contextlib import closing
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Closing
from chatroom.server.operation.entrance import Entrance
from chatroom.server.operation.settings import ServerSettings
from chatroom.server.transports.tcp import Listener

from tests.bonus.handshakes import certificate
from tests.bonus.processes import Client, Server
from tests.bonus.server.core.ground import Ground
from tests.bonus.webclients import ask
from tests.support.processes import Process
from tests.support.waiting import DEADLINE, wait_until

DETACHED = (
    "import os, runpy, sys; os.setsid(); del sys.argv[0]; sys.path.insert(0, 'bonus')\n"
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


class Alone(Process):
    """Sans terminal, d'où que l'on lance les tests : SIGHUP y veut dire « relis »."""

    def __init__(self, *command: str, **environment: str) -> None:
        super().__init__("-c", DETACHED, *command, **environment)


class Configured(Server, Alone):
    """Un serveur dont les réglages sont dans un fichier."""

    def __init__(self, folder: Path, text: str, *options: str) -> None:
        self.file = folder / "chat.conf"
        self.file.write_text(text, encoding="utf-8")
        super().__init__(folder / "data", "--config", str(self.file), *options)

    def reload(self, text: str, said: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.popen.send_signal(signal.SIGHUP)
        self.expect(said)


def shown(server: Server) -> bytes | None:
    """Le certificat que montre la page, tel qu'il voyage."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((server.host, server.web_port), DEADLINE) as plain,
        context.wrap_socket(plain) as secure,
    ):
        return secure.getpeercert(binary_form=True)


def test_limits_are_read_again(tmp_path: Path) -> None:
    with Configured(tmp_path, "CONNECTIONS_PER_ADDRESS=1\n") as server, Client(server) as first:
        first.hello("alice")
        with Client(server) as second:
            assert "--trusted-proxy" in second.expect(Closing).text
        server.reload("CONNECTIONS_PER_ADDRESS=9\nTEXT=50\n", "Réglages relus")
        with Client(server) as second, ask(server, "GET", "/limits.json") as page:
            second.hello("bob")
            assert b'"text": 50,' in page.read()
        server.reload("TEXT=beaucoup\n", "Réglages inchangés : ")
        assert "TEXT ne peut pas valoir" in server.out
        server.reload("TLS_CERT=tls.pem\n", "TLS ne s'ajoute ni ne se retire sans arrêter")
        with ask(server, "GET", "/") as page:
            assert page.status == 200
        assert server.stop() == 0
        assert server.err == ""


def test_the_base_is_read_again_too(tmp_path: Path) -> None:
    with Configured(tmp_path, "") as server, Client(server) as alice:
        alice.hello("alice")
        with closing(sqlite3.connect(tmp_path / "data/chat.db")) as base, base:
            base.execute("DELETE FROM people")
        server.reload("", "Réglages relus")
        assert "plus connu de ce serveur" in alice.expect(Closing).text


def test_another_certificate(tmp_path: Path) -> None:
    """L'ancien reste si le nouveau ne convient pas, et qui est là garde sa connexion."""
    made = certificate(tmp_path)
    with Configured(tmp_path, f"TLS_CERT={made.cert.name}\nTLS_KEY={made.key.name}\n") as server:
        text, before = server.file.read_text("utf-8"), shown(server)
        made.cert.write_text("n'importe quoi")
        server.reload(text, "Réglages inchangés : Certificat ")
        assert shown(server) == before
        other = certificate(tmp_path / "other")
        shutil.copy(other.cert, made.cert)
        shutil.copy(other.key, made.key)
        server.reload(text, "Réglages relus : certificat, bornes, qui peut venir.")
        wait_until(lambda: shown(server) != before, "c'est encore l'ancien certificat")
        assert server.stop() == 0
        assert server.err == ""


async def _opened() -> None:
    listener = Listener(Ground().hub, asyncio.get_running_loop())
    settings = ServerSettings(data=Path("/data"), port=0, web_port=0)
    entrance = Entrance(settings, Limits(), listener)
    said: list[str] = []
    await entrance.open(said.append)
    assert said[0].startswith("Le chat écoute sur 127.0.0.1:")
    assert said[2].startswith("Ou dans un navigateur : http://localhost:")
    port = int(said[0].split(":")[1].split()[0])
    taken = Entrance(ServerSettings(data=Path("/data"), port=port), Limits(), listener)
    with pytest.raises(ChatError, match=r"ce port est déjà pris\. L'option -p en choisit"):
        await taken.open(said.append)
    limits = Limits(connections=7)
    entrance.renew(settings, limits)
    assert listener.turnstile.limits is limits
    for one in (taken, entrance):
        one.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


def test_they_open_change_and_close() -> None:
    asyncio.run(_opened())
