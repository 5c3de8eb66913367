"""L'arène sans bac à sable : ce qu'on y lance, ce qu'on y attend, ce qu'il en reste."""

import os
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from grader.discovery.files import SourceFile, Submission
from grader.driving.arena import Arena
from grader.driving.prompts import converse
from grader.driving.setting import Job, Script, Setting
from grader.engine.catalogue import select
from grader.model.records import Launch
from grader.sandbox.cell import Runtime
from grader.world.authority import Authority
from tests.grader.driving.programs import children, leaving_nothing
from tests.support.waiting import DEADLINE

AUTHORITY = Authority()
LONG = 60.0  # secondes qu'on n'attendra pas


def playing(
    place: Path,
    source: str,
    scenario: Callable[[Arena], Awaitable[None]],
    *,
    folder: str = "",
    patience: float = 1.0,
    alarms: int = -1,
) -> None:
    """Joue `scenario` dans l'arène d'une étape dont le script est `source`."""
    path = PurePosixPath(folder, "script.py")
    submission = Submission(place, (SourceFile(path, source.encode()),))
    setting = Setting("none", place, submission, alarms=alarms, authority=AUTHORITY)
    step = select("II.5.client")[0]
    check = replace(step.checks[0], deadline=LONG)
    runtime = Runtime(Path(sys.executable), ())
    script = Script(path, runtime, "3", (), Launch(folder=folder))
    job = Job(step, check, {step.id: script}, seed=random.randrange(1000), patience=patience)

    async def inside() -> None:
        async with Arena(setting, job) as arena:
            await scenario(arena)

    leaving_nothing(inside)
    assert list(place.iterdir()) == []


def test_runs_where_it_is_told_with_the_files_it_is_given(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start(["-p", "x y"], files={"urls.txt": "une\n"})
        assert await program.finish(DEADLINE) == 0
        assert program.since() == "tp6/I.2 ['script.py', '-p', 'x y'] une\n"
        assert program.name == "client"
        assert arena.timeline.events[0].text == "python script.py -p x y"

    source = "import os, sys; print('/'.join(os.getcwd().split('/')[-2:]), sys.argv, end=' ')\n"
    playing(tmp_path, f"{source}print(open('urls.txt').read(), end='')", scenario, folder="I.2")


def test_each_program_has_a_copy_of_its_own(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        for _ in range(2):
            program = await arena.start()
            assert await program.finish(DEADLINE) == 0, program.last_lines

    playing(tmp_path, "open('reste', 'x').close()", scenario)


def test_waits_for_a_fact_and_no_more(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "prêt" in program.since(), program, calm=LONG)

    playing(tmp_path, "print('prêt', flush=True)\ninput()", scenario)


def test_gives_up_when_all_sleep(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "prêt" in program.since(), program)
        started = time.monotonic()
        assert not await arena.wait(lambda: False, program, calm=LONG)
        assert time.monotonic() - started < LONG / 2
        assert arena.proven
        assert arena.idle(program)

    playing(tmp_path, "print('prêt', flush=True)\ninput()", scenario)


def test_gives_up_after_a_while_where_the_kernel_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.driving.waiting.NAMES", {})

    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "prêt" in program.since(), program, calm=LONG)
        started = time.monotonic()
        assert not await arena.wait(lambda: False, program, calm=0.1)
        assert 0.2 <= time.monotonic() - started < LONG / 2  # deux fois plus de patience
        assert not arena.proven
        assert arena.idle(program)

    playing(tmp_path, "print('prêt', flush=True)\ninput()", scenario, patience=2.0)


def test_waits_longer_for_who_has_no_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.driving.arena.starved", lambda _: time.monotonic())

    async def scenario(arena: Arena) -> None:
        await arena.start()
        started = time.monotonic()
        assert not await arena.wait(lambda: False, deadline=0.2)
        assert time.monotonic() - started >= 0.4

    playing(tmp_path, "input()", scenario)


def test_waits_for_who_sleeps_before_it_answers(tmp_path: Path) -> None:
    """Un fil qui se réveillera bientôt peut encore répondre."""

    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "fini" in program.since(), program, calm=0.02)
        place = program.here
        program.type("encore")
        await arena.settle(program)
        assert "refait" in program.since(place)

    source = "import time\ntime.sleep(0.7)\nprint('fini')\ninput()\ntime.sleep(0.7)\n"
    playing(tmp_path, f"{source}print('refait')\ninput()", scenario)


def test_does_not_wait_for_who_sleeps_longer_than_the_deadline(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "prêt" in program.since(), program)
        started = time.monotonic()
        assert not await arena.wait(lambda: False, program)
        assert time.monotonic() - started < LONG / 2
        assert arena.proven

    playing(tmp_path, "import time\nprint('prêt', flush=True)\ntime.sleep(500)", scenario)


def test_does_not_settle_for_ever_before_who_beats(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        started = time.monotonic()
        for _ in range(5):
            await arena.settle(program)
        assert time.monotonic() - started < LONG / 2
        assert not await arena.wait(lambda: False, program, deadline=0.3)
        assert arena.proven  # il dormait : la machine n'y est pour rien

    playing(tmp_path, "import time\nwhile True:\n    time.sleep(0.1)\n    print('.')", scenario)


def test_what_another_program_does_counts(tmp_path: Path) -> None:
    """L'un dort, mais l'autre, qui calcule, va peut-être lui parler."""

    async def scenario(arena: Arena) -> None:
        asleep = await arena.start()
        assert await arena.wait(lambda: "prêt" in asleep.since(), asleep)
        works = await arena.start(["calcule"])
        assert await arena.wait(lambda: "fini" in works.since(), asleep, calm=0.02)

    source = """
import sys, time
print("prêt", flush=True)
while sys.argv[1:] and time.process_time() < 0.5: pass
print("fini" if sys.argv[1:] else "")
input()
"""
    playing(tmp_path, source, scenario)


DOING = {
    "a fini": "pass",
    "dort": "import time; time.sleep(500)",
    "attend qu'on tape une ligne": "input('? ')",
    "calcule sans fin": "while True: pass",
    "écrit sans fin": "while True: print('x' * 99)",
}


@pytest.mark.parametrize(("doing", "source"), DOING.items(), ids=DOING)
def test_what_a_program_is_doing(tmp_path: Path, doing: str, source: str) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: arena.doing(program) == doing, program, deadline=DEADLINE)

    playing(tmp_path, source, scenario)


KEYBOARD = {
    "input": ("input()", True),
    "un fil": ("import threading\nthreading.Thread(target=input).start()", True),
    "select": ("import select\nselect.select([0], [], [])", True),
    "asyncio": (
        "import asyncio\nloop = asyncio.new_event_loop()\n"
        "loop.add_reader(0, print)\nloop.run_forever()",
        True,
    ),
    "le terminal": ("open('/dev/tty').readline()", True),
    "un autre fichier": ("import os\nos.read(os.pipe()[0], 1)", False),
    "rien": ("import time\ntime.sleep(500)", False),
}


@pytest.mark.parametrize(("source", "asks"), KEYBOARD.values(), ids=KEYBOARD)
def test_who_waits_for_the_keyboard(tmp_path: Path, source: str, asks: bool) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        await arena.rest(program)
        assert await arena.wait(lambda: arena.asks(program) == asks, program)

    playing(tmp_path, source, scenario)


def test_waits_for_who_works(tmp_path: Path) -> None:
    """Tant qu'il calcule, « rien n'est venu » ne veut rien dire."""

    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "fini" in program.since(), program, calm=0.02)

    source = "import time\nend = time.process_time() + 0.2\n"
    playing(tmp_path, f"{source}while time.process_time() < end: pass\nprint('fini')", scenario)


