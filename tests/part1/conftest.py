"""De quoi télécharger sans réseau, et sans rien laisser dans /tmp."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.web import Server

PAGE = Path("/tmp/web_page")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server
    port = server.server_address[1]
    for page in Path("/tmp").glob(f"web_*127.0.0.1:{port}*"):
        page.unlink()


@pytest.fixture
def web_page() -> Iterator[Path]:
    """/tmp/web_page, le nom imposé : un test à la fois, et ce qui s'y trouvait y revient."""
    lock = os.open("/tmp", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = PAGE.with_name("web_page.kept")
        if PAGE.exists() or PAGE.is_symlink():
            PAGE.rename(kept)
        PAGE.write_bytes(b"la page d'avant")
        try:
            yield PAGE
        finally:
            if PAGE.is_dir():
                PAGE.rmdir()
            PAGE.unlink(missing_ok=True)
            if kept.exists() or kept.is_symlink():
                kept.rename(PAGE)
    finally:
        os.close(lock)
