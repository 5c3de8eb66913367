"""Ce que partagent ces tests."""

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    # Lire des sources, c'est un fork ; pytest-xdist a un fil à lui, ce dont Python 3.12 s'inquiète.
    ignored = "ignore:.*multi-threaded.*fork:DeprecationWarning"
    item.add_marker(pytest.mark.filterwarnings(ignored))
