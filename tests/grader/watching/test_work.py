"""Ce que fait chaque touche et chaque nouvelle, sans rien lancer."""

from dataclasses import replace

import pytest

from grader.engine.catalogue import select, steps
from grader.model.records import (
    Check,
    CheckResult,
    Failure,
    Outcome,
    Report,
    Step,
    StepResult,
    Verdict,
)
from grader.watching.judging import Advanced, Failed, Tried
from grader.watching.memory import Memory
from grader.watching.saves import Seen
from grader.watching.work import (
    ALL_PASSED,
    BACK,
    GONE,
    INTERRUPTED,
    NO_HINT,
    UNWATCHED,
    Order,
    Showing,
    Work,
)

(SERVER,) = select("II.5.server")
JOINS = next(check for check in SERVER.checks if check.id == "II.5.server.joins")


def passed(check: Check) -> CheckResult:
    return CheckResult(check, Verdict.PASSED, check.points, runs=1)


def failed(check: Check) -> CheckResult:
    return CheckResult(check, Verdict.FAILED, trial=Outcome(0.0, Failure("Non.")), runs=1)


def report(*given: Step, wrong: tuple[Check, ...] = ()) -> Report:
    results = []
    for step in given:
        checks = [failed(one) if one in wrong else passed(one) for one in step.checks]
        verdict = Verdict.PARTIAL if set(wrong) & set(step.checks) else Verdict.PASSED
        results.append(StepResult(step, verdict, checks, "a.py"))
    return Report("/copie", 1, "bwrap", results)


def at_work(step: Step = SERVER, **settings: object) -> Work:
    """Un travail dont cette étape se juge."""
    work = Work(Memory(**settings))  # type: ignore[arg-type]
    assert work.open([step]) is Order.JUDGE
    work.begin(Order.JUDGE)
    return work


def judged(*wrong: Check) -> Work:
    work = at_work()
    assert work.hear(report(SERVER, wrong=wrong))
    return work


class TestOpening:
    def test_nothing_known_everything_is_judged(self) -> None:
        work = Work(Memory())
        assert work.open(()) is Order.JUDGE_ALL
        assert work.step is None

    def test_where_one_was(self) -> None:
        work = Work(Memory("II.5.server", {"II.5.server": Verdict.PARTIAL}))
        assert work.open(()) is Order.JUDGE
        assert work.step == SERVER

    def test_what_was_finished_is_left(self) -> None:
        verdicts = {"II.5.server": Verdict.PASSED, "II.6.server": Verdict.PASSED}
        work = Work(Memory("II.5.server", verdicts))
        assert work.open(()) is Order.JUDGE
        assert work.step == select("II.6.client")[0]

    def test_everything_finished(self) -> None:
        work = Work(Memory("II.5.server", {step.id: Verdict.PASSED for step in steps()}))
        assert work.open(()) is Order.JUDGE
        assert work.step == SERVER

    def test_the_step_one_asks_for(self) -> None:
        server, client = sorted(select("II.6"), key=lambda step: step.id, reverse=True)
        work = Work(Memory("I.1.sync", {server.id: Verdict.PASSED}))
        assert work.open([server, client]) is Order.JUDGE
        assert work.step == client
        assert work.open([server]) is Order.JUDGE
        assert work.step == server


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "order"),
        [
            ("r", Order.JUDGE),
            ("R", Order.JUDGE),
            ("t", Order.JUDGE_ALL),
            ("n", Order.JUDGE),
            ("q", Order.QUIT),
            ("\x04", Order.QUIT),
            ("l", Order.NOTHING),
            ("h", Order.NOTHING),
            ("x", Order.NOTHING),
            ("é", Order.NOTHING),
        ],
    )
    def test_what_each_asks(self, key: str, order: Order) -> None:
        assert judged(JOINS).press(key) is order

    def test_before_one_knows_where_one_is(self) -> None:
        work = Work(Memory())
        work.begin(work.open(()))
        assert work.press("n") is Order.NOTHING
        assert work.press("h") is Order.NOTHING
        assert work.press("r") is Order.JUDGE_ALL
        assert work.press("t") is Order.JUDGE_ALL

    def test_the_next_is_the_next_to_do(self) -> None:
        work = judged()
        work.memory.verdicts["II.6.server"] = Verdict.PASSED
        assert work.press("n") is Order.JUDGE
        assert work.step == select("II.6.client")[0]
        assert (work.shown, work.result) == (None, None)
        assert work.press("n") is Order.JUDGE  # après la dernière, la première
        assert work.step == steps()[0]

    def test_there_is_no_next(self) -> None:
        work = judged()
        work.memory.verdicts |= {step.id: Verdict.PASSED for step in steps()}
        assert work.press("n") is Order.NOTHING
        assert work.notice == ALL_PASSED
        assert work.step == SERVER
        work.press("x")
        assert work.notice == ""

    def test_hints_one_after_the_other(self) -> None:
        work = judged(JOINS)
        assert work.subject == JOINS
        levels = [work.level]
        for _ in range(5):
            work.press("h")
            levels.append(work.level)
        assert levels == [0, 1, 2, 3, 0, 1]
        assert work.memory.hints == {JOINS.id: 1}

    def test_a_hint_is_for_one_check(self) -> None:
        work = judged(JOINS)
        work.press("h")
        work.begin(Order.JUDGE)
        assert work.hear(report(SERVER, wrong=(SERVER.checks[0],)))
        assert (work.subject, work.level) == (SERVER.checks[0], 0)

    def test_no_hint_when_all_is_right(self) -> None:
        work = judged()
        work.press("h")
        assert work.notice == NO_HINT
        assert (work.subject, work.level, work.memory.hints) == (None, 0, {})

    def test_a_hint_before_any_verdict(self) -> None:
        work = at_work()
        work.press("h")
        assert work.memory.hints == {SERVER.checks[0].id: 1}

    def test_the_list_and_back(self) -> None:
        work = judged(JOINS)
        for expected in (Showing.LIST, Showing.STEP, Showing.LIST):
            work.press("l")
            assert work.page is expected
        work.press("h")
        assert work.page is Showing.STEP


