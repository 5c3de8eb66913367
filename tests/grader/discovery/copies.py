"""Fabriquer des copies, sur le disque ou en mémoire."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from grader.discovery.files import SourceFile, Submission

ROOT = Path(__file__).resolve().parents[3]


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def submission(files: Mapping[str, bytes]) -> Submission:
    return Submission(
        Path("copie"),
        tuple(SourceFile(PurePosixPath(name), content) for name, content in files.items()),
    )


def names(submission: Submission) -> list[str]:
    return [str(file.path) for file in submission.files]
