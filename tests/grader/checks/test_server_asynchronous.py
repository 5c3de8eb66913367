"""Une boucle d'événements pour tous les clients, quelle qu'elle soit ; non un fil pour chacun."""

import importlib.util
from pathlib import Path

import pytest

from tests.grader.checks.playing import message, play, textbook
from tests.grader.variants import SUBMISSIONS

ASYNCIO = textbook("II.4.server")
UVLOOP = textbook("II.4.server", ("asyncio.run(main())", "import uvloop; uvloop.run(main())"))
THREADS = (SUBMISSIONS / "odd/threads_server_ii_4.py").read_text("utf-8").replace("8888", "0")
KEYBOARD = textbook(
    "II.4.server",
    (
        "    async with server:",
        "    asyncio.get_running_loop().run_in_executor(None, input)\n    async with server:",
    ),
)
POLL = """
import select, socket
server = socket.create_server(("127.0.0.1", 0))
poll, people = select.poll(), {}
poll.register(server, select.POLLIN)
while True:
    for descriptor, _ in poll.poll():
        if descriptor == server.fileno():
            person, _ = server.accept()
            people[person.fileno()] = person
            poll.register(person, select.POLLIN)
        elif not people[descriptor].recv(1024):
            poll.unregister(descriptor)
"""
ONE_BY_ONE = """
import socket
server = socket.create_server(("127.0.0.1", 0))
while True:
    server.accept()[0].recv(1024)
"""
DEAF = """
import socket
server, people = socket.create_server(("127.0.0.1", 0)), []
while True:
    people.append(server.accept())
"""
CLOSING = textbook("II.4.server", ("    while True:", "    writer.close()\n    while True:"))


@pytest.mark.parametrize("source", [ASYNCIO, UVLOOP, KEYBOARD, POLL])
def test_one_sleep_for_all(tmp_path: Path, source: str) -> None:
    if source == UVLOOP and not importlib.util.find_spec("uvloop"):
        pytest.skip("uvloop n'est pas installé")
    outcome = play(tmp_path, "II.4.server", source, "asynchronous")
    assert message(outcome) == ""
    assert outcome.credit == 1.0


@pytest.mark.parametrize(
    ("source", "expected", "received"),
    [
        (THREADS, "chaque client y occupe un fil", "3 fils"),
        (ONE_BY_ONE, "il attend un client, et pas les autres", "1 fil "),
        (DEAF, "Aucun fil du serveur n'attend", "0 fil "),
        (CLOSING, "ferme la connexion d'un client qui n'a encore rien dit", "0 fil "),
    ],
)
def test_apart(tmp_path: Path, source: str, expected: str, received: str) -> None:
    outcome = play(tmp_path, "II.4.server", source, "asynchronous")
    assert expected in message(outcome)
    assert outcome.credit == 0.0
    assert outcome.failure
    assert outcome.failure.received.startswith(received)
