"""Ce dont un programme hérite de qui l'a lancé, et qui ne doit rien changer à ce qu'il fait."""

import os
import signal

# Ceux-là, Python les ignore pour lui-même, et les rend à chaque programme qu'il lance.
KEPT = frozenset({signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ})
UMASK = 0o022


def forget() -> None:
    """Les signaux et le umask d'un terminal neuf, pour ce processus-ci et ceux qu'il lancera.

    Un programme lancé par « cmd & » ignore Ctrl-C ; sous nohup, il ignore la fin de son terminal.
    """
    for number in signal.valid_signals() - KEPT:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(UMASK)
