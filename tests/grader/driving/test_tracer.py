"""Le témoin, dans un vrai Python : il note chaque coroutine une fois, et ne change rien d'autre."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.driving import tracer

SOURCE = Path(tracer.__file__)


def traced(folder: Path, script: str) -> tuple["subprocess.CompletedProcess[str]", list[str]]:
    """Ce que fait ce script, lancé comme toujours, et les noms des coroutines notées."""
    witness = folder / "témoin"
    witness.mkdir()
    shutil.copyfile(SOURCE, witness / "sitecustomize.py")
    (folder / "script.py").write_text(script, encoding="utf-8")
    command = [sys.executable, "script.py", "un", "deux"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(witness), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    notes = (witness / "coroutines").read_text("utf-8").splitlines()
    ours = [row.split("\t")[1] for row in notes if row.split("\t")[0].endswith("script.py")]
    return done, ours


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("print('rien')", []),
        ("async def never(): pass", []),
        ("import asyncio\nasync def once(): pass\nasyncio.run(once())", ["once"]),
        (
            "import asyncio\nasync def sub(): await asyncio.sleep(0)\n"
            "async def main(): await asyncio.gather(sub(), sub())\nasyncio.run(main())",
            ["main", "sub"],
        ),
        (
            "import asyncio, threading\nasync def away(): pass\n"
            "thread = threading.Thread(target=lambda: asyncio.run(away()))\n"
            "thread.start(); thread.join()",
            ["away"],
        ),
        (
            "import asyncio\nasync def numbers():\n    yield 1\n"
            "async def main():\n    async for _ in numbers(): pass\nasyncio.run(main())",
            ["main", "numbers"],
        ),
    ],
)
def test_what_is_noted(tmp_path: Path, script: str, expected: list[str]) -> None:
    done, names = traced(tmp_path, script)
    assert (done.returncode, done.stderr) == (0, "")
    assert names == expected


def test_the_script_sees_nothing_of_it(tmp_path: Path) -> None:
    script = "import sys\nprint(sys.argv, __name__, __file__.endswith('script.py'), sys.path[0])"
    done, _ = traced(tmp_path, script)
    assert done.stdout == f"['script.py', 'un', 'deux'] __main__ True {tmp_path}\n"


def test_notes_that_cannot_be_written_stop_nobody(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, shutil\nshutil.rmtree('témoin')\n"
        "async def main(): print('là')\nasyncio.run(main())\n"
        "os.mkdir('témoin'); open('témoin/coroutines', 'w')"
    )
    done, names = traced(tmp_path, script)
    assert (done.stdout, done.stderr, names) == ("là\n", "", [])
