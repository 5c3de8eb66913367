"""Cherche à devenir quelqu'un d'autre, ou à agir sur le noyau."""

import ctypes
import os
import resource
import socket
import subprocess

from tools import attempt, behave

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x0002_0000, 0x1000_0000, 0x4000_0000
MS_REMOUNT, MS_BIND = 32, 4096
ETH_P_ALL = 3
libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


with attempt("un montage"):
    call("mount", b"tmpfs", b"/tmp", b"tmpfs", 0, None)
with attempt("un système remis en écriture"):
    call("mount", None, b"/usr", None, MS_REMOUNT | MS_BIND, None)
with attempt("un démontage"):
    call("umount2", b"/etc", 2)
for flags in (CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET):
    with attempt("un espace de noms à soi"):
        call("unshare", flags)
with attempt("une racine à soi"):
    os.chroot("/tmp")
with attempt("une autre identité"):
    os.setuid(0)
with attempt("un autre groupe"):
    os.setgroups([0])
for command in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "-t", "tmpfs", "x", "/tmp"]):
    with attempt(f"un programme privilégié : {command[0]}"):
        subprocess.run(
            command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=5
        )
with attempt("les paquets du réseau"):
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)).close()
with attempt("un socket brut"):
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
with attempt("un port réservé"):
    socket.create_server(("127.0.0.1", 81)).close()
with attempt("un périphérique"):
    os.mknod("/tmp/disque", 0o60666, os.makedev(254, 0))
with attempt("un autre nom de machine"):
    socket.sethostname("intrus")
with attempt("une priorité de temps réel"):
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
with attempt("une priorité plus grande"):
    os.nice(-5)
with attempt("le journal du noyau"):
    call("klogctl", 3, ctypes.create_string_buffer(64), 64)
with attempt("une limite levée"):
    resource.setrlimit(resource.RLIMIT_NPROC, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
behave()
