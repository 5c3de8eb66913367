"""/tmp/web_page, le nom imposé : à un test à la fois, et ce qui s'y trouvait y revient."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGE = Path("/tmp/web_page")
BEFORE = b"la page d'avant"


@contextmanager
def own_web_page() -> Iterator[Path]:
    """Le temps du `with`, /tmp/web_page est à nous ; son contenu est d'abord BEFORE."""
    lock = os.open("/tmp", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = PAGE.with_name("web_page.kept")
        if PAGE.exists() or PAGE.is_symlink():
            PAGE.rename(kept)
        PAGE.write_bytes(BEFORE)
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
