"""L'unité de systemd : ce qu'elle permet suffit au serveur, et n'est guère plus."""

import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest
from chatroom.common.logs import CLOSING
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Said, Say
from chatroom.server.operation.serving import SPARE

from tests.bonus.processes import Server, present
from tests.support.processes import ENVIRONMENT, ROOT

UNIT = ROOT / "deploy/chat.service"
PAPER = ROOT / "docs/exploitation.md"
LINES = UNIT.read_text("utf-8").splitlines()
# SQLite rend à root les fichiers qu'il crée pour lui ; le serveur n'est pas root.
ROOT_ONLY = {"fchown"}
# MemoryDenyWriteExecute, là où le noyau (6.3) sait le faire sans systemd ; puis la commande.
ENTER = """
import ctypes, os, sys
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1  # <linux/prctl.h>
ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def value(key: str) -> list[str]:
    return [line.partition("=")[2] for line in LINES if line.startswith(f"{key}=")]


def analysed(*arguments: str) -> str:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze manque (apt install systemd)")
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_it_has_room_for_everybody() -> None:
    limits = Limits()
    (files,) = value("LimitNOFILE")
    assert int(files) >= SPARE + 2 * limits.requests + limits.connections
    (stopping,) = value("TimeoutStopSec")
    assert int(stopping) > 2 * limits.shutdown + CLOSING


def test_the_command_is_the_server_s() -> None:
    (command,), (folder,) = value("ExecStart"), value("WorkingDirectory")
    python, script, *options = command.split()
    assert python == f"{folder}/.venv/bin/python"
    assert (ROOT / script).is_file()
    assert options == ["--config", "/etc/chat_room/chat.conf"]


def test_the_paper_tells_how_exposed_it_is() -> None:
    said = analysed("security", "--offline=true", str(UNIT))
    found = re.search(r"Overall exposure level for chat.service: (\S+) OK", said)
    assert found, said
    shown = re.search(r"^level for chat.service: (\S+) OK", PAPER.read_text("utf-8"), re.MULTILINE)
    assert shown
    assert shown[1] == found[1]


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    copy = tmp_path / "chat.service"
    here = f"ExecStart={sys.executable} "
    copy.write_text(UNIT.read_text("utf-8").replace("ExecStart=/opt/chat/.venv/bin/python ", here))
    assert analysed("verify", str(copy)) == ""


def allowed(filters: str) -> set[str]:
    """Les appels que permet SystemCallFilter, d'après les listes de systemd."""
    sets: dict[str, list[str]] = {}
    for part in re.split(r"\n(?=@)", filters):
        name, *lines = part.splitlines()
        sets[name] = [line.strip() for line in lines if re.match(r"    [@\w]", line)]
    first, refused = value("SystemCallFilter")
    return _expanded(sets, first.split()) - _expanded(sets, refused.removeprefix("~").split())


def _expanded(sets: Mapping[str, list[str]], names: list[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        found |= _expanded(sets, sets[name]) if name.startswith("@") else {name}
    return found


@pytest.mark.proof
def test_the_server_makes_no_other_system_call(tmp_path: Path) -> None:
    """Une conversation, une image de son état, un arrêt : chaque appel est de ceux permis."""
    if not shutil.which("strace"):
        pytest.skip("strace manque (apt install strace)")
    filters = analysed("syscall-filter")
    trace = tmp_path / "trace"
    tracing = ("strace", "-D", "-f", "-qq", "-o", str(trace))
    script = ("-c", ENTER, *tracing, sys.executable, "bonus/server.py")
    with Server(tmp_path / "data", "--metrics", "0", script=script) as server:
        with present(server, "alice") as (alice, room):
            alice.tell(Say(room, 1, "bonjour"))
            assert alice.expect(Said)
        server.expect("Mesures : ")
        found = re.search(r"Mesures : (\S+)/metrics", server.out)
        assert found
        for page in ("healthz", "metrics"):
            urllib.request.urlopen(f"{found[1]}/{page}").close()
        urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}/").close()
        assert server.stop() == 0
    used = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text("utf-8"), re.MULTILINE))
    assert len(used) > 30
    assert used - allowed(filters) - ROOT_ONLY == set()
