"""L'arène : un processus dans ses propres espaces de noms (user, network, mount, pid, ipc, uts).

Pas de `unshare` en ligne de commande : l'arène naît d'un fork du correcteur, qui a déjà tout
importé, et coûte ainsi quelques millisecondes au lieu d'un démarrage de Python.
"""

import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

from grader.sandbox.netlink import make_every_address_local
from wording.reasons import reason

# <linux/sched.h>, <sys/mount.h>, <linux/prctl.h>
NEW_MOUNTS, NEW_UTS, NEW_IPC = 0x0002_0000, 0x0400_0000, 0x0800_0000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x1000_0000, 0x2000_0000, 0x4000_0000
EVERYTHING = NEW_UTS | NEW_IPC | NEW_USER | NEW_PIDS | NEW_NETWORK  # sauf les montages
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1
CAPABILITIES_V3 = 0x2008_0522  # _LINUX_CAPABILITY_VERSION_3, <linux/capability.h>
# Root donne à l'arène mille utilisateurs ordinaires, pour que la copie ne tourne pas en root.
STRANGERS, STRANGERS_COUNT = 100_000, 1000
FIRST_STRANGER = 1000  # là où il n'y en a pas cent mille (un conteneur) ; plus bas, le système
SACRIFICED = (
    "1000"  # le premier qu'arrête le noyau quand la mémoire manque : oom_score_adj, proc(5)
)


Watch = Callable[[int], None]


class NamespaceError(Exception):
    """Le système refuse de créer l'arène."""


def _libc(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


def mount(source: str, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    _libc(
        "mount",
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )


def bind(source: Path, target: Path) -> None:
    """Montre aussi `source` (et ce qui y est monté) en `target`, qui doit exister."""
    mount(str(source), target, flags=MS_BIND | MS_REC)


def die_with_parent() -> None:
    _libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _strangers(process: Path = Path("/proc/self")) -> int | None:
    """Le premier de mille utilisateurs de suite, à donner à l'arène ; None s'il n'y en a pas."""
    if os.geteuid():
        return None
    ranges = []
    for name in ("uid_map", "gid_map"):
        rows = (process / name).read_text(encoding="ascii").splitlines()
        ranges.append([(int(first), int(count)) for first, _, count in map(str.split, rows)])
    for start in (STRANGERS, FIRST_STRANGER):
        end = start + STRANGERS_COUNT
        if all(any(a <= start and end <= a + count for a, count in rows) for rows in ranges):
            return start
    return None


def _maps() -> list[str]:
    """Ce qui écrit, en shell, qui est qui dans l'espace d'utilisateurs d'un processus."""
    strangers = _strangers()
    if strangers is not None:
        rows = f"0 0 1\\n1 {strangers} {STRANGERS_COUNT}\\n"
        return [f"printf '{rows}' > {file}" for file in ("uid_map", "gid_map")]
    return [
        "echo deny > setgroups",
        f"echo 0 {os.geteuid()} 1 > uid_map",
        f"echo 0 {os.getegid()} 1 > gid_map",
    ]


def _unshare(flags: int) -> None:
    """unshare(2) ; un enfant resté dehors écrit les tables, ce que root ne pourrait plus d'ici.

    C'est un shell : un enfant né d'un fork recopierait, pour cela, de quoi retrouver toute la
    mémoire du correcteur.
    """
    command = ["/bin/sh", "-c", " && ".join(["read -r _", *_maps()])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=f"/proc/{os.getpid()}"
    ) as helper:
        _libc("unshare", flags)
        helper.communicate(b"\n")
    if helper.returncode:
        raise PermissionError("les tables d'utilisateurs n'ont pu être écrites")


def ordinary_user_exists() -> bool:
    """Vrai dans une arène qui a reçu d'autres utilisateurs que son root."""
    return len(Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()) > 1


def split(watch: Watch) -> None:
    """Fait vivre la suite à un enfant ; ce processus-ci le surveille (`watch`), et finit avec lui.

    Il le tue s'il reçoit SIGTERM, ou s'il meurt.
    """
    child = os.fork()
    if child == 0:
        die_with_parent()
        return
    die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
    watch(child)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def enter(watch: Watch = lambda _: None) -> None:
    """Fait entrer dans une arène le processus, qui doit n'avoir qu'un fil.

    Au retour on est le processus 1 de l'arène, avec tous les droits dans celle-ci et aucun dehors ;
    l'ancien processus reste dehors, où il ne voit que le réseau de l'arène, et surveille : quand il
    finit, plus rien ne court dans l'arène. NamespaceError si le système refuse.
    """
    try:
        Path("/proc/self/oom_score_adj").write_text(SACRIFICED, encoding="ascii")
        _unshare(EVERYTHING)
        if ordinary_user_exists():
            os.setgroups([])
        split(watch)
        _libc("unshare", NEW_MOUNTS)  # pas plus tôt : dehors, /proc montre ceux d'ici
        mount("none", Path("/"), flags=MS_REC | MS_PRIVATE)
        mount("proc", Path("/proc"), "proc")
        make_every_address_local()
        socket.sethostname("tp6")
    except OSError as error:
        raise NamespaceError(reason(error)) from error
    except AttributeError as error:  # hors de Linux
        raise NamespaceError(str(error)) from error


def shut_in(folder: Path, place: Path) -> None:
    """Entre dans une arène où il n'y a plus que `folder`, à la racine ; n'y garde aucun pouvoir.

    `place` : un dossier qui existe partout, où le montrer. NamespaceError si le système refuse.
    """
    os.chdir(
        folder
    )  # d'ici : dans l'arène, root lui-même n'aurait peut-être pas le droit d'y aller
    enter()
    try:
        bind(Path(), place)
        os.chroot(place)
        os.chdir("/")
        header = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0)
        _libc("capset", header, (ctypes.c_uint32 * 6)())
    except OSError as error:
        raise NamespaceError(reason(error)) from error
