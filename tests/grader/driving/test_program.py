"""Un programme devant un vrai terminal : ce qu'il y écrit, ce qu'on y tape, comment il finit."""

import asyncio
import os
import textwrap
import time
from pathlib import Path

import pytest

from grader.driving.idle import Observer, Sleep, alive
from grader.driving.program import CTRL_C, FLOODED, KEPT, LAST_LINES, Program
from grader.driving.pulse import Pulse
from grader.driving.timeline import Timeline
from grader.model.records import Event
from grader.sandbox.cell import PlainCell
from grader.sandbox.limits import CellLimits
from grader.world.diag import Diag
from tests.grader.driving.programs import leaving_nothing, played, running, shows
from tests.support.waiting import DEADLINE, wait_until


def events(program: Program) -> list[tuple[str, str]]:
    timeline: list[Event] = program._timeline.events
    return [(event.kind, event.text) for event in timeline]


def test_what_it_writes_and_its_exit_code(tmp_path: Path) -> None:
    source = """
        import sys
        print("bonjour", sys.argv[1:], flush=True)
        print("tout va mal", file=sys.stderr)
        print("sans fin de ligne", end="")
        sys.exit(3)
    """
    program = played(tmp_path, source, "a b", "'c'")
    assert program.code == 3
    lines = ["bonjour ['a b', \"'c'\"]", "tout va mal", "sans fin de ligne"]
    assert program.since() == "\n".join(lines)
    assert program.screen == "\n".join(lines)
    assert program.written == len("\r\n".join(lines).encode())
    assert [text for _, text in program.times] != []
    assert "".join(text for _, text in program.times) == program.since()
    assert program.exception == ""
    start, *shown, end = events(program)
    assert (start, end) == (("start", "python script.py"), ("exit", "3"))
    assert shown == [("screen", line) for line in lines[:2]]


def test_runs_in_its_copy_in_a_terminal_of_its_own(tmp_path: Path) -> None:
    source = """
        import os, sys
        print(os.getcwd().rpartition("/")[2], sys.stdin.isatty(), sys.stdout.isatty(),
              os.get_terminal_size(), os.getsid(0) == os.getpid())
    """
    shown = played(tmp_path, source).since()
    assert shown == "tp6 True True os.terminal_size(columns=160, lines=60) True\n"


@pytest.mark.parametrize(("source", "computes"), [("while True: pass", True), ("input()", False)])
def test_what_it_computes(tmp_path: Path, source: str, computes: bool) -> None:
    async def scenario() -> None:
        async with running(tmp_path, f"print('prêt', flush=True)\n{source}") as program:
            assert await shows(program, "prêt")
            if computes:
                wait_until(lambda: program.computed > 1, "il ne calcule pas")
            assert (program.computed > 1) is computes

    asyncio.run(scenario())


def test_answers_a_prompt(tmp_path: Path) -> None:
    async def scenario() -> None:
        source = "nom = input('\\x1b[33mVotre pseudo :\\x1b[0m ')\nprint(f'salut {nom}')"
        async with running(tmp_path, source) as program:
            assert await shows(program, "pseudo")
            assert program.prompt == "Votre pseudo :"
            here = program.here
            program.type("it4")
            assert await program.finish(DEADLINE) == 0
            assert program.since(here) == "it4\nsalut it4\n"
            assert events(program)[1:4] == [
                ("screen", "Votre pseudo : "),
                ("typed", "it4"),
                ("screen", "it4"),
            ]

    leaving_nothing(scenario)


def test_ctrl_c(tmp_path: Path) -> None:
    async def scenario() -> None:
        source = """
import time
try:
    print("prêt", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    print("au revoir")
    raise SystemExit(130)
"""
        async with running(tmp_path, source) as program:
            assert await shows(program, "prêt")
            program.press(CTRL_C)
            assert await program.finish(DEADLINE) == 130
            assert "au revoir" in program.last_lines
            assert ("typed", "Ctrl-C") in events(program)

    leaving_nothing(scenario)


def test_a_program_that_never_ends_is_killed(tmp_path: Path) -> None:
    async def scenario() -> None:
        source = """
import signal, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
print("prêt", flush=True)
while True:
    time.sleep(600)
"""
        async with running(tmp_path, source) as program:
            assert await shows(program, "prêt")
            program.press(CTRL_C)
            assert await program.finish(0.05) is None
        assert not program.running
        assert program.code == -9

    leaving_nothing(scenario)


def test_closing_twice_and_typing_to_the_dead(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path, "") as program:
            await program.finish(DEADLINE)
            program.type("trop tard")
            program.kill()

    leaving_nothing(scenario)


def test_a_program_that_cannot_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        cell = PlainCell.create(tmp_path / "cellule", CellLimits(), {})
        program = Program("programme", cell, Pulse(), Timeline())
        with pytest.raises(FileNotFoundError):
            await program.start(["/absent"], "python absent")
        await program.close()

    leaving_nothing(scenario)


def test_a_flood_is_stopped(tmp_path: Path) -> None:
    limits = CellLimits(output=100_000)
    program = played(tmp_path, "while True: print('x' * 99)", limits=limits)
    assert program.flooded
    assert program.code == -9
    assert program.written <= limits.output + 65_536
    assert len(program._timeline.events) <= 110
    assert (
        FLOODED in [event.text for event in program._timeline.events]
        or len(program._timeline.events) > 100
    )


