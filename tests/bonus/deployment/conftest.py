"""Un serveur qui croit ce que dit le mandataire de cette machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bonus.deployment.proxies import NAME
from tests.bonus.processes import Server

TRUSTING = ("--trusted-proxy", "127.0.0.1", "--web-name", NAME)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data", *TRUSTING) as running:
        yield running
        assert running.stop() == 0
        assert running.err == ""
