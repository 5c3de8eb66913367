"""L'ordre des essais d'une correction, avec des essais écrits d'avance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.driving.setting import Job, Setting
from grader.engine import grading
from grader.engine.grading import Heard, Options, Progress, grade, place, with_settings
from grader.engine.preparing import Prepared
from grader.engine.results import CUT
from grader.engine.slots import Slots
from grader.engine.verdicts import LONGER
from grader.model.records import Check, Launch, Outcome, Report, Step, Verdict
from grader.sandbox.cell import PLACE
from tests.grader.engine.samples import check, prepared, right, step, unjudged, wrong

LEARNT = Outcome(1.0, launch=Launch("part2", port=9000))
LATE = wrong("Rien.", timed_out=True)
Item = tuple[Step, Check]


class Scripted:
    """À la place du pool : chaque contrôle reçoit à son tour l'essai suivant de sa liste."""

    def __init__(self, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
        self.outcomes = {name: list(each) for name, each in outcomes.items()}
        self.waiting: list[Item] = []
        self.started: list[tuple[str, float, int]] = []  # contrôle, patience, essais à côté
        self.launches: dict[str, Launch] = {}
        self.closed = False

    def __call__(self, _: Setting, _wakes: tuple[int, ...]) -> "Scripted":
        return self

    def __len__(self) -> int:
        return len(self.waiting)

    def start(self, item: Item, job: Job) -> None:
        self.started.append((job.check.id, job.patience, len(self.waiting)))
        self.launches[job.check.id] = job.script.launch
        self.waiting.append(item)

    def next(self, _seconds: float) -> tuple[Item, Outcome] | None:
        for item in self.waiting:
            if left := self.outcomes[item[1].id]:
                self.waiting.remove(item)
                return item, left.pop(0)
        return None  # plus aucun essai ne finit

    def close(self) -> None:
        self.closed = True

    def names(self) -> list[str]:
        return [name for name, _, _ in self.started]


class Turns:
    """À la place du temps accordé : un nombre de tours."""

    def __init__(self, left: int) -> None:
        self.left = left

    def resume(self) -> None:
        self.left += 1  # lire la copie n'en a pris aucun

    def spend(self, _share: float = 1.0) -> bool:
        self.left -= 1
        return self.left > 0


class Counted:
    """À la place des places d'une classe : ce qui en est pris, rendu, attendu."""

    wakes: tuple[int, ...] = ()

    def __init__(self, waits: int = 0) -> None:
        self.waits = waits  # refus, chaque fois qu'on les demande toutes
        self.told: list[str] = []
        self.most = 0
        self.taken = 0

    def take(self, wanted: int, /) -> bool:
        if self.taken == 2:
            return False
        self.taken += 1
        self.told.append(f"une pour {wanted}")
        return True

    def take_all(self) -> bool:
        assert self.taken == 0  # sans quoi deux copies s'attendraient l'une l'autre
        self.waits -= 1
        if self.waits < 0:
            self.taken += 1
            self.told.append("toutes")
        return self.waits < 0

    def give(self) -> None:
        self.taken -= 1
        self.told.append("rendu")

    def share(self) -> float:
        return 0.5

    def leave(self) -> None:
        self.told.append("fini")


Play = Callable[..., tuple[Report, Scripted]]
SERVER = step("II.4.server", check("listens"), check("relay"), check("clients", static=True))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    def played(
        *steps: Step,
        ready: Prepared | None = None,
        turns: int = 100,
        progress: Progress | None = None,
        heard: Heard | None = None,
        slots: Slots | None = None,
        **outcomes: list[Outcome],
    ) -> tuple[Report, Scripted]:
        pool = Scripted(outcomes)
        known = ready or prepared(*steps)
        monkeypatch.setattr(grading, "prepare", lambda *_, **__: known)
        monkeypatch.setattr(grading, "Pool", pool)
        monkeypatch.setattr(grading, "Budget", lambda _: Turns(turns))
        options = Options(
            Path("/copie"), steps, seed=7, sandbox="none", progress=progress, heard=heard
        )
        report = grade(options, slots)
        assert pool.closed
        return report, pool

    return played


def verdicts(report: Report) -> dict[str, Verdict]:
    return {one.check.id: one.verdict for each in report.steps for one in each.checks}


def test_the_first_check_teaches_how_to_launch(play: Play) -> None:
    report, pool = play(SERVER, listens=[LEARNT], relay=[right()], clients=[right()])
    assert set(verdicts(report).values()) == {Verdict.PASSED}
    assert pool.names() == ["listens", "clients", "relay"]
    assert pool.launches["listens"] == Launch()
    assert pool.launches["relay"] == LEARNT.launch
    assert report.steps[0].launch == LEARNT.launch


def test_what_is_read_waits_for_no_launch(play: Play) -> None:
    late = [wrong("N'écoute pas."), wrong("N'écoute pas.")]
    report, pool = play(SERVER, listens=late, clients=[right()])
    assert verdicts(report) == {
        "listens": Verdict.FAILED,
        "relay": Verdict.SKIPPED,
        "clients": Verdict.PASSED,
    }
    assert report.steps[0].verdict is Verdict.PARTIAL
    assert "relay" not in pool.names()


def test_a_wait_in_vain_is_replayed_alone_then_longer(play: Play) -> None:
    report, pool = play(SERVER, listens=[LEARNT], relay=[LATE, LATE, right()], clients=[right()])
    assert verdicts(report)["relay"] is Verdict.PASSED
    tries = [(patience, beside) for name, patience, beside in pool.started if name == "relay"]
    assert [patience for patience, _ in tries] == [1.0, 1.0, LONGER]
    assert tries[1][1] == 0


def test_a_proved_failure_is_replayed_beside_the_others(play: Play) -> None:
    script = Step("I.1.sync", "", "script", "x.py", (), (), (check("counts"), check("pace")))
    report, pool = play(script, counts=[wrong(), wrong()], pace=[LATE, right()])
    assert verdicts(report) == {"counts": Verdict.FAILED, "pace": Verdict.PASSED}
    assert sorted(pool.names()) == ["counts", "counts", "pace", "pace"]
    assert report.steps[0].checks[0].runs == 2


def test_time_that_runs_out_leaves_the_rest_unjudged(play: Play) -> None:
    report, _ = play(SERVER, turns=20, listens=[LEARNT], relay=[], clients=[right()])
    assert verdicts(report) == {
        "listens": Verdict.PASSED,
        "relay": Verdict.NOT_JUDGED,
        "clients": Verdict.PASSED,
    }
    assert report.steps[0].checks[1].cause == CUT
    assert (report.earned, report.points, report.possible) == (2, 2, 3)


def test_what_is_proved_is_judged_even_if_time_runs_out(play: Play) -> None:
    report, _ = play(SERVER, turns=20, listens=[LEARNT], relay=[wrong()], clients=[right()])
    assert verdicts(report)["relay"] is Verdict.FAILED


@pytest.mark.parametrize(("turns", "met"), [(100, True), (3, False)])
def test_scripts_meet_only_if_time_is_left(play: Play, turns: int, met: bool) -> None:
    """Sans quoi, une copie hostile se donnerait un peu de temps à chaque rencontre."""
    deaf = [replace(wrong("N'a rien dit."), launch=LEARNT.launch)] * 2
    couple = (step(f"II.2.{kind}", check(f"II.2.{kind}.hello")) for kind in ("server", "client"))
    _, pool = play(
        *couple,
        turns=turns,
        **{"II.2.server.hello": deaf, "II.2.client.hello": deaf, "II.2.pair": [right()]},
    )
    assert ("II.2.pair" in pool.names()) is met


def test_what_the_machine_lacks_is_not_judged(play: Play) -> None:
    report, _ = play(SERVER, listens=[LEARNT], relay=[unjudged()], clients=[right()])
    assert verdicts(report)["relay"] is Verdict.NOT_JUDGED
    assert report.steps[0].checks[1].cause == "il manque un Python"


def test_progress_ends_with_everything(play: Play) -> None:
    seen: list[tuple[int, int]] = []
    play(
        SERVER,
        progress=lambda done, total, _: seen.append((done, total)),
        listens=[LEARNT],
        relay=[right()],
        clients=[right()],
    )
    assert seen[-1] == (3, 3)
    assert seen == sorted(seen)


def test_each_trial_is_heard_before_it_is_sure(play: Play) -> None:
    heard: list[tuple[str, Verdict, bool]] = []
    play(
        SERVER,
        heard=lambda result, sure: heard.append((result.check.id, result.verdict, sure)),
        listens=[LEARNT],
        relay=[wrong("Non."), wrong("Non.")],
        clients=[right()],
    )
    assert sorted(heard) == [
        ("clients", Verdict.PASSED, True),
        ("listens", Verdict.PASSED, True),
        ("relay", Verdict.FAILED, False),
        ("relay", Verdict.FAILED, True),
    ]


def test_a_script_that_cannot_be_read_is_not_launched(play: Play) -> None:
    ready = prepared(SERVER, broken={SERVER.id: "ligne 3"})
    report, pool = play(SERVER, ready=ready)
    assert pool.names() == []
    assert report.steps[0].verdict is Verdict.FAILED


def test_each_awake_trial_holds_a_place(play: Play) -> None:
    slots = Counted()
    lists = {"listens": [LEARNT], "relay": [right()], "clients": [right()]}
    report, _ = play(SERVER, slots=slots, **lists)
    assert set(verdicts(report).values()) == {Verdict.PASSED}
    assert slots.told == [
        *("une pour 1", "rendu"),  # lire la copie
        *("une pour 2", "une pour 1", "rendu"),
        *("une pour 1", "rendu", "rendu", "fini"),  # appris, le lancement en permet un de plus
    ]


def test_a_sleeping_trial_holds_none(play: Play) -> None:
    script = Step("I.1.sync", "", "script", "x.py", (), (), (check("counts"), check("pace")))
    slots = Counted()
    play(script, slots=slots, counts=[right()], pace=[LATE, right()])
    assert slots.told == ["une pour 1", "rendu", "fini"]


def test_alone_waits_until_it_holds_every_place(play: Play) -> None:
    slots = Counted(waits=3)
    report, pool = play(
        SERVER, slots=slots, listens=[LEARNT], relay=[LATE, right()], clients=[right()]
    )
    assert verdicts(report)["relay"] is Verdict.PASSED
    assert slots.waits < 0
    assert slots.told[-3:] == ["toutes", "rendu", "fini"]
    assert pool.started[-1] == ("relay", 1.0, 0)


def test_waiting_for_a_place_costs_less_time(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []

    def spend(_: Turns, share: float = 1.0) -> bool:
        spent.append(share)
        return True

    monkeypatch.setattr(Turns, "spend", spend)
    play(SERVER, slots=Counted(), listens=[LEARNT], relay=[right()], clients=[right()])
    assert spent == [1.0, 0.5, 0.5, 0.5]  # lire la copie, puis chaque essai


def test_settings_left_out_keep_their_default() -> None:
    options = Options(Path("/copie"), (), seed=1)
    assert with_settings(options, seed=None, jobs=3) == Options(Path("/copie"), (), seed=1, jobs=3)


def test_a_seed_cannot_be_guessed() -> None:
    seeds = {Options(Path("/copie"), ()).seed for _ in range(20)}
    assert len(seeds) == 20
    assert max(seeds) > 1 << 40


def test_without_a_sandbox_the_place_vanishes() -> None:
    with place("none") as folder:
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_an_arena_leaves_no_folder_to_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with place("bwrap") as folder:
        assert folder == PLACE
        assert list(tmp_path.iterdir()) == []
