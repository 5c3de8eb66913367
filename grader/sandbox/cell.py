"""La cellule d'un programme : ses dossiers à lui, et la commande qui l'y enferme."""

import dataclasses
import os
import shutil
import stat
import sys
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from grader.sandbox.limits import Limits, Measures
from grader.sandbox.namespaces import MS_NODEV, MS_NOSUID, bind, mount, ordinary_user_exists
from grader.sandbox.syscalls import denial_filter

HOME = PurePosixPath("/home/etudiant")
COPY = HOME / "tp6"  # la copie, dans la cellule
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
NAME_SERVER = "198.18.0.53"
FILTER = "calls.bpf"
STRANGER = 1  # dans une arène ouverte par root, l'utilisateur qui lance la copie
TMP = PurePosixPath("/tmp")
MAX_LISTED = 5000  # noms examinés pour retrouver une page mal rangée

ENVIRONMENT = {
    "HOME": str(HOME),
    "LANG": "C.UTF-8",
    "LOGNAME": "etudiant",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "SSL_CERT_FILE": CERTIFICATES,
    "TERM": "xterm-256color",
    "USER": "etudiant",
}
ETC = {
    "group": "etudiant:x:1000:\nnogroup:x:65534:\n",
    "hostname": "tp6\n",
    "hosts": "127.0.0.1 localhost tp6\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "passwd": f"etudiant:x:1000:1000::{HOME}:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n",
    "resolv.conf": f"nameserver {NAME_SERVER}\n",
}


@dataclass(frozen=True)
class Runtime:
    """Un Python et ce qu'il faut montrer du disque pour qu'il marche."""

    executable: Path
    roots: tuple[Path, ...]  # dossiers et fichiers hors de /usr
    authorities: tuple[Path, ...] = ()  # les cacert.pem que ses modules croient


@dataclass
class Cell(ABC):
    """Les dossiers d'un programme, vus du correcteur ; les liens n'y sont jamais suivis."""

    home: Path
    tmp: Path
    log: Path
    limits: Limits
    options: dict[str, Any] = field(default_factory=dict)  # pour subprocess

    @abstractmethod
    def command(self, runtime: Runtime, arguments: Sequence[str], folder: str) -> list[str]:
        """La commande qui lance `python ARGUMENTS…` dans `folder`, un dossier de la copie."""

    @property
    def copy(self) -> Path:
        return self.home / COPY.name

    def read(self, path: PurePosixPath, limit: int) -> bytes | None:
        """Un fichier ordinaire de la cellule, au plus `limit` octets ; None s'il n'y est pas."""
        for seen, real in ((TMP, self.tmp), (HOME, self.home)):
            if path.is_relative_to(seen):
                return _read_beneath(real, path.relative_to(seen).parts, limit)
        return None

    def plant(self, path: PurePosixPath, content: bytes) -> None:
        """Pose dans /tmp un fichier que le programme pourra remplacer ; avant de le lancer."""
        file = self.tmp / path.relative_to(TMP)
        with suppress(OSError):  # un nom trop long : le programme ne l'écrira pas non plus
            file.write_bytes(content)
            file.chmod(0o666)

    def files(self) -> Iterator[PurePosixPath]:
        """Les fichiers ordinaires laissés dans la cellule, en nombre borné."""
        return _files_of((TMP, self.tmp), (HOME, self.home))


def _files_of(*places: tuple[PurePosixPath, Path]) -> Iterator[PurePosixPath]:
    """En largeur d'abord, sans suivre de lien ni de fil : un labyrinthe ne retient pas."""
    folders = deque(places)
    listed = 0
    while folders and listed < MAX_LISTED:
        seen, real = folders.popleft()
        try:
            with os.scandir(real) as entries:
                found = sorted(islice(entries, MAX_LISTED - listed), key=lambda entry: entry.name)
        except OSError:  # fermé, disparu, ou chemin trop long
            continue
        listed += len(found)
        for entry in found:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    folders.append((seen / entry.name, Path(entry.path)))
                elif entry.is_file(follow_symlinks=False):
                    yield seen / entry.name


def _read_beneath(root: Path, parts: tuple[str, ...], limit: int) -> bytes | None:
    """Lit `root/parts` sans suivre un seul lien : un lien mènerait aux fichiers du correcteur."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    if ".." in parts:
        return None
    try:
        descriptor = os.open(root, flags | os.O_DIRECTORY)
        for place, part in enumerate(parts):
            parent = descriptor
            last = place == len(parts) - 1
            try:
                descriptor = os.open(part, flags if last else flags | os.O_DIRECTORY, dir_fd=parent)
            finally:
                os.close(parent)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit)
    finally:
        os.close(descriptor)


def _limited(limits: Limits, measures: Measures) -> list[str]:
    """Les limites se posent dedans : celle des processus ne compte alors que ceux de la copie."""
    options = ["--core=0", "--rtprio=0", f"--nofile={limits.open_files}"]
    if measures.process_limit:
        options.append(f"--nproc={limits.processes}")
    if measures.memory_limit:
        options.append(f"--as={limits.address_space}")
    if measures.disk_limit:
        options.append(f"--fsize={limits.file_size}")
    if measures.cpu_limit:
        options.append(f"--cpu={limits.cpu}")
    return ["prlimit", *options, "--"]


class BubblewrapCell(Cell):
    """Dans une arène : bubblewrap, un utilisateur ordinaire sans capacité, un système figé."""

    measures: Measures
    system: Path  # ce que l'arène a préparé : etc/, roots/, le filtre
    shared_memory: Path  # son /dev/shm
    filter: int  # descripteur du filtre des appels système ; -1 : aucun

    @classmethod
    def create(cls, system: Path, number: int, limits: Limits, measures: Measures) -> "Cell":
        place = system / f"cell{number}"
        place.mkdir()
        if measures.disk_limit:
            options = f"size={limits.disk},nr_inodes={limits.files},mode=755"
            mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, options)
        if not measures.output_limit:
            limits = dataclasses.replace(limits, output=sys.maxsize)
        cell = cls(place / "home", place / "tmp", place / "log", limits)
        cell.measures, cell.system, cell.shared_memory = measures, system, place / "shm"
        for folder in (cell.home, cell.tmp, cell.log, cell.shared_memory):
            folder.mkdir()
            folder.chmod(0o777)
        cell.options = cell._options()
        return cell

    def _options(self) -> dict[str, Any]:
        measures = self.measures
        options: dict[str, Any] = {}
        if os.geteuid() == 0 and ordinary_user_exists() and measures.user:
            options |= {"user": STRANGER, "group": STRANGER, "extra_groups": []}
        if measures.environment:
            options["env"] = {}  # celui de bubblewrap se lit aussi, dans /proc/1
        self.filter = -1
        if measures.system_calls and denial_filter():
            self.filter = os.open(self.system / FILTER, os.O_RDONLY | os.O_CLOEXEC)
            options["pass_fds"] = (self.filter,)
        if not measures.descriptors:
            if options.pop("pass_fds", None):
                os.set_inheritable(self.filter, True)
            options["close_fds"] = False
        return options

    def command(self, runtime: Runtime, arguments: Sequence[str], folder: str) -> list[str]:
        measures = self.measures
        options = ["--unshare-ipc", "--unshare-uts", "--hostname", "tp6", "--unshare-cgroup-try"]
        if measures.user:
            options += ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]
        if measures.user and measures.nested_namespaces:
            options += ["--disable-userns"]
        if measures.processes:
            options += ["--unshare-pid"]
        if measures.lifetime:
            options += ["--die-with-parent"]
        options += self._files(runtime)
        if self.filter >= 0:
            options += ["--seccomp", str(self.filter)]
        path = f"{runtime.executable.parent}:{ENVIRONMENT['PATH']}"  # le même pour `python`
        for name, value in (ENVIRONMENT | {"PATH": path}).items():
            options += ["--setenv", name, value]
        options += ["--chdir", str(COPY / folder)]
        inside = [*_limited(self.limits, measures), "setsid", "--ctty"]
        return [
            shutil.which("bwrap") or "bwrap",
            *options,
            "--",
            *inside,
            str(runtime.executable),
            *arguments,
        ]

    def _files(self, runtime: Runtime) -> list[str]:
        if not self.measures.filesystem:
            options = ["--dev-bind", "/", "/", "--tmpfs", "/home", "--tmpfs", "/root"]
        else:
            options = ["--ro-bind", "/usr", "/usr", "--ro-bind", str(self.system / "etc"), "/etc"]
            for name in ("bin", "lib", "lib32", "lib64", "libx32", "sbin"):
                if Path("/", name).is_symlink():
                    options += ["--symlink", str(Path("/", name).readlink()), f"/{name}"]
                elif Path("/", name).is_dir():
                    options += ["--ro-bind", f"/{name}", f"/{name}"]
            options += ["--dev", "/dev", "--bind", str(self.shared_memory), "/dev/shm"]
            options += ["--remount-ro", "/dev"]
        options += ["--proc", "/proc"] if self.measures.processes else ["--bind", "/proc", "/proc"]
        private = self.measures.private_tmp
        for own, shared in ((self.tmp, "/tmp"), (self.log, "/var/log")):
            options += ["--bind", str(own) if private else shared, shared]
        options += ["--bind", str(self.home), str(HOME)]
        for root in runtime.roots:
            options += ["--ro-bind", str(self._shown(root)), str(root)]
        for authority in runtime.authorities:
            options += ["--ro-bind", str(self.system / "etc/ssl/certs/ca-certificates.crt")]
            options += [str(authority)]
        # La racine et /dev sont des disques en mémoire : sans cela, on y écrirait sans limite.
        return [*options, "--remount-ro", "/"] if self.measures.filesystem else options

    def _shown(self, root: Path) -> Path:
        """Où l'arène montre ce dossier ; tel quel, l'utilisateur de la cellule n'y entrerait pas
        s'il se trouve dans un dossier personnel."""
        return self.system / "roots" / root.relative_to("/")


