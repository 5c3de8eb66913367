"""Reconnaître ce que Python écrit de lui-même, sur le Python qui joue ces tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.driving.traces import MAX_RAISED, UNTOLD_TASK, exceptions, never_retrieved, own

HERE = "print('là')\n"
SERVER = """
import asyncio
async def handle(reader, writer): raise ConnectionResetError('parti')
async def main():
    server = await asyncio.start_server(handle, '127.0.0.1', 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await asyncio.sleep(0.05)
    writer.close()
    server.close()
asyncio.run(main())
"""
TASK = """
import asyncio
async def fail(): raise OSError('tâche')
async def main():
    asyncio.{how}
    await asyncio.sleep(0.05)
asyncio.run(main())
"""
RAISED = {
    "une exception": ("raise ValueError('x')", ["ValueError: x"]),
    "dans une fonction": ("def f(): return {}['clé']\nf()", ["KeyError: 'clé'"]),
    "sans message": ("raise KeyboardInterrupt", ["KeyboardInterrupt"]),
    "d'une sorte à lui": ("class Raté(Exception): pass\nraise Raté('x')", ["Raté: x"]),
    "à la suite d'une autre": (
        "try: 1 / 0\nexcept ZeroDivisionError: raise RuntimeError('y')",
        ["RuntimeError: y"],
    ),
    "à cause d'une autre": (
        "try: 1 / 0\nexcept ZeroDivisionError as e: raise RuntimeError('y') from e",
        ["RuntimeError: y"],
    ),
    "un groupe": (
        "raise ExceptionGroup('deux', [OSError(1), ValueError(2)])",
        ["ExceptionGroup: deux (2 sub-exceptions)"],
    ),
    "deux, l'une après l'autre": (
        "import traceback\nfor n in 'ab':\n    try: raise OSError(n)\n"
        "    except OSError: traceback.print_exc()",
        ["OSError: a", "OSError: b"],
    ),
    "une tâche": (TASK.format(how="create_task(fail())"), ["OSError: tâche"]),
    "un rappel": (
        TASK.format(how="get_running_loop().call_soon(lambda: [][0])"),
        ["IndexError: list index out of range"],
    ),
    "un serveur": (SERVER, ["ConnectionResetError: parti"]),
    "un fil": (
        "import threading\nthread = threading.Thread(target=lambda: {}['k'])\n"
        "thread.start()\nthread.join()",
        ["KeyError: 'k'"],
    ),
    "un destructeur": ("class A:\n    def __del__(self): 1 / 0\nA()", []),
    "une coroutine oubliée": ("async def f(): pass\nf()", []),
    "un avertissement": ("import warnings\nwarnings.warn('v 1', DeprecationWarning)", []),
    "aucune": ("print('Error: non', end='')\nraise SystemExit('fin')", []),
}


def written(folder: Path, source: str) -> str:
    script = folder / "3. Essai, 8" / "script.py"
    script.parent.mkdir()
    script.write_text(source, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.stdout


@pytest.mark.parametrize(("source", "expected"), RAISED.values(), ids=RAISED)
def test_the_exceptions_nobody_caught(tmp_path: Path, source: str, expected: list[str]) -> None:
    text = written(tmp_path, HERE + source)
    found = exceptions(text)
    assert [one.text for one in found] == expected
    assert all(text[: one.place].endswith("\n") for one in found)
    if expected:  # avant, il n'y avait que ce que le script affiche
        assert own(text[: found[0].place]) == text[: found[0].place]


@pytest.mark.parametrize("source", [source for source, _ in RAISED.values()], ids=RAISED)
def test_what_is_left_is_what_the_script_wrote(tmp_path: Path, source: str) -> None:
    text = own(written(tmp_path, f"{HERE}print('  3 4', flush=True)\n{source}"))
    if "SystemExit" in source:
        assert text == "là\n  3 4\nError: nonfin\n"
    else:
        assert sorted(text.split()) == ["3", "4", "là"]


def test_a_syntax_error_and_a_wrong_encoding(tmp_path: Path) -> None:
    text = written(tmp_path, "def (")
    assert [one.text for one in exceptions(text)] == ["SyntaxError: invalid syntax"]
    assert own(text) == ""
    script = tmp_path / "latin.py"
    script.write_bytes("print(8)  # é".encode("cp1252"))
    run = subprocess.run([sys.executable, script], stderr=subprocess.PIPE, text=True, check=False)
    (raised,) = exceptions(run.stderr)
    assert raised.text.startswith("SyntaxError: ")
    assert own(run.stderr) == ""


def test_an_exception_still_being_written() -> None:
    text = 'mot\nTraceback (most recent call last):\n  File "x.py", line 1, in <module>\n'
    (raised,) = exceptions(text)
    assert raised == (4, "Traceback (most recent call last):")
    assert own(text) == "mot"


def test_a_long_message_is_bounded() -> None:
    text = f"Traceback (most recent call last):\nValueError: {'x' * 10_000}"
    assert len(exceptions(text)[0].text) == MAX_RAISED


def test_what_looks_like_it_and_is_not() -> None:
    text = "Attention : 3 clients\nErreur: x\n  un retrait\nFin."
    assert own(text) == text
    assert exceptions(text) == []


@pytest.mark.parametrize("heading", ["", "Exception in thread Thread-1 (ear):\n"])
def test_a_prompt_may_stand_before_an_exception(heading: str) -> None:
    text = f'> {heading}Traceback (most recent call last):\n  File "x.py"\nOSError: parti\nfin'
    assert exceptions(text) == [(2, "OSError: parti")]
    assert own(text) == "> \nfin"


def test_a_task_whose_exception_python_can_no_longer_show() -> None:
    """Ce qu'écrit Python 3.13, en finissant ; les autres montrent l'exception elle-même."""
    text = (
        "--- Logging error ---\n"
        "Exception ignored in: <bound method BaseEventLoop.call_exception_handler of <_UnixSelecto"
        "rEventLoop running=False closed=True debug=False>>\n"
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/python3.13/asyncio/base_events.py", line 18, in call_exception_handler\n'
        "ImportError: sys.meta_path is None, Python is likely shutting down\n"
    )
    assert [raised.text for raised in exceptions(text)] == [UNTOLD_TASK]
    assert own(text).strip() == ""


def test_the_exception_of_a_task_nobody_awaited() -> None:
    told = (
        "^CTraceback (most recent call last):\n"
        '  File "serveur.py", line 8, in <module>\n'
        "    asyncio.run(main())\n"
        "KeyboardInterrupt\n"
        "Task exception was never retrieved\n"
        "future: <Task finished name='Task-4' coro=<h() done> exception=IndexError('list')>\n"
        "Traceback (most recent call last):\n"
        '  File "serveur.py", line 4, in h\n'
        '    d.split("|")[1]\n'
        "IndexError: list\n"
    )
    assert never_retrieved(told) == "IndexError: list"
    assert never_retrieved(told.partition("Task exception")[0]) == ""
    assert never_retrieved("") == ""
