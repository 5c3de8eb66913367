"""Du verdict des contrôles à celui des étapes : une cause, une ligne rouge."""

import shlex
from pathlib import Path, PurePosixPath

from grader.discovery.names import Found
from grader.engine.results import assemble
from grader.model.records import Launch, Outcome, StepResult, Verdict
from tests.grader.engine.samples import (
    broken,
    check,
    prepared,
    right,
    script,
    step,
    wrong,
)

PASSED, FAILED, SKIPPED = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED
ERROR, PARTIAL = Verdict.ERROR, Verdict.PARTIAL
CHAT = step(
    "II.4.server",
    check("listens"),
    check("relay", needs=("listens",)),
    check("silent", needs=("relay",)),
    check("departures", needs=("relay", "listens")),
    check("clients"),
)


def judged(**outcomes: Outcome) -> StepResult:
    """L'étape CHAT, chaque contrôle joué deux fois avec le même résultat."""
    ready = prepared(CHAT)
    runs = {name: [outcome] * 2 for name, outcome in outcomes.items()}
    (result,) = assemble([CHAT], ready, ready.scripts, runs)
    return result


def verdicts(result: StepResult) -> list[tuple[str, Verdict, str]]:
    return [(check.check.id, check.verdict, check.cause) for check in result.checks]


def every(outcome: Outcome, **others: Outcome) -> dict[str, Outcome]:
    return {one.id: outcome for one in CHAT.checks} | others


def test_all_right() -> None:
    result = judged(**every(right()))
    assert result.verdict is PASSED
    assert result.earned == 5
    assert {check.verdict for check in result.checks} == {PASSED}


def test_one_cause_for_all_that_depends_on_it() -> None:
    result = judged(**every(right(), relay=wrong()))
    assert verdicts(result) == [
        ("listens", PASSED, ""),
        ("relay", FAILED, ""),
        ("silent", SKIPPED, "relay"),
        ("departures", SKIPPED, "relay"),
        ("clients", PASSED, ""),
    ]
    assert (result.verdict, result.earned) == (PARTIAL, 2)


def test_the_cause_of_the_cause() -> None:
    result = judged(**every(right(), listens=wrong()))
    skipped = [("relay", SKIPPED, "listens"), ("silent", SKIPPED, "listens")]
    assert verdicts(result)[1:3] == skipped
    assert verdicts(result)[3] == ("departures", SKIPPED, "listens")


def test_what_is_said_word_for_word_is_one_cause() -> None:
    """Sans en dépendre : une exception au démarrage se voit dans tous les contrôles."""
    crash = wrong("Le script échoue.")
    result = judged(**every(right(), relay=wrong(credit=0.5), departures=crash, clients=crash))
    assert verdicts(result)[3:] == [("departures", FAILED, ""), ("clients", SKIPPED, "departures")]
    half = wrong("Le script échoue.", credit=0.5)
    result = judged(**every(right(), departures=crash, clients=half))
    assert verdicts(result)[4] == ("clients", FAILED, "")


def test_partial_credit_lets_the_rest_be_judged() -> None:
    result = judged(**every(right(), relay=wrong(credit=0.5)))
    assert verdicts(result)[1:4] == [
        ("relay", FAILED, ""),
        ("silent", PASSED, ""),
        ("departures", PASSED, ""),
    ]
    assert result.earned == 4.5


def test_a_script_nobody_knows_how_to_launch() -> None:
    """Les contrôles d'après le premier n'ont pas été joués."""
    result = judged(listens=wrong())
    assert verdicts(result)[1:] == [(one.id, SKIPPED, "listens") for one in CHAT.checks[1:]]
    assert (result.verdict, result.earned) == (FAILED, 0)


def test_our_own_failure_costs_nothing_even_at_the_first_check() -> None:
    result = judged(listens=broken())
    assert {check.verdict for check in result.checks} == {ERROR}
    assert (result.earned, result.points) == (0, 0)
    assert all(check.error for check in result.checks)


def test_our_own_failure_stops_nothing() -> None:
    result = judged(**every(right(), relay=broken()))
    assert [verdict for _, verdict, _ in verdicts(result)] == [PASSED, ERROR, *[PASSED] * 3]
    assert (result.verdict, result.earned, result.points) == (ERROR, 4, 4)


def test_a_syntax_error_is_one_failure() -> None:
    ready = prepared(CHAT, broken={CHAT.id: "ligne 3 : '(' was never closed"})
    (result,) = assemble([CHAT], ready, ready.scripts, {})
    first, *others = result.checks
    assert (first.verdict, first.earned) == (FAILED, 0)
    assert first.failure
    assert "ligne 3 : '(' was never closed" in first.failure.message
    assert first.failure.reproduce == ("python -m py_compile II.4.server.py",)
    assert {(other.verdict, other.cause) for other in others} == {(SKIPPED, "listens")}