def prepare_system(
    place: Path, runtimes: Sequence[Runtime], authority: bytes, measures: Measures
) -> None:
    """Monte en `place`, dans l'arène, ce que les cellules montreront : un /etc, des Python."""
    mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, "size=256m,mode=755")
    if measures.system_calls:
        (place / FILTER).write_bytes(denial_filter())
    etc = place / "etc"
    (etc / "ssl/certs").mkdir(parents=True)
    for name, content in ETC.items():
        (etc / name).write_text(content, encoding="utf-8")
    (etc / "ssl/certs/ca-certificates.crt").write_bytes(authority)
    for copied in ("ld.so.cache", "ssl/openssl.cnf", "localtime"):
        with suppress(OSError):
            shutil.copyfile(Path("/etc", copied), etc / copied)
    for root in {root for runtime in runtimes for root in runtime.roots}:
        shown = place / "roots" / root.relative_to("/")
        if root.is_dir():
            shown.mkdir(parents=True, exist_ok=True)
        else:
            shown.parent.mkdir(parents=True, exist_ok=True)
            shown.touch()
        bind(root, shown)


class PlainCell(Cell):
    """Sans bac à sable : pour son propre code, sur une machine qui n'en a pas les moyens."""

    environment: dict[str, str]

    @classmethod
    def create(cls, place: Path, limits: Limits, environment: dict[str, str]) -> "Cell":
        home = place / "home"
        home.mkdir(parents=True)
        cell = cls(home, Path("/tmp"), place, limits)
        cell.options = {"env": {**os.environ, **environment}}
        for name in list(cell.options["env"]):
            if name.startswith("PYTHON"):
                del cell.options["env"][name]
        return cell

    def command(self, runtime: Runtime, arguments: Sequence[str], folder: str) -> list[str]:
        inside = ["env", "-C", str(self.copy / folder)] if sys.platform == "linux" else []
        limits = _limited(self.limits, Measures(process_limit=False))
        return [*inside, *limits, "setsid", "--ctty", str(runtime.executable), *arguments]

    def files(self) -> Iterator[PurePosixPath]:
        """Seulement la copie : le /tmp d'une personne n'est pas à fouiller."""
        return _files_of((HOME, self.home))
