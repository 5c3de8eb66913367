"""Les preuves du correcteur prennent plusieurs minutes : `make proof` les lance, à part."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NOBODY = 65534
# Des textes, comparés des milliers de fois : mille fois plus vite que des chemins.
PROOFS = tuple(
    str(HERE / name) for name in ("attacks/", "test_mutants.py", "test_odd_submissions.py")
)


@pytest.fixture
def nobody() -> Iterator[int]:
    """Le temps d'un test de root, être un autre ; passé là où il n'y a personne d'autre."""
    if os.geteuid() != 0:
        pytest.skip("root seul peut être un autre")
    try:
        os.seteuid(NOBODY)
    except OSError as error:
        pytest.skip(f"pas d'autre utilisateur ici : {error.strerror}")
    os.seteuid(0)
    yield NOBODY
    os.seteuid(0)


def pytest_itemcollected(item: pytest.Item) -> None:
    if str(item.path).startswith(PROOFS):
        item.add_marker("proof")
