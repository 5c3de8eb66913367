"""Fabriquer des copies, sur le disque ou en mémoire ; et le Python de ces tests, pour les lire."""

import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from grader.discovery import interpreters
from grader.discovery.files import SourceFile, Submission
from grader.discovery.interpreters import Interpreter

ROOT = Path(__file__).resolve().parents[3]


def _ours() -> Interpreter:
    found = interpreters._probe(Path(sys.executable), [])
    assert found is not None
    return found


OURS = _ours()


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