def test_not_submitted_and_empty() -> None:
    ready = prepared()
    ready.empty[CHAT.id] = PurePosixPath("part2/vide.py")
    (result,) = assemble([CHAT], ready, ready.scripts, {})
    assert (result.verdict, result.earned) == (Verdict.NOT_SUBMITTED, 0)
    assert {check.verdict for check in result.checks} == {Verdict.NOT_SUBMITTED}
    assert result.note == "part2/vide.py est vide."


def test_what_is_known_of_the_script() -> None:
    ready = prepared(CHAT)
    others = (PurePosixPath("vieux.py"),)
    ready.found[CHAT.id] = Found(PurePosixPath("chat.py"), others, "Le nom diffère.")
    scripts = {CHAT.id: script("chat.py", port=9000)}
    (result,) = assemble([CHAT], ready, scripts, {"listens": [right()]})
    assert (result.file, result.others, result.python) == ("chat.py", ["vieux.py"], "3.12.1")
    assert (result.launch, result.note) == (Launch(port=9000), "Le nom diffère.")


class TestBlame:
    """Une étape qui échoue parce qu'une autre manque n'est pas une seconde ligne rouge."""

    MULTIPLE = step("multiple", check("requests"))
    MESURE = step("mesure", check("both"), check("figures"), needs=("multiple",))

    def judged(self, before: Outcome | None, both: Outcome, figures: Outcome) -> StepResult:
        steps = [self.MULTIPLE, self.MESURE] if before else [self.MESURE]
        ready = prepared(*steps)
        runs = {"both": [both] * 2, "figures": [figures] * 2}
        if before:
            runs["requests"] = [before] * 2
        return assemble(steps, ready, ready.scripts, runs)[-1]

    def test_the_other_is_guilty(self) -> None:
        result = self.judged(wrong(), wrong(), wrong())
        assert verdicts(result) == [("both", SKIPPED, "multiple"), ("figures", SKIPPED, "multiple")]
        assert result.verdict is SKIPPED

    def test_the_other_was_not_submitted(self) -> None:
        ready = prepared(self.MESURE)
        runs = {"both": [wrong()] * 2, "figures": [wrong()] * 2}
        results = assemble([self.MULTIPLE, self.MESURE], ready, ready.scripts, runs)
        assert [result.verdict for result in results] == [Verdict.NOT_SUBMITTED, SKIPPED]

    def test_the_other_is_innocent(self) -> None:
        assert self.judged(right(), wrong(), wrong()).verdict is FAILED
        assert self.judged(wrong(credit=0.25), wrong(), wrong()).verdict is FAILED
        assert self.judged(None, wrong(), wrong()).verdict is FAILED

    def test_what_is_earned_stays_earned(self) -> None:
        assert self.judged(wrong(), right(), right()).earned == 2
        assert self.judged(wrong(), wrong(credit=0.5), right()).earned == 1.5


def test_a_syntax_error_in_a_hostile_file(tmp_path: Path) -> None:
    one = step("II.4.server", check("listens"))
    ready = prepared(one, broken={one.id: "illisible"})
    ready.scripts[one.id] = script("-x $(reboot).py")
    (result,) = assemble([one], ready, ready.scripts, {})
    assert result.checks[0].failure
    (command,) = result.checks[0].failure.reproduce
    assert shlex.split(command) == ["python", "-m", "py_compile", "./-x $(reboot).py"]
    assert list(tmp_path.iterdir()) == []


def test_what_the_machine_lacks_costs_nothing() -> None:
    one = step("A", check("A.1"), check("A.2"))
    ready = prepared(one)
    ready.unavailable["A"] = "il manque un module"
    (result,) = assemble([one], ready, ready.scripts, {})
    assert (result.verdict, result.note) == (Verdict.NOT_JUDGED, "il manque un module")
    assert [(c.verdict, c.cause) for c in result.checks] == [
        (Verdict.NOT_JUDGED, "il manque un module")
    ] * 2


def test_what_was_judged_of_a_step_is_not_called_unjudged() -> None:
    lacking = Outcome(0.0, unjudged="la mémoire manque")
    result = judged(**every(right(), clients=lacking))
    assert (result.verdict, result.earned, result.points) == (PARTIAL, 4, 4)
    assert judged(**every(lacking)).verdict is Verdict.NOT_JUDGED
