"""Ce que demandent les signaux : s'arrêter, relire ses réglages, relire la base."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field


def _nothing() -> None:
    """Le serveur n'est pas encore prêt : il lira tout en s'ouvrant."""


@dataclass
class Orders:
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    reload: Callable[[], None] = _nothing  # réglages, certificat, bornes ; et la base
    reread: Callable[[], None] = _nothing  # la base, qu'un autre programme a changée


def has_terminal() -> bool:
    """Un terminal tient-il ce processus ? En fermant, il lui enverra SIGHUP."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def listen_to_signals(loop: asyncio.AbstractEventLoop, orders: Orders) -> None:
    """SIGHUP : un terminal qui se ferme arrête le serveur ; sans terminal, c'est « relis »."""
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, orders.stop.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: orders.reread())  # noqa: PLW0108 (il peut changer)
    if not has_terminal():
        loop.add_signal_handler(signal.SIGHUP, lambda: orders.reload())  # noqa: PLW0108 (de même)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # sinon, nohup l'a voulu
        loop.add_signal_handler(signal.SIGHUP, orders.stop.set)