def test_so_much_text_is_kept(tmp_path: Path) -> None:
    source = f"print('début')\nfor _ in range({KEPT // 50}): print('x' * 99)\nprint('fin')"
    program = played(tmp_path, source)
    assert not program.flooded
    assert program.here == 6 + 100 * (KEPT // 50) + 4
    assert len(program.since()) == KEPT
    assert program.since().endswith("x\nfin\n")
    assert program.since(program.here - 4) == "fin\n"
    assert program.since(program.here) == ""
    assert program.since(3) == program.since()  # oublié : ce qui en reste


def test_typed_keys_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(tmp_path, "input('? ')\ninput('?? ')") as program:
            assert await shows(program, "?")
            program.type("")
            assert await shows(program, "??")
            program.type("mot")
            assert await program.finish(DEADLINE) == 0
            typed = [text for kind, text in events(program) if kind == "typed"]
            assert typed == ["Entrée", "mot"]

    leaving_nothing(scenario)


def test_what_is_typed_is_there_at_once(tmp_path: Path) -> None:
    """Le noyau le remet d'ordinaire un peu plus tard : on conclurait qu'il n'a rien à lire."""

    async def scenario() -> None:
        async with running(tmp_path, "import sys\nfor line in sys.stdin: pass") as program:
            observer = Observer(program.pid)
            with Diag() as diag:

                def look() -> Sleep:
                    return observer.look(diag, [])

                for _ in range(30):
                    wait_until(lambda: look().devices, "il ne lit pas le clavier")
                    before = look().turns
                    program.type("x")
                    state = look()
                    assert not state.asleep or state.turns != before

    leaving_nothing(scenario)


def test_closing_waits_until_its_processes_are_gone(tmp_path: Path) -> None:
    """Un port n'est rendu qu'à la mort du dernier processus, un peu après celle du premier."""
    source = """
        import subprocess, sys
        lingers = "import sys, time; sys.stdin.read(); time.sleep(0.2)"
        child = subprocess.Popen([sys.executable, "-c", lingers], stdin=subprocess.PIPE)
        print(child.pid, flush=True)
        child.wait()
    """
    found: list[int] = []

    async def scenario() -> None:
        async with running(tmp_path, textwrap.dedent(source)) as program:
            assert await shows(program, "\n")
            found.append(int(program.since()))
            assert alive(found[0])
        assert not alive(found[0])

    leaving_nothing(scenario)
    assert found


HOSTILE = {
    "des accents": "e" + "\u0301" * 40_000,
    "l'écran d'essai": "\x1b#8" * 3_000,
    "des échappements": "\x1b" * 100_000,
    "des décalages": "\x1b[9999@\x1b[9999L" * 2_000,
    "des lignes": "\n" * 50_000,
    "un nombre": "\x1b[" + "9" * 50_000 + "m",
    "des nombres": "\x1b[?" + "1;" * 25_000 + "h",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_screen_does_not_hold_us(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.driving.program.DRAWING", 0.2)
    started = time.process_time()
    program = played(tmp_path, f"print({text!r} + '\\nfin')")
    assert time.process_time() - started < 3
    assert program.code == 0
    assert program.since().endswith("fin\n")


@pytest.mark.parametrize("sequence", ["\x1b[?1m", "\x1b[?5n", "\x1b[" + "9" * 5_000 + "m"])
def test_a_sequence_unknown_to_pyte_does_not_blind_us(tmp_path: Path, sequence: str) -> None:
    async def scenario() -> None:
        source = f"print({sequence!r} + '\\nprêt', flush=True)\ninput()\ninput('Pseudo :')"
        async with running(tmp_path, source) as program:
            assert await shows(program, "prêt")
            program.type("")
            assert await shows(program, "Pseudo")
            assert program.prompt == "Pseudo :"

    leaving_nothing(scenario)


def test_what_it_wrote_just_before_its_end_is_read(tmp_path: Path) -> None:
    source = "import os; os.write(1, b'x' * 3000 + b'fin'); os._exit(1)"
    program = played(tmp_path, source)
    assert program.since().endswith("fin")
    assert program.code == 1


def test_two_programs_do_not_mix(tmp_path: Path) -> None:
    async def scenario() -> None:
        pid = str(os.getpid())
        async with (
            running(tmp_path / "a", f"print('a', {pid})") as first,
            running(tmp_path / "b", f"print('b', {pid})") as second,
        ):
            await asyncio.gather(first.finish(DEADLINE), second.finish(DEADLINE))
            assert first.since() == f"a {pid}\n"
            assert second.since() == f"b {pid}\n"

    leaving_nothing(scenario)


def test_the_last_lines(tmp_path: Path) -> None:
    program = played(tmp_path, "for n in range(50): print(n)\nprint()")
    ending = [str(n) for n in range(50 - LAST_LINES, 50)]
    assert program.last_lines.split("\n") == ["…", *ending]


def test_few_lines_are_all_there(tmp_path: Path) -> None:
    program = played(tmp_path, f"for n in range({LAST_LINES}): print(n)")
    assert program.last_lines.split("\n") == [str(n) for n in range(LAST_LINES)]


def test_its_output_is_what_it_says_itself(tmp_path: Path) -> None:
    source = "import asyncio\nasync def f(): pass\nf()\nprint('1 2')\n1 / 0"
    program = played(tmp_path, source)
    assert "never awaited" in program.since()
    assert program.output() == "1 2\n"
    assert program.output(program.here) == ""


def test_only_the_exceptions_of_late(tmp_path: Path) -> None:
    source = """
import traceback
for name in "ab":
    try: {}[name]
    except KeyError: traceback.print_exc()
    input()
"""

    async def scenario() -> None:
        async with running(tmp_path, source) as program:
            assert await shows(program, "KeyError: 'a'")
            place = program.here
            assert program.exception_since(place) == ""
            program.type("")
            assert await shows(program, "KeyError: 'b'")
            assert program.exception_since(place) == "KeyError: 'b'"

    leaving_nothing(scenario)
