"""Cherche à savoir comment le correcteur a été lancé : signaux, umask."""

import os
import signal

from tools import behave, succeeded

EXPECTED = {signal.SIGPIPE, signal.SIGXFSZ}  # que Python ignore toujours
ignored = {n for n in signal.valid_signals() if signal.getsignal(n) is signal.SIG_IGN}
if ignored - EXPECTED:
    succeeded(f"des signaux ignorés : {ignored - EXPECTED}")
if signal.pthread_sigmask(signal.SIG_BLOCK, []):
    succeeded("des signaux bloqués")
if os.umask(0o022) != 0o022:
    succeeded("un autre umask")
behave()
