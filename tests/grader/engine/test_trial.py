"""Un essai d'un contrôle : ce qu'il en reste, et son voyage dans le tube."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath

import pytest

from grader.discovery.files import SourceFile, Submission
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.setting import Job, Script, Setting
from grader.engine import trial
from grader.engine.catalogue import select
from grader.engine.functions import functions
from grader.engine.trial import MAX_EVIDENCE, budget, decode, encode, run
from grader.model.records import Event, Failure, Launch, Match, Outcome
from grader.sandbox.cell import Runtime
from grader.world.authority import Authority
from tests.grader.driving.programs import children

AUTHORITY = Authority()
(STEP,) = select("I.1.sync")
FULL = Outcome(
    credit=0.5,
    failure=Failure("é\n\x1b", "s", "e", "\udcff", Match.WORD, "o", ("python x.py", "")),
    timed_out=True,
    notes=["une note"],
    timeline=[Event("A", "sent", "mot", 0.5)],
    launch=Launch("II.4", ("-p", "{port}"), ("url",), "10.0.0.1", 8888, ("https://x",), "n"),
    seconds=1.5,
)


@pytest.mark.parametrize("outcome", [FULL, Outcome(1.0), Outcome(0.0, error="Traceback")])
def test_travels_unchanged(outcome: Outcome) -> None:
    arrived = decode(encode(outcome))
    assert arrived == outcome
    assert arrived.failure is None or arrived.failure.match is Match.WORD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{",
        b"null",
        b"[]",
        b"1",
        b"{}",
        json.dumps(asdict(FULL) | {"timeline": [1]}).encode(),
        json.dumps(asdict(FULL) | {"failure": {"match": "?"}}).encode(),
        json.dumps(asdict(FULL) | {"launch": "x"}).encode(),
        json.dumps(asdict(FULL) | {"more": 1}).encode(),
        encode(FULL)[:-1],
        encode(FULL) * 2,
    ],
)
def test_what_is_not_an_outcome(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        decode(data)


@pytest.fixture
def attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Arena], Awaitable[Launch | None]]], Outcome]:
    """Joue une fonction comme s'il s'agissait d'un contrôle, sans bac à sable."""

    def play(function: Callable[[Arena], Awaitable[Launch | None]]) -> Outcome:
        path = PurePosixPath("x.py")
        submission = Submission(tmp_path, (SourceFile(path, b"print('dedans')\ninput()"),))
        setting = Setting("none", tmp_path, submission, authority=AUTHORITY)
        script = Script(path, Runtime(Path(sys.executable), ()), "3", ())
        monkeypatch.setitem(functions(), STEP.checks[0].id, function)
        before = children()
        outcome = run(setting, Job(STEP, STEP.checks[0], {STEP.id: script}, seed=1))
        assert list(tmp_path.iterdir()) == []
        assert children() == before
        assert decode(encode(outcome)) == outcome
        return outcome

    return play


Attempt = Callable[[Callable[[Arena], Awaitable[Launch | None]]], Outcome]


async def _seen(arena: Arena) -> None:
    program = await arena.start()
    assert await arena.wait(lambda: "dedans" in program.since(), program, calm=15)


def test_right(attempt: Attempt) -> None:
    async def check(arena: Arena) -> Launch:
        await _seen(arena)
        arena.notes += ["une note", "une autre", "une note"]
        return Launch(port=9000)

    outcome = attempt(check)
    assert (outcome.credit, outcome.failure, outcome.error) == (1.0, None, "")
    assert outcome.launch == Launch(port=9000)
    assert outcome.notes == ["une note", "une autre"]
    assert [event.kind for event in outcome.timeline] == ["start", "screen"]
    assert outcome.seconds > 0


def test_wrong(attempt: Attempt) -> None:
    async def check(arena: Arena) -> None:
        await _seen(arena)
        arena.launch = Launch(host="10.0.0.1")
        raise Wrong("Non." * 1000, received="x" * 1_000_000, credit=0.25, timed_out=True)

    outcome = attempt(check)
    assert (outcome.credit, outcome.timed_out, outcome.error) == (0.25, True, "")
    assert outcome.launch == Launch(host="10.0.0.1")
    assert outcome.failure
    assert len(outcome.failure.message) == 1000 + len(" […]")
    assert len(outcome.failure.received) == MAX_EVIDENCE + len(" […]")
    assert outcome.failure.received.endswith(" […]")
    assert outcome.failure.output == "dedans"


def test_a_proof_is_not_a_wait_too_short(attempt: Attempt) -> None:
    """Il dort pour toujours : attendre plus longtemps, sur une machine plus calme, serait vain."""

    async def check(arena: Arena) -> None:
        await _seen(arena)
        assert not await arena.wait(lambda: False, arena.programs[0])
        raise Wrong("Non.", timed_out=True)

    outcome = attempt(check)
    assert outcome.failure
    assert not outcome.timed_out


def test_a_failure_proves_nothing_when_the_machine_lacks_memory(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le noyau a pu tuer le programme : l'essai se rejoue, seul, et n'en contredit aucun autre."""
    kills = iter([7, 8])
    monkeypatch.setattr(trial, "killed_for_memory", lambda: next(kills))

    async def check(_: Arena) -> None:
        raise Wrong("Non.")

    assert attempt(check).timed_out


def test_wrong_before_any_program(attempt: Attempt) -> None:
    async def check(_: Arena) -> None:
        raise Wrong("Non.", match=Match.NONE)

    assert attempt(check).failure == Failure("Non.", match=Match.NONE)


def test_our_mistake(attempt: Attempt) -> None:
    async def check(arena: Arena) -> None:
        await _seen(arena)
        raise LookupError("à nous")

    outcome = attempt(check)
    assert outcome.failure is None
    assert "LookupError: à nous" in outcome.error


def test_patience_lengthens_the_waits_but_not_the_start_of_the_programs() -> None:
    job = Job(STEP, STEP.checks[0], {}, seed=1)
    alone, patient = (budget(replace(job, patience=patience)) for patience in (1.0, 3.0))
    assert alone > trial.STARTS + job.check.deadline
    assert patient - trial.STARTS == pytest.approx(3 * (alone - trial.STARTS))


def test_a_program_that_holds_the_check_fails(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "budget", lambda _: 3.0)

    async def check(arena: Arena) -> None:
        await _seen(arena)
        await arena.settle(*arena.programs)
        await asyncio.sleep(600)

    outcome = attempt(check)
    assert (outcome.credit, outcome.timed_out, outcome.error) == (0, True, "")
    assert outcome.failure
    assert outcome.failure.message == f"Le programme attend qu'on tape une ligne : {trial.TOO_LONG}"


def test_a_timeout_of_ours_is_our_mistake(attempt: Attempt) -> None:
    async def check(_: Arena) -> None:
        raise TimeoutError

    outcome = attempt(check)
    assert outcome.failure is None
    assert "TimeoutError" in outcome.error
