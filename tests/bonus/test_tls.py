"""Le chat par TLS, de bout en bout : de vrais processus, et le certificat que fait le serveur."""

import re
import shlex
import socket
import ssl
import struct
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chatroom.client.network.connecting import client_context
from chatroom.client.network.link import GONE, IN_CLEAR, UNVERIFIED
from chatroom.protocol.messages import Greeting, Welcome
from chatroom.server.operation.certificates import Made
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.bonus.client.faces.running import Client
from tests.bonus.handshakes import YEARS, certificate
from tests.bonus.introducing import introduced
from tests.bonus.processes import Server
from tests.support.processes import run
from tests.support.waiting import DEADLINE, wait_until

pytestmark = pytest.mark.proof

UNKNOWN = "L'autorité qui a signé le certificat de ce serveur est inconnue"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return certificate(tmp_path / "tls", "127.0.0.1")


@pytest.fixture
def server(tmp_path: Path, made: Made) -> Iterator[Server]:
    with secured(tmp_path, made) as running:
        yield running
        assert running.stop() == 0
        assert running.err == ""


def secured(folder: Path, made: Made, *options: str, port: int = 0) -> Server:
    files = ("--tls-cert", str(made.cert), "--tls-key", str(made.key))
    return Server(folder / "data", *files, *options, port=port)


def client(folder: Path, server: Server, pseudo: str, *options: str) -> Client:
    home = folder / pseudo
    arguments = ["bonus/client.py", "-p", str(server.port), "--pseudo", pseudo, "--room", "salon"]
    return Client(
        [*arguments, "--log", str(home / "log"), *options],
        {"HOME": str(home), "XDG_STATE_HOME": str(home)},
    )


def last_words(folder: Path, server: Server, *options: str) -> str:
    """Ce que dit un client que TLS arrête aussitôt."""
    with client(folder, server, "alice", *options) as alice:
        assert alice.wait() == 1
        return alice.out


def test_two_people_talk_and_the_page_is_there(tmp_path: Path, server: Server, made: Made) -> None:
    with client(tmp_path, server, "alice", "--tls-ca", str(made.ca)) as alice:
        alice.expect("— Vous êtes dans salon (1 personne) —")
        with client(tmp_path, server, "bob", "--tls-ca", str(made.cert)) as bob:
            bob.type("bonjour")
            alice.expect("[hh:mm] bob a dit : bonjour")
            assert bob.leave() == 0
        assert alice.leave() == 0
        assert "Traceback" not in alice.out + bob.out
        assert "Warning" not in alice.out + bob.out
    place, trust = f"127.0.0.1:{server.web_port}", client_context(made.ca)
    with urllib.request.urlopen(f"https://{place}/", context=trust, timeout=DEADLINE) as page:
        assert page.status == 200
    with connect(f"wss://{place}/socket", ssl=trust, origin=Origin(f"https://{place}")) as web:
        web.send(introduced("alice au web"))
        assert web.recv(DEADLINE)[:1] == bytes((Greeting.KIND,))
        data = web.recv(DEADLINE)
        assert isinstance(data, bytes)
        assert data[0] == Welcome.KIND


def test_who_does_not_trust_it_says_why_and_leaves(
    tmp_path: Path, server: Server, made: Made
) -> None:
    assert last_words(tmp_path, server, "--tls").startswith(UNKNOWN)
    other = certificate(tmp_path / "other")
    assert last_words(tmp_path, server, "--tls-ca", str(other.ca)).startswith(UNKNOWN)
    assert last_words(tmp_path, server, "--tls-ca", str(made.ca), "-a", "localhost") == (
        "Le certificat de ce serveur n'est pas celui de localhost, mais de 127.0.0.1\n"
    )
    assert last_words(tmp_path, server) == f"{IN_CLEAR}\n"
    absent = tmp_path / "absent"
    assert last_words(tmp_path, server, "--tls-ca", str(absent)) == (
        f"Certificat {absent} : il n'existe pas.\n"
    )


def test_who_does_not_want_to_know_is_told(tmp_path: Path, server: Server) -> None:
    with client(tmp_path, server, "alice", "--tls-insecure") as alice:
        alice.expect(f"— {UNVERIFIED}")
        alice.expect("Bienvenue alice !")
        assert alice.leave() == 0


