"""Lance un test dans une arène : un réseau à lui, où toute adresse IPv4 est locale, et son DNS.

    @in_arena
    async def test_name() -> None: ...

Le test est une coroutine ; elle tourne dans un processus à part, dont rien ne doit paraître sur
la sortie d'erreur.
"""

import asyncio
import functools
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from grader.sandbox.namespaces import NamespaceError, bind, enter
from tests.support.processes import ENVIRONMENT, ROOT

Scenario = Callable[[], Coroutine[None, None, None]]
SYSTEM = {
    "/etc/resolv.conf": "nameserver 198.51.100.53\n",
    "/etc/nsswitch.conf": "hosts: files dns\n",
}
UNAVAILABLE = 77
DEADLINE = 60.0  # secondes


def in_arena(scenario: Scenario) -> Callable[[], None]:
    @functools.wraps(scenario)
    def test() -> None:
        from tests.support import sandbox  # noqa: PLC0415 (la coroutine s'en passe)

        where = [scenario.__module__, scenario.__name__]
        child = subprocess.run(
            [sys.executable, "-W", "error", "-m", __name__, *where],
            cwd=ROOT,
            env=ENVIRONMENT | {"PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        if child.returncode == UNAVAILABLE and not sandbox.namespaces_exist():
            sandbox.skip(child.stderr)
        assert (child.returncode, child.stderr) == (0, ""), child.stderr

    return test


def _main(module: str, name: str) -> None:
    try:
        enter()
    except NamespaceError as error:
        print(error, file=sys.stderr)
        sys.exit(UNAVAILABLE)
    if os.getpid() != 1:  # ce qui suit serait monté sur la machine elle-même
        sys.exit("enter() n'a pas fait entrer dans l'arène")
    scenario: Scenario = getattr(importlib.import_module(module), name).__wrapped__
    with tempfile.TemporaryDirectory() as folder:
        for path, content in SYSTEM.items():
            copy = Path(folder) / Path(path).name
            copy.write_text(content, encoding="utf-8")
            bind(copy, Path(path).resolve())
        asyncio.run(asyncio.wait_for(scenario(), DEADLINE - 10))


if __name__ == "__main__":
    _main(*sys.argv[1:])
