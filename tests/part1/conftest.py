"""De quoi télécharger sans réseau, et sans rien laisser dans /tmp."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import own_web_page
from tests.support.web import Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server
    port = server.server_address[1]
    for page in Path("/tmp").glob(f"web_*127.0.0.1:{port}*"):
        page.unlink()


@pytest.fixture
def web_page() -> Iterator[Path]:
    with own_web_page() as page:
        yield page
