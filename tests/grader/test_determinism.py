"""À graine égale, la même copie donne le même rapport, aux durées près."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.engine.catalogue import select, steps
from grader.engine.grading import Options, grade
from grader.model.records import Step
from grader.reports import jsonreport
from tests.grader.commandline import submission
from tests.grader.variants import graders
from tests.support.processes import ROOT

# Une copie qui échoue de plusieurs façons : texte faux, exception, attente vaine, adresses écrites.
SERVER = """
import asyncio

CLIENTS = {}

async def handle(reader, writer):
    address = writer.get_extra_info("peername")
    CLIENTS[address] = writer
    print("Nouveau client :", address)
    while data := await reader.read(1024):
        message = data.decode()
        for other in CLIENTS.values():
            other.write(f"{address} dit : {message}".encode())
            await other.drain()
    raise ConnectionError(f"parti : {address}")

async def main():
    server = await asyncio.start_server(handle, "5.5.5.1", 14447)
    await server.serve_forever()

asyncio.run(main())
"""
CLIENT = """
import socket

pseudo = input("Pseudo : ")
link = socket.create_connection(("192.168.1.20", 13337))
link.send(f"Bonjour {pseudo}".encode())
while True:
    print(link.recv(1024).decode())
"""
FAILING = {
    "part1/sleep_and_print.py": "print(*range(10))\n",
    "II. Chat/chat_server_ii_4.py": SERVER,
    "II. Chat/chat_client_ii_5.py": CLIENT,
}


# Peu de contrôles, mais de chaque sorte : une faute se rejoue, une attente vaine se prolonge.
SPOKEN = {"II.4.server.listens", "II.4.server.relay"}
CHECKS = SPOKEN | {
    *("I.1.sync.counts", "I.1.sync.pace", "I.1.async.counts"),
    *("II.5.client.connects", "II.5.client.talks"),
}


def steps_of(checks: set[str]) -> Iterator[Step]:
    for step in steps():
        if kept := tuple(check for check in step.checks if check.id in checks):
            yield replace(step, checks=kept)


def reported(folder: Path, wanted: Sequence[Step], seed: int) -> str:
    return jsonreport.dump(grade(Options(folder, wanted, seed=seed)))


@pytest.fixture(scope="module")
def single() -> Iterator[ProcessPoolExecutor]:
    with graders(1) as executor:
        yield executor


def unvarying(text: str) -> dict[str, Any]:
    return jsonreport.unvarying(json.loads(text))


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Où les deux rapports diffèrent."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [
            found for key in one for found in differences(one[key], other[key], f"{place}.{key}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for n, (a, b) in pairs for found in differences(a, b, f"{place}[{n}]")]
    return [] if one == other else [f"{place} : {one!r} != {other!r}"]


def checks(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [check for step in report["steps"] for check in step["checks"]]


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["verdict"] for check in checks(report)}


def sent(report: dict[str, Any]) -> set[str]:
    failures = [check["failure"] for check in checks(report) if check["failure"]]
    return {failure["sent"] for failure in failures if failure["sent"]}


@pytest.mark.proof
@pytest.mark.sandbox
def test_this_repository(single: ProcessPoolExecutor) -> None:
    ours = [*select("II.4"), *select("II.5.client")]
    one, other = (single.submit(reported, ROOT, ours, 5) for _ in range(2))
    text = one.result()
    assert differences(unvarying(text), unvarying(other.result())) == []
    assert '"seconds"' in text


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_failing_copy(single: ProcessPoolExecutor, tmp_path: Path) -> None:
    folder = submission(tmp_path, FAILING)
    first, again, other = (
        unvarying(single.submit(reported, folder, list(steps_of(checks)), seed).result())
        for checks, seed in ((CHECKS, 5), (CHECKS, 5), (SPOKEN, 6))
    )
    assert differences(first, again) == []
    assert set(verdicts(first).values()) == {"passed", "failed", "skipped", "not_submitted"}
    # Une autre graine : les mêmes verdicts, mais d'autres mots.
    assert verdicts(other).items() <= verdicts(first).items()
    assert sent(other)
    assert not sent(first) & sent(other)
