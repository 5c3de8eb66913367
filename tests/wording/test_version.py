"""`--version`, de chaque programme, d'où qu'on le lance."""

import subprocess
import sys
from pathlib import Path

import pytest
from chatroom.protocol.messages import VERSION as PROTOCOL
from chatroom.server.storage.schema import FORMAT

from grader.model.records import REPORT_VERSION
from grader.model.version import VERSION as GRADER
from tests.support.processes import ENVIRONMENT, ROOT
from wording.version import VERSION

PROGRAMS = {
    "grader": f"correcteur {GRADER}, rapport {REPORT_VERSION}",
    "bonus/server.py": f"protocole {PROTOCOL}, base {FORMAT}",
    "bonus/client.py": f"protocole {PROTOCOL}",
}


def test_it_is_read_where_it_is_written() -> None:
    assert f"{VERSION}\n" == (ROOT / "VERSION").read_text("ascii")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_says_its_version_and_its_formats(program: str, tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_text("9.9.9\n", encoding="ascii")
    command = [sys.executable, str(ROOT / program), "--version"]
    shown = subprocess.run(
        command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert (shown.stdout, shown.stderr) == (f"TP6 {VERSION}, {PROGRAMS[program]}\n", "")
