"""De quoi faire des archives, bonnes ou truquées."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

CODE = b"print(1)\n"


def zipped(file: Path, content: Mapping[str, bytes]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file


def tarred(file: Path, content: Mapping[str, bytes], *others: tarfile.TarInfo) -> Path:
    """`others` : des membres sans contenu, liens ou fichiers spéciaux."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:gz" if file.name.endswith("gz") else "w") as archive:
        for name, data in content.items():
            archive.addfile(member(name, tarfile.REGTYPE, size=len(data)), io.BytesIO(data))
        for other in others:
            archive.addfile(other)
    return file


def member(name: str, kind: bytes, *, size: int = 0, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname = kind, size, target
    return made


def tree(folder: Path) -> dict[str, bytes]:
    """Les fichiers de ce dossier, par chemin."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }
