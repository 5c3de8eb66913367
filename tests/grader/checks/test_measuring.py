"""La mesure : par un script à elle, ou par les deux scripts qui se chronomètrent."""

from dataclasses import replace
from pathlib import Path

import pytest

from grader.checks import measuring
from grader.driving.arena import Arena
from grader.model.records import Launch
from tests.grader.checks.playing import message, play

HEAD = """
import sys, threading, time
from urllib.request import urlopen
def urls():
    return [line.strip() for line in open(sys.argv[1]) if line.strip()]
def fetch(url): urlopen(url, timeout=20).read()
def sync():
    for url in urls(): fetch(url)
def together():
    threads = [threading.Thread(target=fetch, args=(url,)) for url in urls()]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
def by_twos(urls):
    for two in zip(*[iter(urls)] * 2):
        threads = [threading.Thread(target=fetch, args=(url,)) for url in two]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
def timed(run):
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
"""
TIMED = "print(f'{timed(RUN):.2f} s')"
SYNC, TOGETHER = TIMED.replace("RUN", "sync"), TIMED.replace("RUN", "together")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sync(); together()", ""),
        ("together(); sync()", ""),
        # Bornée à deux pages à la fois, ou ralentie : la première et la dernière vont seules.
        ("sync(); fetch(urls()[0]); by_twos(urls()[1:9]); fetch(urls()[9])", ""),
        (
            "sync(); fetch(urls()[0]); by_twos(urls()[1:9])",
            "La version asynchrone n'est pas lancée sur toutes les URL.",
        ),
        (
            "fetch(urls()[0]); by_twos(urls()[1:9]); fetch(urls()[9]); together()",
            "La version synchrone n'est pas lancée sur toutes les URL.",
        ),
        (
            "sync(); sync(); by_twos(urls()[:2])",
            "La version asynchrone n'est pas lancée sur toutes les URL.",
        ),
        ("sync()", "La version asynchrone n'est pas lancée sur toutes les URL."),
        ("sync(); sync()", "la version asynchrone n'est pas lancée, ou ne l'est que sur une URL"),
        ("together()", "La version synchrone n'est pas lancée sur toutes les URL."),
        ("together(); together()", "n'est pas lancée, ou l'est en même temps que l'autre."),
        ("fetch(urls()[0])", "ne demande pas toutes les pages"),
    ],
)
def test_both(tmp_path: Path, script: str, said: str) -> None:
    outcome = play(tmp_path, "I.2.mesure", HEAD + script, "both")
    assert said in message(outcome)
    assert bool(outcome.failure) == bool(said)


@pytest.mark.parametrize(
    ("script", "right"),
    [
        (f"{SYNC}; {TOGETHER}", True),
        (f"{SYNC}; together()", False),
        ("sync(); together(); print(9.9, 0.42)", False),  # inventées
        ("print(f'{timed(sync) / timed(together):.2f}')", False),
        ("print(f'{1000 * timed(sync):.1f} ms, {1000 * timed(together):.1f} ms')", True),
    ],
)
def test_figures(tmp_path: Path, script: str, right: bool) -> None:
    launch = Launch(arguments=("{file}",))
    outcome = play(tmp_path, "I.2.mesure", HEAD + script, "figures", launch=launch)
    assert right == (outcome.failure is None)
    assert right or "Les deux durées ne sont pas affichées" in message(outcome)


@pytest.mark.parametrize("check", ["both", "figures"])
@pytest.mark.parametrize(
    ("script", "said"),
    [
        (SYNC, ""),
        ("print(f'{timed(sync) * 1000:.0f} ms')", ""),
        ("sync()", "la version synchrone n'affiche pas sa durée"),
        ("sync(); print('0.01 s')", "la version synchrone n'affiche pas sa durée"),
        ("bonjour()", "la version synchrone n'affiche pas sa durée"),
    ],
)
def test_scripts_that_time_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str, script: str, said: str
) -> None:
    """Les deux versions sont ici le même script : c'est à l'étape d'avant de juger l'asynchrone."""
    monkeypatch.setattr(measuring, "SYNC", "I.2.mesure")
    monkeypatch.setattr(measuring, "ASYNC", "I.2.mesure")
    monkeypatch.setattr(measuring, "NAMES", {"I.2.mesure": "synchrone"})
    outcome = play(tmp_path, "I.2.mesure", HEAD + script, check)
    assert said in message(outcome)
    assert bool(outcome.failure) == bool(said)
    assert bool(outcome.notes) == (not said)


def test_a_sequential_version_is_not_blamed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_in_turn", _right)
    outcome = play(tmp_path, "I.2.mesure", f"{HEAD}sync(); sync()", "both")
    assert not outcome.failure
    assert outcome.notes == [measuring.IN_TURN]


async def _right(_: Arena) -> bool:
    return True


@pytest.mark.parametrize(("script", "in_turn"), [("sync()", True), ("together()", False)])
def test_what_is_in_turn(tmp_path: Path, script: str, in_turn: bool) -> None:
    seen = []

    async def check(arena: Arena) -> None:
        arena.job = replace(
            arena.job, scripts={measuring.ASYNC: arena.job.script, **arena.job.scripts}
        )
        seen.append(await measuring._in_turn(arena))

    play(tmp_path, "I.2.mesure", HEAD + script, check)
    assert seen == [in_turn]
