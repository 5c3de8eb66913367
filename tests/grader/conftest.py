"""Les preuves du correcteur prennent plusieurs minutes : `make proof` les lance, à part."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROOFS = (HERE / "attacks", HERE / "test_mutants.py", HERE / "test_odd_submissions.py")


def pytest_itemcollected(item: pytest.Item) -> None:
    if any(item.path.is_relative_to(proof) for proof in PROOFS):
        item.add_marker("proof")
