"""L'étape I.1, sur de petits scripts qui comptent dix fois plus vite que ne le veut le sujet."""

from pathlib import Path

import pytest

from grader.checks import counting
from tests.grader.checks.playing import message, play

PAUSE = 0.05


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PAUSE", PAUSE)
    monkeypatch.setattr(counting, "TOLERANCE", PAUSE * 0.6)
    monkeypatch.setattr(counting, "AT_ONCE", 0.02)
    monkeypatch.setattr(counting, "LOOK", 0.005)


SYNC = f"""
import time
def count():
    for number in range(1, 11):
        print(number)
        time.sleep({PAUSE})
"""
ASYNC = f"""
import asyncio, threading, time
async def count(first=1):
    for number in range(first, first + 10):
        print(number)
        await asyncio.sleep({PAUSE})
async def together():
    await asyncio.gather(count(), count())
async def in_turn():
    await count()
    await count()
"""
THREADS = ASYNC + "for _ in range(2): threading.Thread(target=asyncio.run, args=(count(),)).start()"
TO_THREAD = ASYNC.replace("asyncio.sleep(", "asyncio.to_thread(time.sleep, ")
BLOCKING = ASYNC.replace("await asyncio.sleep", "time.sleep")
ENTER = "input('Appuyez sur Entrée pour quitter')"


@pytest.mark.parametrize("end", ["", ENTER, f"{ENTER}; {ENTER}"])
def test_two_counts(tmp_path: Path, end: str) -> None:
    outcome = play(tmp_path, "I.1.sync", f"{SYNC}count(); count()\n{end}", "counts")
    assert not outcome.failure
    assert outcome.launch
    assert outcome.launch.answers == ("enter",) * end.count("input")


@pytest.mark.parametrize(
    ("script", "said", "credit"),
    [
        ("count()", "ne compte qu'une fois", 0.5),
        ("count(); print(11); count()", "deux fois les nombres de 1 à 10", 0.0),
        ("count(); count(); time.sleep(600)", "ne finit pas : il dort", 0.5),
        ("count(); count()\nwhile True: pass", "ne finit pas : il calcule sans fin", 0.5),
        ("count(); count()\nwhile True: print('fini')", "ne finit pas : il écrit sans fin", 0.5),
        ("count(); counted()", "Le script échoue : NameError", 0.0),
        ("open('urls.txt')", "Le script échoue : FileNotFoundError", 0.0),
    ],
)
def test_wrong_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str, credit: float
) -> None:
    monkeypatch.setattr(counting, "START", 1.0)
    outcome = play(tmp_path, "I.1.sync", SYNC + script, "counts", deadline=1.5)
    assert said in message(outcome)
    assert outcome.credit == credit


def test_counts_up_to_nine(tmp_path: Path) -> None:
    script = SYNC.replace("range(1, 11)", "range(10)") + "count(); count()"
    outcome = play(tmp_path, "I.1.sync", script, "counts")
    assert "s'arrête à 9" in message(outcome)
    assert outcome.credit == 0.5


@pytest.mark.parametrize(
    ("script", "said"),
    [
        # Un script juste dort trop, si la machine lui fait attendre son tour.
        pytest.param(f"{SYNC}count(); count()", "", marks=pytest.mark.busy),
        pytest.param(f"{SYNC.replace('(1', '(0')}count(); count()", "", marks=pytest.mark.busy),
        pytest.param(
            f"{SYNC.replace('(number)', '(number, end=chr(32))')}count(); count()",
            "",
            marks=pytest.mark.busy,
        ),
        (f"{SYNC.replace(str(PAUSE), '0')}count(); count()", "séparés d'une demi-seconde"),
        (f"{SYNC.replace(str(PAUSE), '0.4')}count()", "séparés d'une demi-seconde"),
        (THREADS, "ne se suivent pas"),
        ("print()", "ne se suivent pas"),
    ],
)
def test_pace(tmp_path: Path, script: str, said: str) -> None:
    outcome = play(tmp_path, "I.1.sync", script, "pace")
    assert said in message(outcome)
    assert bool(said) == bool(outcome.failure)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("asyncio.run(together())", ""),
        ("async def far(): await asyncio.gather(count(), count(21))\nasyncio.run(far())", ""),
        ("asyncio.run(in_turn())", "séquentiel"),
        ("asyncio.run(count())", "ne compte qu'une fois"),
        ("asyncio.run(counted())", "Le script échoue : NameError"),
    ],
)
def test_interleaved(tmp_path: Path, script: str, said: str) -> None:
    outcome = play(tmp_path, "I.1.async", f"{ASYNC}{script}", "interleaved")
    assert said in message(outcome)
    assert bool(said) == bool(outcome.failure)


def test_a_pause_that_blocks_is_told(tmp_path: Path) -> None:
    outcome = play(tmp_path, "I.1.async", f"{BLOCKING}asyncio.run(together())", "interleaved")
    assert "comme time.sleep()" in message(outcome)


def test_counts_that_do_not_sleep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PAUSE", 0.5)  # démarrer ne prend pas moins de temps, lui
    script = ASYNC.replace(f"sleep({PAUSE})", "sleep(0)") + "asyncio.run(together())"
    assert "devraient durer" in message(play(tmp_path, "I.1.async", script, "interleaved"))


def test_counts_that_only_meet(tmp_path: Path) -> None:
    late = f"async def late(): await asyncio.sleep({PAUSE * 8}); await count()\n"
    script = f"{ASYNC}{late}async def both(): await asyncio.gather(count(), late())\n"
    outcome = play(tmp_path, "I.1.async", f"{script}asyncio.run(both())", "interleaved")
    assert "ne s'entremêlent pas" in message(outcome)


def test_both_together(tmp_path: Path) -> None:
    outcome = play(tmp_path, "I.1.async", f"{ASYNC}asyncio.run(together())", "counts")
    assert not outcome.failure
    assert outcome.launch


def test_one_of_the_two_is_missing(tmp_path: Path) -> None:
    outcome = play(tmp_path, "I.1.async", f"{ASYNC}asyncio.run(count())", "counts")
    assert "ne compte qu'une fois" in message(outcome)
    assert outcome.failure
    assert outcome.failure.expected.startswith("1 1 2 2 3 3 ")


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        (f"{ASYNC}asyncio.run(together())", ""),
        (THREADS, "2 fils qui dorment"),
        (f"{TO_THREAD}asyncio.run(together())", "2 fils qui dorment"),
        (f"{SYNC.replace('(number)', '(number, number)')}count()", "hors de toute boucle"),
    ],
)
def test_asynchronous(tmp_path: Path, script: str, seen: str) -> None:
    outcome = play(tmp_path, "I.1.async", script, "asynchronous")
    assert bool(outcome.failure) == bool(seen)
    assert not outcome.failure or seen in outcome.failure.received


@pytest.mark.parametrize(("most", "late"), [(10, True), (99, False)])
def test_who_still_counts_at_the_deadline_is_late_not_endless(
    tmp_path: Path, most: int, late: bool
) -> None:
    """Une machine étouffée fait durer un compte ; celui qui dépasse vingt nombres ne finira pas."""
    pause = 0.6 if late else 0.1
    source = f"""
import time
for _ in range(2):
    for number in range(1, {most + 1}):
        print(number, flush=True)
        time.sleep({pause})
"""
    outcome = play(tmp_path, "I.1.sync", source, "counts", deadline=0.1)
    assert message(outcome) == "Le script ne finit pas : il dort."
    assert outcome.timed_out is late
