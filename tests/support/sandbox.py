"""Ce qu'on ne peut lancer sans bac à sable : passé, puis compté et nommé."""

import functools
import re
import shutil
import subprocess
from collections import Counter
from typing import NoReturn

import pytest

MISSING = "pas de bac à sable"


def skip(reason: str) -> NoReturn:
    pytest.skip(f"{MISSING} : {reason}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    case = getattr(item, "callspec", None)
    wanted = item.get_closest_marker("sandbox") or (case and case.params.get("sandbox") == "bwrap")
    if wanted and (reason := lacking()):
        skip(reason)


@functools.cache
def lacking() -> str:
    """D'après d'autres programmes : une faute du correcteur ne doit faire passer aucun test."""
    if not shutil.which("bwrap"):
        return "bubblewrap manque"
    return "" if namespaces_exist() else "le système n'ouvre pas d'espaces de noms"


@functools.cache
def namespaces_exist() -> bool:
    kinds = ("--map-root-user", "--net", "--ipc", "--uts", "--pid", "--fork", "--mount-proc")
    if not (tool := shutil.which("unshare")):
        return False
    return not subprocess.run([tool, *kinds, "true"], capture_output=True, check=False).returncode


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.getreports("skipped")
    skipped = [one for one in reports if MISSING in str(one.longrepr)]
    if not skipped:
        return
    names = Counter(re.split(r"[\[@]", one.nodeid)[0] for one in skipped)  # ni cas, ni groupe
    terminalreporter.write_line(f"Sans bac à sable, {len(skipped)} tests n'ont pas été lancés :")
    for name, times in sorted(names.items()):
        terminalreporter.write_line(f"  {name}{f' ({times} cas)' if times > 1 else ''}")
