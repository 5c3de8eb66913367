"""Les étapes du TP, lues dans steps.toml : un correcteur se lit d'abord là."""

import functools
import tomllib
from importlib import resources
from typing import Any

from grader.model.records import Check, Step

TOTAL = 20  # points


def _check(step_id: str, entry: dict[str, Any]) -> Check:
    hints = entry["hints"]
    if len(hints) != 3:
        raise ValueError(f"{step_id}.{entry['id']} : il faut trois indices")
    return Check(
        id=f"{step_id}.{entry['id']}",
        title=entry["title"],
        asks=entry["asks"],
        points=float(entry["points"]),
        deadline=float(entry.get("deadline", 2.0)),
        needs=tuple(f"{step_id}.{name}" for name in entry.get("needs", ())),
        static=bool(entry.get("static", False)),
        hints=(hints[0], hints[1], hints[2]),
        reproduce=tuple(entry["reproduce"]),
    )


def _step(entry: dict[str, Any]) -> Step:
    return Step(
        id=entry["id"],
        title=entry["title"],
        kind=entry["kind"],
        file=entry["file"],
        aliases=tuple(entry.get("aliases", ())),
        needs=tuple(entry.get("needs", ())),
        checks=tuple(_check(entry["id"], check) for check in entry["checks"]),
    )


@functools.cache
def steps() -> tuple[Step, ...]:
    """Les seize étapes, dans l'ordre du sujet."""
    text = resources.files("grader").joinpath("steps.toml").read_text("utf-8")
    return tuple(_step(entry) for entry in tomllib.loads(text)["steps"])


def select(wanted: str) -> tuple[Step, ...]:
    """Les étapes que désigne « II », « II.5 » ou « II.5.server » ; aucune si rien ne répond."""
    name = wanted.strip().rstrip(".").casefold()
    return tuple(
        step for step in steps() if f"{step.id.casefold()}.".startswith(f"{name}.") and name
    )
