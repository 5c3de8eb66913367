"""La part des points quand seule la copie se comprend elle-même."""

import pytest

from grader.catalogue import select, steps
from grader.engine.functions import functions
from grader.engine.pairing import NOTE, PAIR_CREDIT, PARTNERS, SHOWN, concerned, pairs, share
from grader.model import CheckResult, Step, Verdict
from tests.grader.engine.samples import broken, right, wrong

PARTNERS_STEPS = {name for pair in PARTNERS.values() for name in pair}
FAILED, SKIPPED, PASSED = Verdict.FAILED, Verdict.SKIPPED, Verdict.PASSED


def results(verdict: Verdict, earned: float = 0.0) -> dict[str, list[CheckResult]]:
    """Tout contrôle de la partie II avec ce verdict."""
    return {
        step.id: [CheckResult(check, verdict, earned) for check in step.checks]
        for step in select("II")
    }


def group(name: str) -> list[Step]:
    return [step for step in steps() if step.id in PARTNERS[name]]


def test_partners_are_a_server_and_a_client_of_the_lab() -> None:
    for name, (server, client) in PARTNERS.items():
        assert [step.kind for step in select(server)] == ["server"]
        assert [step.kind for step in select(client)] == ["client"]
        assert server == f"{name}.server"
        assert f"{name}.pair" in functions()
    assert {step.id for step in select("II")} == PARTNERS_STEPS


def test_what_a_conversation_shows_exists() -> None:
    names = {check.id.rpartition(".")[2] for step in select("II") for check in step.checks}
    assert names >= SHOWN


@pytest.mark.parametrize(
    ("verdict", "earned", "expected"),
    [
        (FAILED, 0.0, True),
        (SKIPPED, 0.0, True),
        (FAILED, 0.25, False),  # il a déjà sa part
        (PASSED, 0.5, False),
        (Verdict.UNSTABLE, 0.25, False),
        (Verdict.ERROR, 0.5, False),
        (Verdict.NOT_SUBMITTED, 0.0, False),
    ],
)
def test_concerned(verdict: Verdict, earned: float, expected: bool) -> None:
    by_id = {check.id: check for step in select("II") for check in step.checks}
    assert concerned(CheckResult(by_id["II.4.server.relay"], verdict, earned)) is expected
    assert not concerned(CheckResult(by_id["II.4.server.listens"], verdict, earned))
    assert not concerned(CheckResult(by_id["II.6.server.vanishes"], verdict, earned))


def test_a_conversation_for_each_group_that_fails() -> None:
    found = list(pairs(select("II"), results(FAILED)))
    assert [check.id for _, check in found] == [f"{name}.pair" for name in PARTNERS]
    assert [step.id for step, _ in found] == [client for _, client in PARTNERS.values()]
    for step, check in found:
        assert check.deadline == step.checks[0].deadline
    assert list(pairs(select("II"), results(PASSED, 1.0))) == []


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("name", PARTNERS)
def test_both_scripts_are_needed(name: str, side: int) -> None:
    alone = [step for step in group(name) if step.id == PARTNERS[name][side]]
    assert list(pairs(alone, results(FAILED))) == []
    assert f"{name}.pair" in [check.id for _, check in pairs(group(name), results(FAILED))]


@pytest.mark.parametrize("name", [name for name in PARTNERS if name != "II.4"])
@pytest.mark.parametrize("side", [0, 1])
def test_the_failure_of_one_is_enough(name: str, side: int) -> None:
    found = results(PASSED, 1.0)
    found[PARTNERS[name][side]] = results(FAILED)[PARTNERS[name][side]]
    assert [check.id for _, check in pairs(group(name), found)] == [f"{name}.pair"]


def test_the_client_of_step_3_is_not_judged_again_at_step_4() -> None:
    found = results(PASSED, 1.0)
    found["II.3.client"] = results(FAILED)["II.3.client"]
    assert [check.id for _, check in pairs(select("II"), found)] == ["II.3.pair"]
    found = results(FAILED)
    share("II.4", right(), found)
    assert sum(result.earned for result in found["II.4.server"]) > 0
    assert sum(result.earned for result in found["II.3.client"]) == 0


@pytest.mark.parametrize("name", PARTNERS)
def test_half_the_points_to_both(name: str) -> None:
    found = results(SKIPPED)
    share(name, right(), found)
    for step_id, checks in found.items():
        mine = step_id.startswith(f"{name}.")
        for result in checks:
            shown = mine and result.check.id.rpartition(".")[2] in SHOWN
            assert result.earned == (result.check.points * PAIR_CREDIT if shown else 0)
            assert result.notes == ([NOTE] if shown else [])


@pytest.mark.parametrize("outcome", [wrong(), wrong(credit=0.5), broken()])
def test_nothing_when_they_do_not_understand_each_other(outcome: object) -> None:
    found = results(FAILED)
    share("II.5", outcome, found)  # type: ignore[arg-type]
    assert not any(result.earned or result.notes for checks in found.values() for result in checks)


def test_what_is_earned_is_not_halved() -> None:
    found = results(FAILED)
    relay = next(one for one in found["II.5.server"] if one.check.id.endswith("relay"))
    relay.earned = 0.4
    share("II.5", right(), found)
    assert (relay.earned, relay.notes) == (0.4, [])
