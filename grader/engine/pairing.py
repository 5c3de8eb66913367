"""La part des points quand seule la copie se comprend elle-même."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.model import Check, CheckResult, Outcome, Step, Verdict

PAIR_CREDIT = 0.5
# Ce que montre une conversation entre le serveur et le client de la copie, d'où qu'on la regarde.
SHOWN = frozenset(
    {"hello", "log", "relay", "silent", "joins", "chat", "sends", "talks", "receives", "shows"}
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


def concerned(result: CheckResult) -> bool:
    """Vrai si une conversation entre les deux scripts de la copie vaudrait des points."""
    shown = result.check.id.rpartition(".")[2] in SHOWN
    return shown and not result.earned and result.verdict in (Verdict.FAILED, Verdict.SKIPPED)


def pairs(
    steps: Sequence[Step], results: dict[str, list[CheckResult]]
) -> Iterator[tuple[Step, Check]]:
    """Les conversations à essayer : à la place de l'étape du client, un contrôle de plus."""
    known = {step.id: step for step in steps}
    for group, (server, client) in PARTNERS.items():
        mine = [*results.get(server, ()), *(results.get(client, ()) if group != "II.4" else ())]
        if server in known and client in known and any(map(concerned, mine)):
            step = known[client]
            title = "Le serveur et le client de la copie, ensemble"
            yield step, replace(step.checks[0], id=f"{group}.pair", title=title)


def share(group: str, outcome: Outcome, results: dict[str, list[CheckResult]]) -> None:
    """Rend à chacun des deux scripts la part des points que vaut leur entente."""
    if outcome.failure or outcome.error:
        return
    server, client = PARTNERS[group]
    for step_id in (server, client) if group != "II.4" else (server,):
        for result in results.get(step_id, ()):
            if concerned(result):
                result.earned = round(result.check.points * PAIR_CREDIT, 4)
                result.notes.append(NOTE)
