"""Épuise ce que la machine entière, ou le compte, se partage : une fois vide, plus pour personne."""

import ctypes
import os
import platform

from tools import attempt, behave, orders

IO_SETUP = {"x86_64": 206, "aarch64": 0}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


for what in orders["quoi"]:
    with attempt(what):
        if what == "les lectures différées":
            call("syscall", IO_SETUP, ctypes.c_long(1), ctypes.byref(ctypes.c_ulong(0)))
        elif what == "les surveillances de dossier":
            call("inotify_init")
        elif what == "les files de messages":
            call("mq_open", b"/file", os.O_CREAT | os.O_RDWR, 0o600, None)
        elif what == "les réveils":
            call("timer_create", 0, None, ctypes.byref(ctypes.c_void_p()))
behave()
