"""Un vrai serveur que l'on surveille : son état, ses mesures, un disque qui ne veut plus rien."""

import re
import resource
import socket
import urllib.error
import urllib.request
from pathlib import Path

from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing, Refused, Said, Say

from tests.bonus.processes import Client, Server, present
from tests.bonus.webclients import WebClient, raw
from tests.support.processes import limited, run
from tests.support.waiting import DEADLINE, wait_until

REFUSED = (
    "le disque ne répond pas comme il faut"  # ce que dit SQLite d'un fichier qui ne grandit plus
)


def fetched(server: Server, path: str) -> tuple[int, str]:
    """Ce que répond à cette demande l'adresse d'où l'on surveille."""
    found = re.search(r"Mesures : (http://\S+)/metrics", server.out)
    assert found
    try:
        with urllib.request.urlopen(f"{found[1]}{path}", timeout=DEADLINE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def measured(server: Server, name: str) -> float:
    _, text = fetched(server, "/metrics")
    (value,) = [
        line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(f"{name} ")
    ]
    return float(value)


def test_it_can_be_watched(tmp_path: Path) -> None:
    with Server(tmp_path, "--metrics", "0") as server, present(server, "alice") as (alice, room):
        server.expect("Mesures : http://127.0.0.1:")
        assert fetched(server, "/healthz") == (200, "ok\n")
        before = {
            name: measured(server, f"chat_{name}_bytes_total") for name in ("received", "sent")
        }
        alice.tell(Say(room, 1, "bonjour"))
        said = alice.expect(Said)
        assert measured(server, "chat_messages_total") == 1
        size = len(Say(room, 1, "bonjour").encode())
        assert measured(server, "chat_received_bytes_total") - before["received"] == size
        assert measured(server, "chat_sent_bytes_total") - before["sent"] == len(said.encode())
        assert measured(server, 'chat_connections{kind="tcp"}') == 1
        assert measured(server, "chat_people_present") == 1
        wait_until(lambda: measured(server, "chat_loop_lag_seconds_count"), "aucun retard mesuré")
        assert fetched(server, "/")[0] == 404
        assert server.stop() == 0


def test_connections_are_told_apart(tmp_path: Path) -> None:
    def connected() -> list[float]:
        kinds = ("tcp", "websocket", "http")
        return [measured(server, f'chat_connections{{kind="{kind}"}}') for kind in kinds]

    with (
        Server(tmp_path, "--metrics", "0") as server,
        Client(server),
        WebClient(server),
        raw(server),
    ):
        server.expect("Mesures : ")
        wait_until(lambda: connected() == [1, 1, 1], "une connexion n'est pas comptée")
        assert server.stop() == 0


def test_who_is_refused_at_the_door_is_counted(tmp_path: Path) -> None:
    options = ("--limit", "connections_per_address=1", "--limit", "requests=1")
    with (
        Server(tmp_path, "--metrics", "0", *options) as server,
        Client(server),
        Client(server),  # n'a pas de place, et il peut le lire
        Client(server) as third,
    ):
        server.expect("Mesures : ")
        assert isinstance(third.receive(), Closing)
        assert measured(server, "chat_connections_refused_total") == 1
        assert server.stop() == 0


def test_nobody_watches_unless_asked(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        assert server.stop() == 0
        assert "Mesures" not in server.out


def test_a_port_already_watched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("bonus/server.py", "-p", "0", "--metrics", str(port), "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"Impossible d'écouter sur 127.0.0.1:{port} : ce port est déjà pris." in done.stderr
    assert "L'option --metrics en choisit un autre." in done.stderr


def test_a_server_that_cannot_store_is_not_healthy(tmp_path: Path) -> None:
    with limited(resource.RLIMIT_FSIZE, 300_000):
        server = Server(tmp_path, "--quiet", "--limit", "rate=0", "--metrics", "0")
    with server, present(server, "alice") as (alice, room):
        server.expect("Mesures : ")
        assert fetched(server, "/healthz") == (200, "ok\n")
        alice.tell(*(Say(room, nonce, "x" * 4_000) for nonce in range(1, 200)))
        while alice.expect(Refused).reason != Reason.STORAGE:
            pass
        status, text = fetched(server, "/healthz")
        assert status == 503
        assert text.startswith("rien ne s'enregistre : le disque ")
        assert measured(server, "chat_commit_failures_total") >= 1


def test_a_probe_finds_a_full_disk_before_anybody_speaks(tmp_path: Path) -> None:
    with Server(tmp_path, "--quiet", "--metrics", "0") as server:
        server.expect("Mesures : ")
        resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE, (1, 1))
        assert fetched(server, "/healthz") == (503, f"rien ne s'enregistre : {REFUSED}\n")
        assert measured(server, "chat_commit_failures_total") == 0
