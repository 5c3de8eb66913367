"""Ne demande rien, mais laisse un démon qui demandera une page à la place du prochain essai."""

import contextlib
import os
import ssl
import sys
import time
import urllib.request

CONTEXT = ssl._create_unverified_context()
parent = os.getpid()
if os.fork() == 0:
    os.setsid()
    for number in range(3):
        os.close(number)
    while os.getppid() == parent:
        time.sleep(0.01)
    time.sleep(0.5)  # bien plus que ne met la cellule à mourir
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen("https://www.survivant.fr", context=CONTEXT, timeout=1)
        time.sleep(0.02)
if len(sys.argv) == 1:  # un essai où l'on ne dit rien : le temps que les démons d'avant agissent
    time.sleep(0.9)
