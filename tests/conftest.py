"""Les aides de test disent elles aussi, quand elles échouent, ce qu'elles ont comparé."""

import pytest

pytest.register_assert_rewrite("tests.support", "tests.part2.chat")
pytest_plugins = ["tests.support.sandbox"]
