"""Ce que demandent les signaux, selon que le serveur a un terminal ou non."""

import asyncio
import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from chatroom.protocol.messages import Closing
from chatroom.server.operation import signals
from chatroom.server.operation.signals import Orders, has_terminal, listen_to_signals

from tests.bonus.processes import Client
from tests.support.processes import run
from tests.support.terminal import Terminal
from tests.support.waiting import DEADLINE


@dataclass
class Place:
    host: str
    port: int
    web_port: int = 0


ASK = (
    "import sys; sys.path.insert(0, 'bonus')\n"
    "from chatroom.server.operation.signals import has_terminal\n"
    "print('terminal :', has_terminal())"
)


def test_a_terminal_or_none() -> None:
    assert "terminal : False" in run("-c", f"import os; os.setsid()\n{ASK}").stdout
    with Terminal("-c", ASK) as terminal:
        terminal.expect("terminal : True")
    assert has_terminal() in {True, False}  # selon d'où l'on lance les tests


async def _heard(number: signal.Signals, orders: Orders) -> list[str]:
    heard: list[str] = []
    done = asyncio.Event()

    def order(name: str) -> None:
        heard.append(name)
        done.set()

    loop = asyncio.get_running_loop()
    listen_to_signals(loop, orders)
    os.kill(os.getpid(), signal.SIGUSR1)  # trop tôt : rien
    orders.reload, orders.reread = (lambda: order("reload")), (lambda: order("reread"))
    for _ in range(3):
        await asyncio.sleep(0)
    heard.clear()
    done.clear()
    os.kill(os.getpid(), number)
    waiting = [asyncio.ensure_future(one.wait()) for one in (done, orders.stop)]
    await asyncio.wait(waiting, timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
    for handled in (signal.SIGHUP, signal.SIGUSR1, signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(handled)
    return [*heard, "stop"] if orders.stop.is_set() else heard


@pytest.mark.parametrize(
    ("number", "terminal", "expected"),
    [
        (signal.SIGTERM, False, "stop"),
        (signal.SIGINT, True, "stop"),
        (signal.SIGUSR1, True, "reread"),
        (signal.SIGUSR1, False, "reread"),
        (signal.SIGHUP, False, "reload"),
        (signal.SIGHUP, True, "stop"),
    ],
)
def test_what_each_signal_asks(
    number: signal.Signals, terminal: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "has_terminal", lambda: terminal)
    before = signal.getsignal(signal.SIGINT)

    async def scene() -> list[str]:
        return await _heard(number, Orders())

    try:
        assert asyncio.run(scene()) == [expected]
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_terminal_that_closes_stops_it_with_a_goodbye(tmp_path: Path) -> None:
    log = tmp_path / "log"
    options = ["-p", "0", "--quiet", "--data", str(tmp_path), "--log", str(log)]
    with Terminal("bonus/server.py", *options, columns=200) as terminal:
        terminal.expect("Ou dans un navigateur")
        found = re.search(r"écoute sur (\S+):(\d+)", terminal.text)
        assert found

        with Client(Place(found[1], int(found[2]))) as client:
            client.hello("alice")
            os.kill(terminal.popen.pid, signal.SIGHUP)
            assert client.expect(Closing).text == "Le serveur est arrêté."
        assert terminal.popen.wait(DEADLINE) == 0


def test_nohup_is_heeded() -> None:
    code = (
        "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "import asyncio; sys.path.insert(0, 'bonus')\n"
        "from chatroom.server.operation.signals import Orders, listen_to_signals\n"
        "async def main():\n"
        "    listen_to_signals(asyncio.get_running_loop(), Orders())\n"
        "    print(int(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN))\n"
        "asyncio.run(main())"
    )
    with Terminal("-c", code) as terminal:
        terminal.expect("1")
