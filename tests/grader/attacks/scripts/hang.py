"""S'arrête sans finir, de toutes les façons."""

import os
import signal
import time

from tools import orders

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
if orders["sorte"] == "terminal fermé":
    for number in range(3):
        os.close(number)
elif orders["sorte"] == "arrêtée":
    os.kill(os.getpid(), signal.SIGSTOP)
elif orders["sorte"] == "groupe arrêté":
    if os.fork() == 0:
        os.kill(0, signal.SIGSTOP)
elif orders["sorte"] == "occupée":
    while True:
        pass
while True:
    time.sleep(10)
