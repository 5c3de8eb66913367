"""Prend de la mémoire que les limites d'un processus ne comptent pas."""

import ctypes
import os
import socket
import sys

from tools import attempt, behave, orders

SIZE = int(orders["octets"])
BLOCK = b"x" * 1_000_000
IPC_CREAT = 0o1000

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
kept: list[object] = []


def attach(size: int) -> None:
    """Un segment System V, rempli puis détaché : il n'est plus à personne."""
    identifier = libc.shmget(0, size, IPC_CREAT | 0o600)
    if identifier < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    address = libc.shmat(identifier, None, 0)
    ctypes.memset(address, 1, size)
    libc.shmdt(ctypes.c_void_p(address))


with attempt("des fichiers en mémoire, sans nom"):
    for number in range(SIZE // 3_000_000 + 1):
        file = os.memfd_create(f"bloc{number}")
        kept.append(file)
        for _ in range(3):
            os.write(file, BLOCK)
with attempt("des segments System V"):
    for _ in range(SIZE // 10_000_000):
        attach(10_000_000)
with attempt("des files de messages System V"):
    if libc.msgget(0, IPC_CREAT | 0o600) < 0:
        raise OSError(ctypes.get_errno(), "msgget")
with attempt("des sémaphores System V"):
    if libc.semget(0, 30_000, IPC_CREAT | 0o600) < 0:
        raise OSError(ctypes.get_errno(), "semget")
with attempt("des files de sockets que personne ne lit"):
    for _ in range(SIZE // 100_000):
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        kept.append(pair)
        pair[0].setblocking(False)
        pair[0].send(BLOCK)
behave()
sys.stdout.flush()