def test_a_deadline_for_who_never_rests(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert not await arena.wait(lambda: False, program, deadline=0.3)
        assert program.running
        assert not arena.idle(program)

    playing(tmp_path, "print('prêt', flush=True)\nwhile True: pass", scenario)


def test_the_dead_are_idle(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        await arena.settle(program)
        await program.finish(DEADLINE)
        assert arena.idle(program)
        assert not await arena.wait(lambda: False, program, calm=0.01)

    playing(tmp_path, "", scenario)


def test_what_the_watchdog_stops_is_told(tmp_path: Path) -> None:
    alarms, alert = os.pipe()

    async def scenario(arena: Arena) -> None:
        other, program = await arena.start(), await arena.start()
        os.write(alert, f"{program.pid} mémoire\n0 processus\n".encode())
        assert await program.finish(DEADLINE) == -9
        notes = [event.text for event in arena.timeline.events if event.kind == "note"]
        assert notes == ["arrêté : trop de mémoire"]
        assert other.running

    playing(tmp_path, "input()", scenario, alarms=alarms)
    for end in (alarms, alert):
        os.close(end)


def test_answers_whatever_the_order(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        answers = {"pseudo": "it4", "host": "10.0.0.1", "port": "4321"}
        given = await converse(arena, program, answers, lambda: "voilà" in program.since())
        assert given == ["port", "host", "pseudo"]
        assert "voilà 4321 10.0.0.1 it4" in program.since()

    source = "port = input('Quel port ? ')\nhost = input('Server address: ')\n"
    source += "name = input('\\x1b[1mVotre pseudo\\x1b[0m > ')\nprint('voilà', port, host, name)"
    playing(tmp_path, source, scenario)


def test_types_nothing_to_who_asks_nothing(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await converse(arena, program, {"pseudo": "it4"}, lambda: False) == []
        assert program.since() == ""

    playing(tmp_path, "input()", scenario)


def test_answers_who_asks_nothing_with_what_a_check_allows(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        answers = {"pseudo": "it4", "host": "10.0.0.1"}
        silent = ("pseudo", "port", "host")
        given = await converse(arena, program, answers, lambda: False, silent=silent)
        assert given == ["pseudo", "host"]
        assert "['it4', '10.0.0.1']" in program.since()

    playing(tmp_path, "print([input(), input('Cible : ')])\ninput()", scenario)


def test_types_nothing_to_who_asks_for_something_else(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        answers = {"host": "10.0.0.1"}
        assert await converse(arena, program, answers, lambda: False, silent=("host",)) == []

    playing(tmp_path, "input('Message à envoyer au serveur : ')", scenario)


def test_types_nothing_to_who_does_not_read(tmp_path: Path) -> None:
    """Une invite est affichée ; le programme, lui, attend autre chose."""

    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await converse(arena, program, {"pseudo": "it4"}, lambda: False) == []

    playing(
        tmp_path, "import time\nprint('Pseudo : ', end='', flush=True)\ntime.sleep(500)", scenario
    )


def test_answers_who_asks_late(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        given = await converse(
            arena, program, {"pseudo": "it4"}, lambda: "voilà it4" in program.since()
        )
        assert given == ["pseudo"]

    playing(tmp_path, "import time\ntime.sleep(0.5)\nprint('voilà', input('Pseudo : '))", scenario)


def test_gives_enter_to_who_waits_for_it(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await converse(arena, program, {"enter": ""}, lambda: False) == ["enter"]
        assert program.code == 0

    playing(tmp_path, "input('Appuyez sur Entrée pour quitter')", scenario)


def test_does_not_answer_for_ever(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        given = await converse(arena, program, {"pseudo": "it4"}, lambda: False)
        assert given == ["pseudo"] * 8

    playing(tmp_path, "while True: input('Pseudo déjà pris. Pseudo : ')", scenario)


def test_an_exception_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        await arena.wait(program.since, program)
        await arena.open_site()
        raise LookupError

    before = children()
    with pytest.raises(LookupError):
        playing(tmp_path, "print('prêt', flush=True)\ninput()", scenario)
    assert children() == before
    assert list(tmp_path.iterdir()) == []
