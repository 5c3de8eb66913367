"""Une bombe à processus : chacun de ses enfants en fait d'autres, et aucun ne finit."""

import os
import signal
import sys

from tools import behave, orders, succeeded

wanted = int(orders["processes"])
born = 0
for _ in range(wanted):
    try:
        if os.fork() == 0:
            try:
                os.fork()
            finally:
                signal.pause()
    except OSError:
        break
    born += 1
if born >= wanted:
    succeeded("autant de processus que voulu")
behave()
sys.stdout.flush()
