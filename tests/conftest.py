"""Les aides de test disent elles aussi, quand elles échouent, ce qu'elles ont comparé."""

import pytest

pytest.register_assert_rewrite("tests.support", "tests.part2.chat")
# `processes` rétablit Ctrl-C, qu'ignore ce qu'on lance en arrière-plan (« make test & »).
pytest_plugins = [
    "tests.support.processes",
    "tests.support.sandbox",
    "tests.support.browsers",
]
