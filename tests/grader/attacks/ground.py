"""Un terrain où juger une attaque, puis voir ce qu'il en reste sur la machine."""

import contextlib
import dataclasses
import functools
import json
import secrets
import shutil
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.discovery.interpreters import Interpreter, find_interpreters
from grader.engine import grading
from grader.engine.catalogue import select
from grader.model.records import CheckResult, Report, Step, Verdict
from grader.sandbox.limits import MEGABYTE, CellLimits
from tests.grader.attacks import removed

SCRIPTS = Path(__file__).parent / "scripts"
LIMITS = CellLimits(memory=150 * MEGABYTE, disk=8 * MEGABYTE, file_size=4 * MEGABYTE)
SUCCESS = "RÉUSSI"
PATIENCE = 10.0  # secondes : n'attend pas une copie qui finit, et supporte une machine chargée
BOUND = 60.0  # secondes : large pour une machine chargée ; une attaque en prend une ou deux


class Ground:
    """Juge une attaque ; `marker` est dans le nom de son dossier, donc de sa cellule."""

    def __init__(self, folder: Path) -> None:
        self.marker = f"attaque{uuid.uuid4().hex}"
        self.folder = folder
        self.copy = folder / "copie"
        self.place = folder / "places"  # où le correcteur met ses dossiers temporaires
        self.place.mkdir()
        self.report: Report | None = None

    def submit(self, check: str, script: str, orders: dict[str, Any]) -> None:
        """Fait de `scripts/SCRIPT.py` la copie, à la place du script de ce contrôle."""
        step = _step((check,))
        target = self.copy / self.marker / Path(step.file).name
        target.parent.mkdir(parents=True)
        shutil.copyfile(SCRIPTS / f"{script}.py", target)
        shutil.copyfile(SCRIPTS / "tools.py", target.with_name("tools.py"))
        orders = {"marque": self.marker} | orders
        target.with_name("ordres.json").write_text(json.dumps(orders), encoding="utf-8")

    def grade(
        self,
        script: str,
        *checks: str,
        deadline: float = PATIENCE,  # celle du dernier contrôle
        first: float = PATIENCE,  # celle des autres
        orders: dict[str, Any] | None = None,
        limits: CellLimits = LIMITS,
        without: str = "",
    ) -> list[CheckResult]:
        """Juge `scripts/SCRIPT.py` comme l'étape de ces contrôles (« I.1.sync.counts »).

        `without` est la mesure du bac à sable dont on se passe : voir `removed`.
        """
        checks = checks or ("I.1.sync.counts",)
        step = _step(checks, deadline, first)
        if not self.copy.exists():
            self.submit(checks[0], script, orders or {})
        started = time.monotonic()
        limits = dataclasses.replace(limits, **removed.BOUNDS.get(without, {}))
        options = grading.Options(folder=self.copy, steps=[step], seed=1, limits=limits)
        with pytest.MonkeyPatch.context() as patch:
            if without in removed.MEASURES:
                removed.MEASURES[without](patch)
            self.report = grading.grade(options)
        assert time.monotonic() - started < BOUND
        return self.report.steps[0].checks

    def nothing_left(self) -> None:
        """Aucun processus, aucun dossier temporaire."""
        assert processes(self.marker) == []
        assert list(self.place.iterdir()) == []


def _step(checks: Sequence[str], deadline: float = PATIENCE, first: float = PATIENCE) -> Step:
    (step,) = select(checks[0].rpartition(".")[0])
    kept = [
        dataclasses.replace(check, deadline=deadline if check.id == checks[-1] else first)
        for check in step.checks
        if check.id in checks
    ]
    assert len(kept) == len(checks)
    return dataclasses.replace(step, checks=tuple(kept), needs=())


def seen(result: CheckResult) -> str:
    """Tout ce que le programme a écrit pendant le dernier essai du contrôle."""
    return "\n".join(event.text for event in result.timeline if event.kind == "screen")


def processes(marker: str) -> list[str]:
    """Les commandes, sur toute la machine, où se trouve `marker`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, ValueError):
                continue
            if marker in command:
                found.append(command)
    return found


def failed_without_credit(result: CheckResult) -> bool:
    return (result.verdict, result.earned, result.error) == (Verdict.FAILED, 0.0, "")


@contextlib.contextmanager
def host_listeners() -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    """Ce qui, sur la machine, ne doit rien recevoir : TCP et UDP sur un port, socket abstrait."""
    with (
        socket.create_server(("127.0.0.1", 0)) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        socket.socket(socket.AF_UNIX) as local,
    ):
        datagram.bind(stream.getsockname())
        local.bind(f"\0tp6-{secrets.token_hex()}")
        local.listen()
        for listener in (stream, datagram, local):
            listener.setblocking(False)
        yield stream, datagram, local


def heard(listener: socket.socket) -> bool:
    """Vrai si quelqu'un s'y est adressé."""
    try:
        if listener.type is socket.SOCK_DGRAM:
            return bool(listener.recv(100))
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@functools.cache
def interpreters(wanted: frozenset[str] = frozenset()) -> list[Interpreter]:
    return find_interpreters(wanted)
