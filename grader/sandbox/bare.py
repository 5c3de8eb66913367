"""Sans bac à sable, le port 8888 et /tmp sont ceux de la machine : les trouver libres, les rendre.

Rien de la personne n'est écrasé : ce qui, dans /tmp, porte un nom qu'écrivent les scripts est mis
de côté, puis rendu ; ce qu'ils y ont écrit est effacé.
"""

import errno
import fcntl
import os
import pwd
import shutil
import socket
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grader.model.examples import PORT
from grader.model.records import Kind, RefusedError
from grader.sandbox.inherited import stops_held

TMP = Path("/tmp")
PAGE = "web_page"  # celle de l'étape I.2 ; les autres pages sont web_…, d'après leur URL
PAGES = "web_*"
LISTENING = "0A"  # <net/tcp_states.h>, tel que /proc/net/tcp l'écrit
ON_PORT: frozenset[Kind] = frozenset({"server", "client"})
ON_DISK: frozenset[Kind] = frozenset({"fetch", "fetch_many", "measure"})
PATIENCE = 600.0  # secondes ; une correction ordinaire sans bac à sable en prend cent
MAX_NAME = 60  # caractères


class BareError(RefusedError):
    """Ce qui empêche de corriger sans bac à sable."""


def check_port(port: int = PORT) -> None:
    """BareError si ce port est pris ; elle dit par qui."""
    for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                if family == socket.AF_INET6:
                    trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind((host, port))
                trial.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:  # sinon : pas d'IPv6, par exemple
                raise BareError(
                    f"Le port {port} est déjà pris, et sans bac à sable les étapes II.2 à II.6 en "
                    f"ont besoin : {_holders(port)}."
                ) from None


def _holders(port: int) -> str:
    """Qui écoute là : « python (processus 1234) », ou son compte si le système cache le reste."""
    sockets = dict(_listening(port))
    found: dict[str, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                with suppress(OSError):
                    if (inode := str(descriptor.readlink())) in sockets:
                        found[inode] = f"{_name(process)} (processus {process.name})"
    told = {found.get(inode) or f"un programme de {_user(user)}" for inode, user in sockets.items()}
    return ", ".join(sorted(told)) or "un programme que le système ne montre pas"


def _listening(port: int) -> Iterator[tuple[str, int]]:
    """Les sockets qui écoutent sur ce port : leur inode, et le compte de qui les a ouvertes."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError), open(f"/proc/net/{table}", encoding="ascii") as lines:
            for line in list(lines)[1:]:
                fields = line.split()
                if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[9]}]", int(fields[7])


def _name(process: Path) -> str:
    """Sa commande, sans le chemin du programme : « python bonus/server.py »."""
    words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    shown = " ".join([Path(words[0]).name, *words[1:]]).strip()
    return shown if len(shown) <= MAX_NAME else f"{shown[:MAX_NAME]}…"


def _user(number: int) -> str:
    try:
        return f"l'utilisateur {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"l'utilisateur {number}"


@contextmanager
def room(kinds: Collection[Kind], folder: Path = TMP) -> Iterator[None]:
    """La place de juger de telles étapes, à une seule correction à la fois ; BareError à défaut."""
    with ExitStack() as stack:
        if on_disk := not ON_DISK.isdisjoint(kinds):
            stack.enter_context(_alone(folder))
        if not ON_PORT.isdisjoint(kinds):
            check_port()
        if on_disk:
            stack.enter_context(pages_set_aside(folder))
        yield


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Attend la fin d'une autre correction : elles se prendraient leurs pages."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        limit = time.monotonic() + PATIENCE
        while not _locked(descriptor):
            if time.monotonic() > limit:
                raise BareError("Une autre correction sans bac à sable est en cours, et dure.")
            time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # tué, on le rend aussi
    except BlockingIOError:
        return False
    return True


@contextmanager
def pages_set_aside(folder: Path = TMP) -> Iterator[None]:
    """`folder` n'a d'abord aucune page ; à la fin, celles d'avant, et elles seules.

    BareError si celle de l'étape I.2 est à quelqu'un d'autre.
    """
    aside = _folder_beside(folder)
    try:
        if aside:
            for page in folder.glob(PAGES):
                _set_aside(page, aside)
        others = set(folder.glob(PAGES))  # d'un autre compte : aucun script n'y peut rien non plus
        try:
            yield
        finally:
            with stops_held():
                for page in set(folder.glob(PAGES)) - others:
                    _remove(page)
    finally:
        if aside:
            with stops_held():
                _give_back(aside, folder)


def _folder_beside(folder: Path) -> Path | None:
    """Où mettre ses pages, s'il en a : tué d'un coup, le correcteur ne laisse rien de vide."""
    if not any(folder.glob(PAGES)):
        return None
    return Path(tempfile.mkdtemp(prefix="tp6-pages-", dir=folder))


def _give_back(aside: Path, folder: Path) -> None:
    for page in aside.iterdir():
        with suppress(OSError):
            page.rename(folder / page.name)
    with suppress(OSError):  # ce qui n'a pu être rendu y reste
        aside.rmdir()


def _set_aside(page: Path, aside: Path) -> None:
    try:
        page.rename(aside / page.name)
    except PermissionError:
        if page.name == PAGE:
            raise BareError(
                f"{page} est à {_user(page.lstat().st_uid)}, et sans bac à sable l'étape I.2 doit "
                "pouvoir l'écrire : il faut d'abord l'effacer."
            ) from None


def _remove(page: Path) -> None:
    with suppress(OSError):
        if page.is_dir() and not page.is_symlink():
            shutil.rmtree(page, ignore_errors=True)
        else:
            page.unlink()