def test_tls_before_a_server_in_clear(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        assert last_words(tmp_path, server, "--tls") == "Ce serveur ne parle pas TLS : sans --tls\n"
        assert server.stop() == 0


def test_killed_and_resumed(tmp_path: Path, made: Made) -> None:
    """Comme en clair : ce qui était dit l'est une fois, et rien ne manque."""
    with ExitStack() as stack:
        server = stack.enter_context(secured(tmp_path, made))
        alice = stack.enter_context(client(tmp_path, server, "alice", "--tls-ca", str(made.ca)))
        alice.type("avant")
        alice.expect("[hh:mm] Vous avez dit : avant")
        server.popen.kill()
        wait_until(lambda: f"{GONE} ; nouvel essai dans" in alice.out, lambda: alice.out)
        alice.type("pendant")
        server.wait()
        again = stack.enter_context(secured(tmp_path, made, port=server.port))
        alice.expect("Reconnecté.")
        alice.type("après")
        assert alice.leave() == 0
        said = [line for line in alice.lines if "Vous avez dit" in line]
        assert said == [f"[hh:mm] Vous avez dit : {text}" for text in ("avant", "pendant", "après")]
        assert again.stop() == 0
        assert again.err == ""


def test_an_agreement_never_finished_holds_nobody(
    tmp_path: Path, server: Server, made: Made
) -> None:
    """Muets, bavards, ou partis en plein milieu : les autres ne s'en aperçoivent pas."""
    hello = bytes.fromhex("16 03 01 02 00 01 00 01 fc 03 03")  # le début d'un ClientHello
    with ExitStack() as stack:
        for data in (b"", hello, b"GET / HTTP/1.0\r\n\r\n", bytes(1_000)):
            for port in (server.port, server.web_port):
                late = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                late.sendall(data)
                gone = socket.create_connection(("127.0.0.1", port))
                gone.sendall(data)
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                gone.close()
        with client(tmp_path, server, "alice", "--tls-ca", str(made.ca)) as alice:
            alice.type("bonjour")
            alice.expect("[hh:mm] Vous avez dit : bonjour")
            assert alice.leave() == 0


def test_in_https_the_page_is_never_in_clear_again(tmp_path: Path, made: Made) -> None:
    """Sous le nom qu'on lui a donné ; « 127.0.0.1 », lui, sert à d'autres programmes."""
    with secured(tmp_path, made, "--web-name", "chat.exemple.fr") as server:
        found = []
        for host in ("chat.exemple.fr", "127.0.0.1"):
            url = f"https://127.0.0.1:{server.web_port}/"
            request = urllib.request.Request(url, headers={"Host": host})
            trust = client_context(made.ca)
            with urllib.request.urlopen(request, context=trust, timeout=DEADLINE) as page:
                found.append(page.headers["Strict-Transport-Security"])
        assert found == ["max-age=31536000", None]
        assert server.stop() == 0


def test_an_agreement_has_to_be_prompt(tmp_path: Path, made: Made) -> None:
    with secured(tmp_path, made, "--limit", "handshake=0.5") as server:
        for port in (server.port, server.web_port):
            with socket.create_connection(("127.0.0.1", port), DEADLINE) as mute:
                assert mute.recv(1) == b""
        assert server.stop() == 0
        assert server.err == ""


def test_stopping_is_clean(tmp_path: Path, made: Made) -> None:
    """Chacun est congédié, et l'adieu arrive entier, fin de TLS comprise."""
    with secured(tmp_path, made) as server:
        context = client_context(made.ca)
        plain = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
        with context.wrap_socket(
            plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False
        ) as alice:
            alice.sendall(introduced("alice"))
            said = b""
            while bytes((Welcome.KIND,)) not in said:  # précédé de Greeting
                said += alice.recv(65_536)
            server.popen.terminate()
            said = b""
            while data := alice.recv(65_536):
                said += data
        assert "Le serveur s'arrête.".encode() in said
        assert server.wait() == 0
        assert server.err == ""


def test_a_server_that_cannot_prove_who_it_is_does_not_start(tmp_path: Path) -> None:
    old = certificate(tmp_path / "old", age=YEARS)
    where = ("-p", "0", "--data", str(tmp_path / "data"), "--log", str(tmp_path / "log"))
    for options, text in (
        (("--tls-cert", str(old.cert), "--tls-key", str(old.key)), " : il a expiré le "),
        (("--tls-cert", str(tmp_path / "absent")), " : il n'existe pas."),
        (("--tls-key", str(old.key)), "Il y a une clé privée (TLS_KEY), et pas de certificat"),
    ):
        done = run("bonus/server.py", *where, *options)
        assert (done.returncode, done.stdout) == (1, "")
        assert text in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_the_first_certificate(tmp_path: Path) -> None:
    """Les commandes que donne --make-cert, telles quelles, suffisent."""
    data = str(tmp_path / "data")
    done = run("bonus/server.py", "--make-cert", "-p", "0", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    told = dict(line.split(" : ", 1) for line in done.stdout.splitlines() if " : " in line)
    assert told["Certificat"] == f"{data}/tls.pem"
    assert re.fullmatch("([0-9A-F]{2}:){31}[0-9A-F]{2}", told["Empreinte SHA-256"])
    _, script, *options = shlex.split(told["Pour lancer le serveur"])
    assert script == "bonus/server.py"
    client_command = shlex.split(told["Pour y venir, dans un autre terminal"])
    trust = client_command[client_command.index("--tls-ca") :]
    with (
        Server(tmp_path / "data", *options) as server,
        client(tmp_path, server, "alice", *trust, "-a", "localhost") as alice,
    ):
        alice.expect("Bienvenue alice !")
        assert alice.leave() == 0
        seen = ssl.get_server_certificate(("127.0.0.1", server.port))
        assert seen == (tmp_path / "data/tls.pem").read_text()
        assert server.stop() == 0
    again = run("bonus/server.py", "--make-cert", "--data", data)
    assert again.returncode == 1
    assert again.stderr.startswith(f"Existe déjà : {data}/tls-key.pem, ")


def test_a_certificate_where_one_says(tmp_path: Path) -> None:
    cert, key = tmp_path / "a.crt", tmp_path / "a.key"
    options = ("--tls-cert", str(cert), "--tls-key", str(key), "--no-web", "-a", "0.0.0.0")
    done = run("bonus/server.py", "--make-cert", *options, "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "navigateur" not in done.stdout
    (command,) = re.findall("^Pour lancer le serveur : (.*)$", done.stdout, re.MULTILINE)
    assert command.count("--tls-cert") == command.count("--tls-key") == 1
    assert cert.exists()
    assert not (tmp_path / "data").exists()
