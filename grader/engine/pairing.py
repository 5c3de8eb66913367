"""La part des points quand seule la copie se comprend elle-même."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.checks.pair import PROVES
from grader.engine import catalogue
from grader.model.records import Check, CheckResult, Outcome, Step, Verdict

PAIR_CREDIT = 0.5
# Ce qu'un script réussit sans que le correcteur ait à s'en faire comprendre.
UNSPOKEN = frozenset(
    {
        "server.listens",
        "server.options",
        "server.clients",
        "server.asynchronous",
        "client.connects",
        "client.options",
        "client.functions",
        "client.asynchronous",
        "client.stays",
        "client.says",
        "client.quits",
        "client.vanishes",
    }
)
PARTNERS = {
    "II.2": ("II.2.server", "II.2.client"),
    "II.3": ("II.3.server", "II.3.client"),
    "II.4": ("II.4.server", "II.3.client"),
    "II.5": ("II.5.server", "II.5.client"),
    "II.6": ("II.6.server", "II.6.client"),
}
NOTE = (
    "Le correcteur ne se fait pas comprendre, mais le serveur et le client de la copie se "
    "comprennent : une part des points."
)


def understood(checks: Sequence[CheckResult]) -> bool:
    """Vrai si quelque chose, dans cette étape, a répondu au correcteur."""
    return any(
        result.earned and result.check.id.split(".", 2)[2] not in UNSPOKEN for result in checks
    )


def owed(group: str, checks: Sequence[CheckResult]) -> list[CheckResult]:
    """Les contrôles de cette étape qu'une conversation entre les deux scripts pourrait payer."""
    if understood(checks):
        return []
    return [
        result
        for result in checks
        if result.check.id in PROVES
        and result.check.id.startswith(f"{group}.")
        and not result.earned
        and result.verdict in (Verdict.FAILED, Verdict.SKIPPED)
    ]


def pairs(
    results: Mapping[str, Sequence[CheckResult]], found: Container[str]
) -> Iterator[tuple[Step, Check]]:
    """Les conversations à essayer : à la place de l'étape du client, un contrôle de plus.

    `found` : les étapes dont la copie contient le script, qu'on ait ou non à les juger.
    """
    known = {step.id: step for step in catalogue.steps()}
    for group, partners in PARTNERS.items():
        here = all(name in found for name in partners)
        if here and any(owed(group, results.get(name, ())) for name in partners):
            step = known[partners[1]]
            title = "Le serveur et le client de la copie, ensemble"
            yield step, replace(step.checks[0], id=f"{group}.pair", title=title)


def share(group: str, outcome: Outcome, results: Mapping[str, Sequence[CheckResult]]) -> None:
    """Rend à chacun des deux scripts la part des points de ce que leur entente a prouvé."""
    if outcome.failure or outcome.error or outcome.unjudged:
        return
    for name in PARTNERS[group]:
        for result in owed(group, results.get(name, ())):
            if result.check.id in outcome.notes:
                result.earned = round(result.check.points * PAIR_CREDIT, 4)
                result.notes.append(NOTE)
