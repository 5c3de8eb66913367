"""Ne demande rien, mais laisse un démon qui demandera une page à la place du prochain essai."""

import contextlib
import os
import select
import signal
import ssl
import time
import urllib.request

CONTEXT = ssl._create_unverified_context()
signal.signal(signal.SIGHUP, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    terminal = select.poll()
    terminal.register(0, 0)
    while not terminal.poll():  # le correcteur ferme son terminal : l'essai est fini
        pass
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen("https://www.survivant.fr", context=CONTEXT, timeout=1)
        time.sleep(0.02)
time.sleep(600)
