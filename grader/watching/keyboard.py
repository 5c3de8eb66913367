"""Les touches une à une, sans Entrée ni écho ; et le terminal rendu tel qu'on l'a trouvé.

Toujours : à la fin, à la première exception, à Ctrl-C, et le temps d'un Ctrl-Z.
"""

import copy
import os
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grader.sandbox.inherited import stops_held

LOCAL, CHARACTERS = 3, 6  # places, dans ce que rend tcgetattr
MAX_KEYS = 64  # octets lus d'un coup
ESCAPE = "\x1b"


def read(terminal: int) -> str | None:
    """Les touches pressées ; None s'il n'y en aura plus. Une flèche, ou « Début », n'est rien."""
    try:
        data = os.read(terminal, MAX_KEYS)
    except BlockingIOError:
        return ""
    except OSError:  # le terminal n'est plus là
        return None
    if not data:
        return None
    text = data.decode("utf-8", "ignore")
    return "" if text.startswith(ESCAPE) else text


@contextmanager
def one_by_one(terminal: int) -> Iterator[None]:
    """Le temps du bloc, chaque touche se lit dès qu'elle est pressée."""
    mode = _Mode(terminal)

    def suspend(number: int, _: object) -> None:
        mode.leave()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # arrêté ici, jusqu'à fg
        signal.signal(number, suspend)
        mode.enter()

    def resume(_number: int, _: object) -> None:  # après un SIGSTOP, qu'on ne voit pas venir
        mode.enter()

    handlers = {signal.SIGTSTP: suspend, signal.SIGCONT: resume}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        mode.enter()
        yield
    finally:
        with stops_held():  # un second Ctrl-C n'empêche pas de rendre le terminal
            for number, handler in before.items():
                signal.signal(number, handler)
            mode.leave()


class _Mode:
    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._before: list[Any] = termios.tcgetattr(terminal)

    def enter(self) -> None:
        """Touche par touche ; en arrière-plan, le système nous arrête ici jusqu'à fg."""
        wanted = copy.deepcopy(self._before)
        wanted[LOCAL] &= ~(termios.ICANON | termios.ECHO)
        wanted[CHARACTERS][termios.VMIN], wanted[CHARACTERS][termios.VTIME] = 1, 0
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, wanted)

    def leave(self) -> None:
        """Comme on l'a trouvé ; en arrière-plan, il est à un autre, qu'on ne dérange pas."""
        try:
            if os.tcgetpgrp(self._terminal) == os.getpgrp():
                termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)
        except (OSError, termios.error):  # il n'est plus là
            pass