class TestHearing:
    def test_the_first_wrong_is_the_first_of_the_step(self) -> None:
        work = at_work()
        first, second, third = SERVER.checks[:3]
        for check, sure in ((third, False), (first, True)):
            result = passed(check) if check is first else failed(check)
            assert not work.hear(Tried(result, sure))
        assert work.shown == failed(third)
        assert not work.sure
        work.hear(Tried(failed(second), sure=True))
        assert work.shown == failed(second)
        assert work.sure

    def test_a_failure_played_again_may_pass(self) -> None:
        work = at_work()
        work.hear(Tried(failed(JOINS), sure=False))
        work.hear(Tried(passed(JOINS), sure=True))
        assert work.shown is None
        assert work.sure

    def test_the_report_is_the_last_word(self) -> None:
        work = at_work()
        work.hear(Tried(failed(SERVER.checks[0]), sure=False))
        assert work.hear(report(SERVER, wrong=(JOINS,)))
        assert work.shown == failed(JOINS)
        assert work.sure
        assert work.judging is Order.NOTHING
        assert work.memory == Memory("II.5.server", {"II.5.server": Verdict.PARTIAL})
        assert work.page is Showing.STEP

    def test_another_step_is_not_listened_to(self) -> None:
        work = at_work()
        work.hear(Tried(failed(steps()[0].checks[0]), sure=True))
        assert work.shown is None

    def test_no_report(self) -> None:
        work = at_work()
        assert work.hear(Failed("rien à juger."))
        assert (work.failed, work.judging) == ("rien à juger.", Order.NOTHING)
        work.begin(Order.JUDGE)
        assert work.failed == ""

    def test_the_first_time_the_first_wrong_step_is_found(self) -> None:
        work = Work(Memory())
        work.begin(work.open(()))
        work.hear(Advanced(3, 90))
        assert work.done == Advanced(3, 90)
        assert work.hear(report(*steps(), wrong=(JOINS,)))
        assert (work.step, work.page) == (SERVER, Showing.STEP)
        assert work.shown == failed(JOINS)
        assert work.memory.step == "II.5.server"
        assert len(work.memory.verdicts) == len(steps())

    def test_the_first_time_and_nothing_is_wrong(self) -> None:
        work = Work(Memory())
        work.begin(work.open(()))
        assert work.hear(report(*steps()))
        assert (work.step, work.page) == (steps()[-1], Showing.LIST)
        assert work.report

    def test_everything_on_request_leaves_one_where_one_is(self) -> None:
        work = judged()
        work.begin(work.press("t"))
        assert work.result  # on le voit encore
        assert work.hear(report(*steps(), wrong=(JOINS, steps()[0].checks[0])))
        assert (work.step, work.page) == (SERVER, Showing.LIST)
        work.press("l")
        assert work.shown == failed(JOINS)


class TestSeeing:
    def test_a_save_judges_again(self) -> None:
        work = judged(JOINS)
        work.press("l")
        assert work.see(Seen("saved", ("a.py",))) is Order.JUDGE
        assert (work.saved, work.page, work.notice) == ("a.py", Showing.STEP, "")
        work.see(Seen("saved", ("a.py", "b.py", "c.py")))
        assert work.saved == "a.py et 2 autres"

    def test_a_save_while_everything_is_judged(self) -> None:
        work = judged(JOINS)
        work.begin(work.press("t"))
        assert work.see(Seen("saved", ("a.py",))) is Order.JUDGE
        assert work.notice == INTERRUPTED

    def test_a_save_the_first_time(self) -> None:
        work = Work(Memory())
        work.begin(work.open(()))
        assert work.see(Seen("saved", ("a.py",))) is Order.JUDGE_ALL
        assert work.notice == ""

    def test_the_folder_goes_and_comes_back(self) -> None:
        work = judged(JOINS)
        work.failed = "ce dossier n'existe pas."
        assert work.see(Seen("gone")) is Order.STOP
        work.stop()
        assert (work.notice, work.result, work.failed) == (GONE, None, "")
        assert work.see(Seen("back")) is Order.JUDGE
        assert work.notice == BACK

    def test_nothing_will_be_said_of_saves(self) -> None:
        work = judged(JOINS)
        assert work.see(Seen("blind", reason="raison")) is Order.NOTHING
        assert "raison" in work.standing[0]
        assert work.shown
        work.lose()
        assert work.standing[1] == UNWATCHED


def test_a_failed_step_without_a_script() -> None:
    work = at_work()
    absent = [CheckResult(check, Verdict.NOT_SUBMITTED) for check in SERVER.checks]
    nothing = StepResult(SERVER, Verdict.NOT_SUBMITTED, absent)
    assert work.hear(replace(report(), steps=[nothing]))
    assert work.shown == absent[0]
    assert work.subject == SERVER.checks[0]
