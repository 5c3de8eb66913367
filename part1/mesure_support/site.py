"""Faire tourner le site local, dans son processus, le temps d'une mesure."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from mesure_support.runs import FOLDER, RunError


@contextmanager
def local_site(
    pages: int, latency: tuple[float, float], size: int = 20_000, seed: int = 1
) -> Iterator[list[str]]:
    """Rend l'URL des pages, de `size` octets, servies après `latency` (de … à …) secondes."""
    command = [sys.executable, str(FOLDER / "local_site.py"), "--attached"]
    command += ["--pages", str(pages), "--latency", f"{latency[0]}-{latency[1]}"]
    command += ["--size", str(size), "--seed", str(seed)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as site:
        assert site.stdout is not None
        try:
            urls = [line.strip() for line in islice(site.stdout, pages)]
            if len(urls) < pages:
                raise RunError("le site local n'a pas démarré")
            yield urls
        finally:
            site.terminate()
