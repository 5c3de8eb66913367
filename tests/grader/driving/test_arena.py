"""L'arène d'un contrôle : ce qu'on y lance, ce qu'on y attend, ce qu'il en reste."""

import os
import socket
import time
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest

from grader.driving.arena import NAP, Arena
from grader.driving.peer import Peer, connect
from grader.sandbox.cell import PLACE
from tests.grader.driving.playing import LONG, playing, prepared
from tests.grader.driving.programs import children
from tests.grader.world.arena import in_arena
from tests.support.waiting import DEADLINE


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


@pytest.mark.parametrize("doing", ["time.sleep(2)", "while time.process_time() < 1.5: pass"])
def test_looks_less_often_where_nothing_can_change(tmp_path: Path, doing: str) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(lambda: "prêt" in program.since(), program)
        with patch.object(arena, "state", wraps=arena.state) as looks:
            started = time.monotonic()
            assert await arena.wait(lambda: "fini" in program.since(), program, deadline=DEADLINE)
            lasted = time.monotonic() - started
        assert looks.call_count < lasted / NAP / 2

    source = f"import time; print('prêt', flush=True)\n{doing}"
    playing(tmp_path, f"{source}\nprint('fini')", scenario)


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
        while not arena.proven:  # la machine n'y est pour rien : il dort, sauf quand il bat
            assert not await arena.wait(lambda: False, program, deadline=0.3)
            assert time.monotonic() - started < LONG / 2

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


def test_rests_when_the_program_sleeps_be_it_for_a_while(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        started = time.monotonic()
        await arena.rest(program)
        assert time.monotonic() - started < LONG / 2
        assert "fini" in program.since()

    source = "import time\nwhile time.process_time() < 0.3: pass\nprint('fini', flush=True)\n"
    playing(tmp_path, f"{source}time.sleep({LONG - 5})", scenario)


def test_rests_when_the_fact_is_there(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        started = time.monotonic()
        await arena.rest(program, fact=lambda: "prêt" in program.since())
        assert time.monotonic() - started < LONG / 2
        assert "prêt" in program.since()

    playing(tmp_path, "print('prêt', flush=True)\nwhile True: pass", scenario)


LISTENING = """
import selectors, socket
watching, listener = selectors.DefaultSelector(), socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
link, _ = listener.accept()
watching.register(link, selectors.EVENT_READ)
watching.select()
"""


def test_the_selectors_and_the_sockets_of_a_program(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        program = await arena.start()
        assert await arena.wait(program.since, program)
        assert arena.watched(program) == []  # elle attend qu'on se connecte, sans sélecteur
        peer = Peer("ami", arena.pulse, arena.timeline)
        await connect(peer, ("127.0.0.1", int(program.since())), ("127.0.0.1", 0))
        (wait,) = await arena.wait(lambda: arena.watched(program), program)
        assert arena.sockets([peer]) == wait.sockets
        assert len(wait.sockets) == 1
        peer.close()
        assert await program.finish(DEADLINE) == 0
        assert arena.watched(program) == []
        assert arena.sockets([peer]) == frozenset()

    playing(tmp_path, LISTENING, scenario)


def test_the_pages_a_program_asks_for_are_told(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        site = await arena.open_site()
        url = f"http://127.0.0.1:{site.http_port}/page"
        program = await arena.start([url])
        assert await program.finish(DEADLINE) == 0, program.last_lines
        assert program.since().strip() == str(len(site.find(url).body))
        told = [event.kind for event in arena.timeline.events if event.actor.startswith("site ")]
        assert told == ["request", "response"]
        assert arena.sites == [site]

    source = (
        "import sys\nfrom urllib.request import urlopen\nprint(len(urlopen(sys.argv[1]).read()))"
    )
    playing(tmp_path, source, scenario)


def test_without_a_sandbox_elsewhere_is_where_nobody_listens(tmp_path: Path) -> None:
    async def scenario(arena: Arena) -> None:
        with socket.create_server(("127.0.0.1", 0)) as busy:
            free = arena.words.port()
            ports = iter([busy.getsockname()[1], free])
            with patch.object(arena.words, "port", lambda: next(ports)):
                assert arena.elsewhere() == ("127.0.0.1", free)
        assert arena.open_capture() is None

    playing(tmp_path, "", scenario)


@in_arena
async def test_in_the_sandbox_elsewhere_is_any_address_and_is_captured() -> None:
    connects = "import socket, sys\nsocket.socket().connect_ex((sys.argv[1], int(sys.argv[2])))"
    async with Arena(*prepared(PLACE, connects, sandbox="bwrap")) as arena:
        host, port = arena.elsewhere()
        assert host.startswith("10.")
        capture = arena.open_capture()
        assert capture is not None
        await arena.start([host, str(port)])
        syn = await capture.wait_syn(lambda _: False, DEADLINE)
        assert syn is not None
        assert (syn.target, syn.target_port) == (host, port)


@pytest.mark.parametrize("wrong", [False, True])
def test_what_must_be_done_at_the_end(tmp_path: Path, wrong: bool) -> None:
    done: list[str] = []

    async def scenario(arena: Arena) -> None:
        arena.at_end(lambda: done.append("fini"))
        assert done == []
        if wrong:
            raise LookupError

    with pytest.raises(LookupError) if wrong else nullcontext():
        playing(tmp_path, "", scenario)
    assert done == ["fini"]


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
