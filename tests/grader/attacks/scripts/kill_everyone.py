"""Veut arrêter le correcteur, et tout ce qui court."""

import contextlib
import ctypes
import os
import signal
from pathlib import Path

from tools import attempt, behave, succeeded

PTRACE_ATTACH = 16
libc = ctypes.CDLL(None, use_errno=True)
me = os.getpid()
visible = {int(path.name) for path in Path("/proc").glob("[0-9]*")}
if visible - {1, me}:
    succeeded("d'autres processus sont visibles")
for process in {*visible, *range(2, 400)} - {1, me}:
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        with attempt(f"signal à un autre processus : {number.name}"):
            os.kill(process, number)
for process in visible - {me}:
    with attempt("un autre processus suivi pas à pas"):
        if libc.ptrace(PTRACE_ATTACH, process, None, None):
            raise OSError(ctypes.get_errno(), "ptrace")
# Le noyau dit oui sans rien faire : ce qui compte est de vivre encore ensuite.
for process in (1, -1, -os.getppid(), -os.getpgid(1)):
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        if process not in (0, -os.getpgid(0)):
            with contextlib.suppress(OSError):
                os.kill(process, number)
behave()
