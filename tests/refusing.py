"""Lance une commande là où le système refuse les espaces de noms : un conteneur ordinaire.

Usage : python tests/refusing.py COMMANDE [ARGUMENT…]

De quoi voir, sur une machine qui les permet, ce que devient le projet sans eux : un filtre seccomp
refuse unshare(2) et ses pareils à la commande et à tous ses descendants.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

# <asm/unistd.h> : les appels qui font ou rejoignent un espace de noms.
MACHINES = {  # architecture (<linux/audit.h>), mount, setns, unshare, clone
    "x86_64": (0xC000_003E, 165, 308, 272, 56),
    "aarch64": (0xC000_00B7, 40, 268, 97, 220),
}
CLONE3 = 435  # un filtre n'en lit pas les drapeaux : « appel inconnu », la libc prend alors clone
NAMESPACES = 0x7E02_0000  # <linux/sched.h> : CLONE_NEWNS, CLONE_NEWCGROUP… CLONE_NEWNET
# <linux/filter.h>, <linux/seccomp.h>, <linux/prctl.h>
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, FAIL = 0x7FFF_0000, 0x0005_0000
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def refusal(machine: str) -> bytes:
    architecture, mount, setns, unshare, clone = MACHINES[machine]
    code = [  # opération, saut si vrai, saut si faux, opérande
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 0, 10, architecture),
        (LOAD, 0, 0, NUMBER),
        (EQUAL, 6, 0, CLONE3),
        (EQUAL, 6, 0, mount),
        (EQUAL, 5, 0, setns),
        (EQUAL, 1, 0, unshare),
        (EQUAL, 0, 4, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 1, 2, NAMESPACES),
        (RETURN, 0, 0, FAIL | errno.ENOSYS),
        (RETURN, 0, 0, FAIL | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def refuse() -> None:
    code = refusal(platform.machine())
    program = Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    refuse()
    try:
        os.execvp(sys.argv[1], sys.argv[1:])
    except OSError as error:
        sys.exit(f"{sys.argv[1]} : {error.strerror}")


if __name__ == "__main__":
    main()
