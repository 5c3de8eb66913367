"""Laisse derrière elle un démon sourd aux signaux."""

import os
import signal
import sys
import time

from tools import behave, orders

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        waiting = "import time; time.sleep(1000)"
        for number in range(3):
            os.close(number)
        os.execv(sys.executable, [sys.executable, "-c", waiting, orders["marque"]])
    os._exit(0)
if os.fork() == 0:
    command = ["nohup", sys.executable, "-c", "import time; time.sleep(1000)", orders["marque"]]
    os.execvp(command[0], command)
time.sleep(0.2)
behave()
