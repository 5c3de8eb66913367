"""Extraire l'archive d'une copie : rien hors du dossier, aucun lien, et tout est borné.

La liste de ce qui sera écrit est d'abord dressée en entier : une archive refusée n'a rien écrit.
"""

import gzip
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from grader.classroom.omitted import Because, Omitted
from grader.discovery.files import ARCHIVE, SKIPPED_FOLDERS, printable
from grader.model.records import RefusedError
from wording.numbers import count
from wording.reasons import reason

READABLE = re.compile(r"(?i)\.(?:zip|tgz|tar|tar\.gz)$")
# zipfile lit d'un coup la table d'un zip, tarfile un en-tête, de la taille que dit l'archive.
LARGEST_READ = 4_000_000  # la table de 20 000 noms tient en 3 Mo
LARGEST_HEADER = 64 * 1024
MOST_COMMON = 10  # champs communs à tous les fichiers d'un tar, que tarfile recopie pour chacun
# Là, tarfile passerait un temps démesuré : à chercher la fin d'un nombre (CVE-2024-6232), ou à lire
# la carte d'un fichier creux.
TRAP = re.compile(rb"\d{21}|GNU\.sparse")
CHUNK = 64 * 1024
UTF8_NAME = 1 << 11  # dans un zip : ce nom est en UTF-8
LONGEST_NAME = 255  # octets : le système n'en veut pas plus
DRIVE = re.compile(r"^[A-Za-z]:")
UNREAD = {  # comment commence ce qu'on ne lit pas, et son nom
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_ARCHIVE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_BROKEN = (  # tout ce que lèvent gzip, tarfile et zipfile devant une archive abîmée ou truquée
    *(OSError, EOFError, ValueError, OverflowError, RuntimeError, IndexError, KeyError),
    *(zlib.error, struct.error, zipfile.BadZipFile, tarfile.TarError),
)

LINK = Because("lien ignoré", "liens ignorés", "on n'en extrait aucun")
SPECIAL = Because("fichier spécial ignoré", "fichiers spéciaux ignorés", "on n'en extrait aucun")
OUTSIDE = Because("fichier ignoré", "fichiers ignorés", "un chemin qui sort de l'archive")
TWICE = Because("fichier ignoré", "fichiers ignorés", "un autre porte déjà ce nom")
LARGE = Because("fichier ignoré", "fichiers ignorés", "trop gros pour être un script")
LONG = Because("fichier ignoré", "fichiers ignorés", "chemin trop long ou trop profond")
SPARSE = Because("fichier ignoré", "fichiers ignorés", "un fichier creux, fait de vide")
NESTED = Because("archive ignorée", "archives ignorées", "dans une archive, à extraire d'abord")
METHOD = Because("fichier ignoré", "fichiers ignorés", "compression inhabituelle")


class ArchiveError(RefusedError):
    """Cette archive ne s'extrait pas."""


@dataclass(frozen=True)
class ArchiveLimits:
    """Ce qu'on accepte d'une archive, où traîne parfois un environnement Python entier."""

    archive_bytes: int = 100_000_000
    entries: int = 20_000
    unpacked_bytes: int = 1_000_000_000  # tout ce qu'elle contient : une bombe en promet davantage
    header_bytes: int = 20_000_000  # les en-têtes d'un tar
    files: int = 5_000  # extraits
    kept_bytes: int = 100_000_000  # extraits
    file_bytes: int = 1_000_000  # un fichier plus gros ne serait pas lu : il n'est pas extrait
    depth: int = 16
    path_bytes: int = 1_000
    # Pour toutes les archives d'une copie. Un giga-octet que rien n'a piégé en prend trois.
    cpu_seconds: int = 10
    seconds: float = 120.0  # d'horloge : sur une machine chargée, ou un disque lointain
    memory_bytes: int = 200_000_000  # de plus que n'en tient déjà le correcteur


DEFAULT_LIMITS = ArchiveLimits()


class _Member(NamedTuple):
    name: str
    size: int
    refused: Because | None  # ce n'est pas un fichier qu'on extrait
    is_folder: bool
    open: Callable[[], IO[bytes]]


def opened(archive: Path, limits: ArchiveLimits = DEFAULT_LIMITS) -> IO[bytes]:
    """L'archive, ouverte mais pas encore lue ; ArchiveError si elle ne s'y prête pas."""
    with _telling(archive.name):
        try:
            file = open(os.open(archive, _ARCHIVE), "rb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else "ce nom est impossible"
            raise ArchiveError(f"on ne peut pas la lire, {why}") from None
        try:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ArchiveError("ce n'est pas un fichier ordinaire")
            if status.st_size > limits.archive_bytes:
                raise ArchiveError(f"elle pèse plus de {_megabytes(limits.archive_bytes)}")
        except ArchiveError:
            file.close()
            raise
        return file


def unpack(
    file: IO[bytes], name: str, folder: Path, limits: ArchiveLimits = DEFAULT_LIMITS
) -> list[str]:
    """Extrait dans `folder`, vide ou à créer ; rend ce qui a été ignoré, en français.

    ArchiveError si elle est refusée, et rien n'est écrit ; ou s'il s'avère en l'écrivant qu'elle
    est abîmée ou que le disque est plein, et `folder` en garde un début. La lire peut prendre un
    temps démesuré : `extraction` le borne.
    """
    omitted = Omitted()
    with _telling(name), _members(file, limits) as members:
        wanted = _plan(members(), limits, omitted)
        for at, member in enumerate(members()):
            if path := wanted.get(at):
                with member.open() as source:
                    content = source.read(member.size)
                _write(folder / path, content)
    return omitted.notes()


def stem(name: str) -> str:
    """Le nom d'une archive sans son suffixe : « tp6.tar.gz » donne « tp6 »."""
    return READABLE.sub("", name)


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Dit en une ligne pourquoi l'archive de ce nom ne s'extrait pas."""
    shown = printable(name)
    try:
        yield
    except ArchiveError as error:
        raise ArchiveError(f"{shown} : {error}.") from None
    except _BROKEN as error:
        raise ArchiveError(f"{shown} : cette archive est abîmée ou incomplète.") from error
    except MemoryError:
        raise ArchiveError(f"{shown} : la lire prendrait trop de mémoire.") from None


@contextmanager
def _members(file: IO[bytes], limits: ArchiveLimits) -> Iterator[Callable[[], Iterator[_Member]]]:
    """De quoi en parcourir le contenu, autant de fois qu'on veut."""
    head = file.read(512)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield partial(_in_zip, _Careful(file, limits.archive_bytes), limits)
    elif head.startswith(b"\x1f\x8b"):
        file.seek(0)
        with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
            yield partial(_in_tar, _Careful(unpacked, _stream_limit(limits)), limits)
    elif head[257:262] == b"ustar":
        yield partial(_in_tar, _Careful(file, _stream_limit(limits)), limits)
    else:
        raise ArchiveError(_instead(head))


def _stream_limit(limits: ArchiveLimits) -> int:
    """Un tar ajoute à chaque fichier ses en-têtes, et de quoi finir un bloc."""
    return limits.unpacked_bytes + limits.header_bytes + tarfile.BLOCKSIZE * limits.entries


def _instead(head: bytes) -> str:
    if not head:
        return "ce fichier est vide"
    for start, name in UNREAD.items():
        if head.startswith(start):
            return f"c'est une archive {name}, il faut un zip ou un tar.gz"
    return "ce n'est ni un zip ni un tar.gz"


class _Careful:
    """Un fichier qu'on lit sans croire aux tailles qu'il annonce."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile, limit: int) -> None:
        self._file, self._limit = file, limit
        self.headers: int | None = None  # octets d'en-têtes qu'on lira encore ; None : un fichier

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = LARGEST_READ
        if size > LARGEST_READ:
            raise ArchiveError("sa table des matières est démesurée")
        content = self._file.read(size)
        self._check(self._file.tell())
        if self.headers is not None:
            self.headers -= len(content)
            if size > LARGEST_HEADER or self.headers < 0 or TRAP.search(content):
                raise ArchiveError("ses en-têtes sont démesurés")
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET:
            self._check(offset)
        return self._file.seek(offset, whence)

    def _check(self, offset: int) -> None:
        if offset > self._limit:
            raise ArchiveError(_bomb(self._limit))

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _bomb(limit: int) -> str:
    return f"une fois extraite, elle pèserait plus de {_megabytes(limit)}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.4g} Mo".translate({ord(","): "\u00a0", ord("."): ","})


def _in_zip(file: _Careful, _: ArchiveLimits) -> Iterator[_Member]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise ArchiveError("elle est protégée par un mot de passe")
            yield _Member(
                _named(info),
                info.file_size,
                _refused_in_zip(info),
                info.is_dir(),
                partial(archive.open, info),
            )


def _named(info: zipfile.ZipInfo) -> str:
    """macOS écrit ses noms en UTF-8, sans le dire ; zipfile les lit comme du vieux MS-DOS."""
    if not info.flag_bits & UTF8_NAME:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


def _refused_in_zip(info: zipfile.ZipInfo) -> Because | None:
    kind = stat.S_IFMT(info.external_attr >> 16)  # 0 : écrit ailleurs que sous Unix
    if kind == stat.S_IFLNK:
        return LINK
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return SPECIAL
    # Les autres méthodes réservent d'avance la mémoire que demande l'archive.
    return None if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) else METHOD


def _in_tar(file: _Careful, limits: ArchiveLimits) -> Iterator[_Member]:
    file.seek(0)
    file.headers = left = limits.header_bytes
    with tarfile.open(fileobj=file, mode="r:", encoding="utf-8") as archive:  # type: ignore[call-overload]
        while member := archive.next():
            if len(archive.pax_headers) > MOST_COMMON:
                raise ArchiveError("ses en-têtes sont démesurés")
            left, file.headers = file.headers, None
            refused = None
            if member.issym() or member.islnk():
                refused = LINK
            elif not (member.isreg() or member.isdir()):
                refused = SPECIAL
            elif member.issparse():
                refused = SPARSE
            yield _Member(
                member.name,
                member.size,
                refused,
                member.isdir(),
                partial(_file_of, archive, member),
            )
            file.headers = left
        # Un en-tête abîmé lui tient lieu de fin ; et gzip ne vérifie sa somme qu'à la vraie fin.
        file.headers = None
        file.seek(archive.offset)
        if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise tarfile.ReadError("en-tête abîmé")
        while file.read(CHUNK):
            pass


def _file_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    if file := archive.extractfile(member):
        return file
    raise ValueError(member.name)


def _plan(
    members: Iterator[_Member], limits: ArchiveLimits, omitted: Omitted
) -> dict[int, PurePosixPath]:
    """Ce qu'on écrira, et où, selon le rang de chacun ; ArchiveError si c'est trop."""
    wanted: dict[int, PurePosixPath] = {}
    files: set[PurePosixPath] = set()
    folders: set[PurePosixPath] = set()
    promised = kept = 0
    for at, member in enumerate(members):
        if member.size < 0:
            raise ValueError(member.name)
        promised += member.size
        if at >= limits.entries:
            raise ArchiveError(f"elle contient plus de {count(limits.entries, 'nom')}")
        if promised > limits.unpacked_bytes:
            raise ArchiveError(_bomb(limits.unpacked_bytes))
        path = _path(member.name)
        if member.is_folder or (path and _is_foreign(path)):
            continue
        if not path:
            omitted.add(OUTSIDE, member.name)
        elif refused := _refusal(member, path, limits):
            omitted.add(refused, member.name)
        elif path in files or path in folders or not files.isdisjoint(path.parents):
            omitted.add(TWICE, member.name)
        else:
            wanted[at] = path
            files.add(path)
            folders.update(path.parents)
            kept += member.size
    if len(wanted) > limits.files:
        raise ArchiveError(f"il faudrait en extraire plus de {count(limits.files, 'fichier')}")
    if kept > limits.kept_bytes:
        raise ArchiveError(f"il faudrait en extraire plus de {_megabytes(limits.kept_bytes)}")
    return wanted


def _path(name: str) -> PurePosixPath | None:
    """Son chemin dans le dossier ; None s'il en sort."""
    if "/" not in name:
        name = name.replace("\\", "/")  # d'anciens outils de Windows
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or name.startswith("/") or DRIVE.match(name) or ".." in parts or "\0" in name:
        return None
    return PurePosixPath(*parts)


def _is_foreign(path: PurePosixPath) -> bool:
    """Ce qu'on ne lit jamais dans une copie : inutile d'en parler."""
    hidden = any(part.startswith(".") for part in path.parts[:-1])
    own = path.name.startswith("._") or path.name == ".DS_Store"
    return hidden or own or not SKIPPED_FOLDERS.isdisjoint(path.parts[:-1])


def _refusal(member: _Member, path: PurePosixPath, limits: ArchiveLimits) -> Because | None:
    encoded = [os.fsencode(part) for part in path.parts]
    if len(encoded) > limits.depth or max(map(len, encoded)) > LONGEST_NAME:
        return LONG
    if sum(map(len, encoded)) + len(encoded) > limits.path_bytes:
        return LONG
    if member.refused or ARCHIVE.search(path.name):
        return member.refused or NESTED
    return LARGE if member.size > limits.file_bytes else None


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, _NEW_FILE, 0o600), "wb") as target:
            target.write(content)
    except OSError as error:
        raise ArchiveError(f"on ne peut pas l'extraire, {reason(error)}") from None
