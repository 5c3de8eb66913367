"""Lance une commande dans un réseau à elle : tous les ports y sont libres, rien n'en sort.

Usage : python tests/isolated.py COMMANDE [ARGUMENT…]

Les étapes II.2 à II.4 écoutent sur le port 8888, que d'autres programmes de la machine peuvent
occuper. Là où le système ne donne pas de réseau à part, la commande est lancée telle quelle.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x1000_0000, 0x4000_0000  # <linux/sched.h>
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # <linux/sockios.h>, <linux/if.h>


def unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(control, SIOCGIFFLAGS, request))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def isolate() -> None:
    """Donne au processus un réseau où seul lo existe ; OSError si le système refuse."""
    uid, gid = os.getuid(), os.getgid()
    try:
        unshare(CLONE_NEWNET)
    except PermissionError:  # une personne ordinaire, ou root dans un conteneur
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")
    raise_loopback()


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        isolate()
    except (OSError, AttributeError):  # AttributeError : pas de unshare() hors de Linux
        print("Pas de réseau à part ici : le port 8888 doit être libre.", file=sys.stderr)
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        sys.exit(f"{sys.argv[1]} : {error.strerror}")


if __name__ == "__main__":
    main()
