"""Ce dont un programme hérite de qui l'a lancé, et qui ne doit rien changer à ce qu'il fait."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

# Ceux-là, Python les ignore pour lui-même, et les rend à chaque programme qu'il lance.
KEPT = frozenset({signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ})
UMASK = 0o022
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def forget() -> None:
    """Les signaux et le umask d'un terminal neuf, pour ce processus-ci et ceux qu'il lancera.

    Un programme lancé par « cmd & » ignore Ctrl-C ; sous nohup, il ignore la fin de son terminal.
    """
    for number in signal.valid_signals() - KEPT:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(UMASK)


def keep_only(*kept: int) -> None:
    """Ferme tous les fichiers ouverts, sauf ceux-là, dont aucun programme lancé n'héritera."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    next_one = 3
    for number in sorted(kept):
        os.closerange(next_one, number)
        os.set_inheritable(number, False)
        next_one = number + 1
    os.closerange(next_one, os.sysconf("SC_OPEN_MAX"))


@contextmanager
def stops_held() -> Iterator[None]:
    """Un arrêt demandé ici (Ctrl-C, SIGTERM) attend la fin du bloc.

    Autour d'un fork, Python exécute du code à lui et y oublie toute exception : l'arrêt serait
    perdu. L'enfant, où il attend aussi, est à libérer (`forget`).
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
