"""Des arènes qui plantent, se taisent, débordent : jamais une exception, et rien n'en reste.

Chaque scénario tourne dans un processus à un seul fil, ce qu'un fork demande.
"""

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from grader.discovery.files import Submission
from grader.driving.setting import Job, Setting
from grader.engine import pool as module
from grader.engine.catalogue import select
from grader.engine.pool import STIFLED, Pool
from grader.engine.trial import ENDLESS
from grader.model.records import Outcome
from grader.sandbox.namespaces import NamespaceError
from tests.grader.driving.programs import children
from tests.grader.variants import graders

(STEP,) = select("I.1.sync")
JOB = Job(STEP, STEP.checks[0], {}, seed=1)
FOREVER = 60  # secondes ; personne ne les attend

Run = Callable[[Setting, Job], Outcome]


@contextmanager
def opened(run: Run, *, sandbox: str = "none", **replaced: Any) -> Iterator["Pool[str]"]:
    """Une réserve d'arènes où `run` tient lieu de contrôle."""
    warnings.simplefilter("error")
    before = sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208 (des noms suffisent)
    setting: Any = Setting(sandbox, Path("/"), Submission(Path("/"), ()))  # type: ignore[arg-type]
    with mock.patch.multiple(module, run=run, **replaced):
        pool: Pool[str] = Pool(setting)
        try:
            yield pool
        finally:
            pool.close()
    assert len(pool) == 0
    assert children() == []
    assert sorted(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def ended(pool: Pool[str]) -> tuple[str, Outcome]:
    found = pool.next()
    assert found
    return found


def one(run: Run, **replaced: Any) -> Outcome:
    with opened(run, **replaced) as pool:
        pool.start("le seul", JOB)
        assert len(pool) == 1
        tag, outcome = ended(pool)
        assert tag == "le seul"
        assert len(pool) == 0
    return outcome


def returns() -> None:
    def run(_: Setting, job: Job) -> Outcome:
        return Outcome(0.5, notes=[job.check.id])

    assert one(run) == Outcome(0.5, notes=["I.1.sync.counts"])


def raises() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        raise LookupError("perdu")

    assert "LookupError: perdu" in one(run).error


def leaves() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        raise SystemExit(0)

    assert "SystemExit" in one(run).error


def stifled(outcome: Outcome) -> bool:
    """L'arène est morte sans rien dire, la copie n'y gagne rien ; mais on la rejouera."""
    assert outcome.failure
    return (outcome.failure.message, outcome.credit, outcome.error, outcome.timed_out) == (
        *(STIFLED, 0.0, ""),
        True,
    )


def exits() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        os._exit(0)

    assert stifled(one(run))


def is_killed() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(1.0)

    assert stifled(one(run))


def writes_garbage() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        return Outcome(1.0)

    for garbage in (b"\xff\xfe", b"{", b"[]", b'{"credit": 1}', b"null"):
        outcome = one(run, encode=lambda _, garbage=garbage: garbage)
        assert outcome.error.startswith("l'arène a rendu n'importe quoi")
        assert outcome.credit == 0


def writes_too_much() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        return Outcome(1.0, notes=["x" * 5_000_000])

    started = time.monotonic()
    assert stifled(one(run, MAX_OUTCOME=1_000_000))
    assert time.monotonic() - started < FOREVER / 2
    assert one(run).notes == ["x" * 5_000_000]


def never_ends() -> None:
    """C'est la copie qui étouffe l'arène : elle n'y gagne rien."""

    def run(_setting: Setting, _job: Job) -> Outcome:
        time.sleep(FOREVER)
        return Outcome(1.0)

    outcome = one(run, budget=lambda _: 0.1, GRACE=0.1)
    assert (outcome.credit, outcome.timed_out, outcome.error) == (0, True, "")
    assert outcome.failure
    assert outcome.failure.message == ENDLESS


def never_ends_after_its_first_bytes() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        with os.fdopen(max(inherited()), "wb", closefd=False) as pipe:
            pipe.write(b'{"credit": 1.0, ')
        time.sleep(FOREVER)
        return Outcome(1.0)

    outcome = one(run, budget=lambda _: 0.5, GRACE=0.1)
    assert outcome.failure
    assert outcome.failure.message == ENDLESS


def is_refused() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        return Outcome(1.0)

    refused = mock.Mock(side_effect=NamespaceError("pas d'espaces de noms"))
    outcome = one(run, sandbox="bwrap", enter=refused)
    assert outcome.error == "arène refusée : pas d'espaces de noms"


def inherited() -> list[int]:
    """Les descripteurs ouverts, sauf celui qui sert à les lister."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        try:
            os.fstat(int(name))
        except OSError:
            continue
        found.append(int(name))
    return found


def inherits_nothing_but_the_pipe() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        standard = {str(Path(f"/proc/self/fd/{number}").readlink()) for number in range(3)}
        return Outcome(1.0, notes=[str(len(inherited())), *standard, str(os.getsid(0))])

    with open(__file__, "rb") as kept:
        os.set_inheritable(kept.fileno(), True)
        with opened(run) as pool:
            pool.start("a", JOB)
            pool.start("b", JOB)
            for outcome in (ended(pool)[1], ended(pool)[1]):
                count, standard, session = outcome.notes
                assert (count, standard) == ("5", os.devnull)  # le verdict et les alarmes
                assert int(session) != os.getsid(0)


def go_side_by_side() -> None:
    """Chacun attend que l'autre soit là : l'un après l'autre, ils n'en finiraient pas."""
    meeting = [os.pipe(), os.pipe()]
    kept = {end for ends in meeting for end in ends}

    def run(_: Setting, job: Job) -> Outcome:
        mine = job.seed
        os.write(meeting[mine][1], b"!")
        os.read(meeting[1 - mine][0], 1)
        return Outcome(1.0, notes=[str(mine)])

    def keep(_pipe: int) -> None:
        pass

    with opened(run, keep_only=keep) as pool:
        for number in range(2):
            pool.start(f"essai {number}", Job(STEP, STEP.checks[0], {}, seed=number))
        assert len(pool) == 2
        found = dict(ended(pool) for _ in range(2))
    assert {tag: outcome.notes for tag, outcome in found.items()} == {
        "essai 0": ["0"],
        "essai 1": ["1"],
    }
    for end in kept:
        os.close(end)


def closing_leaves_nothing() -> None:
    def run(_setting: Setting, _job: Job) -> Outcome:
        time.sleep(FOREVER)
        return Outcome(1.0)

    with opened(run) as pool:
        for number in range(5):
            pool.start(str(number), JOB)
        assert len(children()) == 5


def is_woken_without_losing_a_trial() -> None:
    """Ce qu'on surveille aussi, et qui parle, n'attend pas la fin d'un essai, ni ne la cache."""

    def run(_setting: Setting, _job: Job) -> Outcome:
        return Outcome(1.0)

    wake, other = os.pipe()
    pool: Pool[str] = Pool(mock.Mock(sandbox="none"), (wake,))
    try:
        assert pool.next(0.01) is None
        os.write(other, b"!")
        started = time.monotonic()
        assert pool.next(FOREVER) is None
        assert time.monotonic() - started < FOREVER / 2
        os.read(wake, 1)
    finally:
        pool.close()
        os.close(wake)
        os.close(other)


SCENARIOS = [
    returns,
    raises,
    leaves,
    exits,
    is_killed,
    writes_garbage,
    writes_too_much,
    never_ends,
    never_ends_after_its_first_bytes,
    is_refused,
    inherits_nothing_but_the_pipe,
    go_side_by_side,
    closing_leaves_nothing,
    is_woken_without_losing_a_trial,
]


@pytest.fixture(scope="module")
def single() -> Iterator[ProcessPoolExecutor]:
    with graders(1) as executor:
        yield executor


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
@pytest.mark.sandbox
def test_an_arena(scenario: Callable[[], None], single: ProcessPoolExecutor) -> None:
    single.submit(scenario).result(FOREVER / 2)
