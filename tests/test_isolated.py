"""Le réseau à part où tournent les tests."""

import sys

from tests.support.processes import run

INTERFACES = "import socket; print([name for _, name in socket.if_nameindex()])"
LOOPBACK = """
import socket
server = socket.create_server(("127.0.0.1", 8888))
socket.create_connection(("127.0.0.1", 8888)).close()
server.close()
"""


def test_has_only_the_loopback_or_says_so() -> None:
    result = run("tests/isolated.py", sys.executable, "-c", INTERFACES)
    assert result.returncode == 0
    if result.stderr:
        assert result.stderr == "Pas de réseau à part ici : le port 8888 doit être libre.\n"
    else:
        assert result.stdout == "['lo']\n"


def test_the_loopback_works_and_the_port_is_free() -> None:
    result = run("tests/isolated.py", sys.executable, "-c", LOOPBACK)
    assert result.returncode == 0, result.stderr


def test_passes_on_the_exit_code_and_what_is_wrong() -> None:
    assert run("tests/isolated.py", sys.executable, "-c", "raise SystemExit(7)").returncode == 7
    assert run("tests/isolated.py", "/absent").returncode == 1
    assert run("tests/isolated.py").stderr.startswith("Lance une commande")
