"""Les épreuves de `make chaos`, en petit ; et de quoi s'assurer qu'elles voient une faute."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.bonus.chaos import attacks, honest, kills, slow, storms
from tests.bonus.chaos.__main__ import GROWN

pytestmark = pytest.mark.proof


def silent(_: str) -> None:
    pass


def test_killed_three_times(tmp_path: Path) -> None:
    outcome = asyncio.run(kills.survive(tmp_path, kills=3, clients=6, rooms=2, say=silent))
    assert outcome.sound, outcome
    assert outcome.kills == 3
    assert outcome.acknowledged > 20


def spoil(folder: Path, statement: str, *values: Any) -> None:
    base = sqlite3.connect(folder / "chat.db")
    with base:
        base.execute(statement, values)
    base.close()


def test_a_fault_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On abîme l'historique après coup : le juge doit s'en apercevoir."""
    judge = kills._judge

    def judged(folder: Path, talkers: list[kills.Talker], count: int) -> kills.Outcome:
        other = (
            "UPDATE messages SET document=json_set(document, '$.text', ?) WHERE room=1 AND seq=1"
        )
        spoil(folder, other, talkers[0].acknowledged[-1])
        return judge(folder, talkers, count)

    monkeypatch.setattr(kills, "_judge", judged)
    outcome = asyncio.run(kills.survive(tmp_path, kills=1, clients=2, rooms=1, say=silent))
    assert not outcome.sound
    assert (outcome.lost, outcome.doubled) == (1, 1)
    assert outcome.disordered > 0


def test_a_deaf_one_among_ten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "BURSTS", 20)
    outcome = slow.listen_to_a_deaf_one(tmp_path, members=10, rounds=1, say=silent)
    assert outcome.resumed
    assert outcome.reason is not None
    assert outcome.ratio > 0


def test_a_small_storm(tmp_path: Path) -> None:
    outcome = storms.weather(tmp_path, 0.02, silent)
    assert outcome.grown <= GROWN


def test_a_short_siege(tmp_path: Path) -> None:
    """Toutes les attaques sont menées, et chacun des honnêtes gens est entendu."""
    sieges = honest.besiege(tmp_path, seconds=0.5, rounds=1, rest=0.5, say=silent)
    outcomes = [one for siege in sieges for one in siege.outcomes]
    assert [one.name for one in outcomes] == [*attacks.ATTACKS, *attacks.TLS_ATTACKS]
    assert all(one.tries for one in outcomes)
    assert all(len(one.here) > 10 and len(one.elsewhere) > 10 for one in outcomes)


def test_a_siege_is_judged_on_the_slowest_and_on_memory() -> None:
    calm = honest.Outcome("calme", [0.01] * 100, [0.02] * 100)
    assert honest.Siege([calm], 100, 120).held
    assert not honest.Siege([calm], 100, 121).held
    slow_one = honest.Outcome("lente", [0.01] * 100, [0.01] * 98 + [0.04] * 2)
    assert not honest.Siege([calm, slow_one], 100, 100).held
