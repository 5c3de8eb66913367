"""Ce qu'on lit d'un programme : ses lignes, ses exceptions, sans ce que Python y ajoute."""

from pathlib import Path

import pytest

from tests.grader.driving.programs import leaving_nothing, played, running
from tests.support.waiting import DEADLINE

SPLIT = {
    "accents": ("é çà €😀", "é çà €😀"),
    "couleur": ("\x1b[1;31mrouge\x1b[0m", "rouge"),
    "titre": ("\x1b]0;titre\x07après", "après"),
    "titre, autre fin": ("\x1b]0;titre\x1b\\après", "après"),
    "curseur": ("a\x1b[?25lb\x1b(Bc", "abc"),
    "fin de ligne": ("a\r\nb\rc\n", "a\nb\nc\n"),
}


@pytest.mark.parametrize(("text", "seen"), SPLIT.values(), ids=SPLIT)
def test_what_a_read_cuts_is_joined(tmp_path: Path, text: str, seen: str) -> None:
    """Octet par octet, chacun lu avant que le suivant ne soit écrit."""

    async def scenario() -> None:
        source = """
import os, sys, tty
tty.setraw(0)
for byte in bytes.fromhex(sys.argv[1]):
    os.write(1, bytes([byte]))
    os.read(0, 1)
"""
        data = text.encode()
        async with running(tmp_path, source, data.hex()) as program:
            for count in range(1, len(data) + 1):

                def arrived(count: int = count) -> bool:
                    return program.written == count

                assert await program._pulse.until(arrived, DEADLINE)
                assert seen.startswith(program.since())
                program.press("x")
            assert await program.finish(DEADLINE) == 0
            assert program.since() == seen

    leaving_nothing(scenario)


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    program = played(tmp_path, r"import os; os.write(1, b'a\xffb\xc3(\x00\n')")
    assert program.since() == "a\ufffdb\ufffd(\x00\n"


RAISED = {
    "que personne ne rattrape": ("raise ValueError('perdu')", "ValueError: perdu"),
    "dans une fonction": ("def f(): return {}['clé']\nf()", "KeyError: 'clé'"),
    "d'un module": ("import json; json.loads('{')", "json.decoder.JSONDecodeError: "),
    "en couleurs": (
        "print('\\x1b[1;31mTraceback (most recent call last)\\x1b[0m\\nOSError: x')",
        "OSError: x",
    ),
    "à sa suite": (
        "try: 1 / 0\nexcept ZeroDivisionError: raise RuntimeError('ensuite')",
        "RuntimeError: ensuite",
    ),
    "d'une tâche": (
        "import asyncio\n"
        "async def fail(): raise OSError('tâche')\n"
        "async def main():\n"
        "    asyncio.create_task(fail())\n"
        "    await asyncio.sleep(0.01)\n"
        "asyncio.run(main())",
        "OSError: tâche",
    ),
    "d'un rappel": (
        "import asyncio\n"
        "async def main():\n"
        "    asyncio.get_running_loop().call_soon(lambda: [][0])\n"
        "    await asyncio.sleep(0.01)\n"
        "asyncio.run(main())",
        "IndexError: list index out of range",
    ),
    "d'un serveur": (
        "import asyncio\n"
        "async def handle(reader, writer): raise ConnectionResetError('parti')\n"
        "async def main():\n"
        "    server = await asyncio.start_server(handle, '127.0.0.1', 0)\n"
        "    host = server.sockets[0].getsockname()\n"
        "    _, writer = await asyncio.open_connection(*host)\n"
        "    await asyncio.sleep(0.05)\n"
        "    writer.close()\n"
        "    server.close()\n"
        "asyncio.run(main())",
        "ConnectionResetError: parti",
    ),
    "la dernière": (
        "import traceback\n"
        "for name in 'ab':\n"
        "    try: raise OSError(name)\n"
        "    except OSError: traceback.print_exc()",
        "OSError: b",
    ),
    "aucune": ("print('Error: ce n\\'en est pas une'); raise SystemExit('fin')", ""),
}


@pytest.mark.parametrize(("source", "expected"), RAISED.values(), ids=RAISED)
def test_the_exception_nobody_caught(tmp_path: Path, source: str, expected: str) -> None:
    exception = played(tmp_path, source).exception
    assert exception.startswith(expected)
    assert bool(exception) is bool(expected)
    assert "Traceback" not in exception


NAMED_OTHERWISE = {
    "d'un groupe": (
        "raise ExceptionGroup('deux', [OSError(1), OSError(2)])",
        "ExceptionGroup: deux (2 sub-exceptions)",
    ),
    "d'une sorte à lui": ("class Raté(Exception): pass\nraise Raté('x')", "Raté: x"),
    "sans Error dans son nom": ("import socket; raise socket.gaierror(-2, 'x')", "socket.gaierror"),
}


@pytest.mark.parametrize(("source", "expected"), NAMED_OTHERWISE.values(), ids=NAMED_OTHERWISE)
def test_an_exception_named_otherwise(tmp_path: Path, source: str, expected: str) -> None:
    assert played(tmp_path, source).exception.startswith(expected)


def test_warnings_that_change_with_python_are_not_shown(tmp_path: Path) -> None:
    """Leur texte cite le chemin du script, qui peut contenir des chiffres."""
    source = "import warnings\nwarnings.warn('dans 3.16', DeprecationWarning)\n"
    program = played(tmp_path, f"{source}print('\\d 1')")
    assert program.since() == "\\d 1\n"
