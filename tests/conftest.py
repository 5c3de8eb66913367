"""Les aides de test disent, en échouant, ce qu'elles ont comparé ; un test a un nom court."""

import pytest

pytest.register_assert_rewrite("tests.support", "tests.part2.chat")
# `processes` rétablit Ctrl-C, qu'ignore ce qu'on lance en arrière-plan (« make test & »).
pytest_plugins = [
    "tests.support.processes",
    "tests.support.sandbox",
    "tests.support.browsers",
]
LONGEST = 200  # caractères d'un texte, dans le nom d'un test


def pytest_make_parametrize_id(val: object) -> str | None:
    """Vingt millions de caractères dans un nom, et chaque processus de test les échangerait."""
    if isinstance(val, str | bytes) and len(val) > LONGEST:
        return f"{val[:20]!r} et {len(val) - 20} de plus"
    return None
