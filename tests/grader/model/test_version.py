"""La version du correcteur est celle que raconte le journal des changements."""

import re

import pytest

from grader.model.version import VERSION
from tests.support.processes import ROOT


@pytest.mark.shape
def test_the_changelog_tells_this_version_first() -> None:
    told = re.findall(
        r"^### Le correcteur, version ([\d.]+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    )
    assert told[0] == VERSION
