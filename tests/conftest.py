"""Les aides de test disent elles aussi, quand elles échouent, ce qu'elles ont comparé."""

import functools

import pytest

pytest.register_assert_rewrite("tests.support", "tests.part2.chat")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Sans espaces de noms, un test qui veut un bac à sable est nommé et compté à part."""
    case = getattr(item, "callspec", None)
    wanted = item.get_closest_marker("sandbox") or (case and case.params.get("sandbox") == "bwrap")
    if wanted and (reason := _no_sandbox()):
        pytest.skip(f"pas de bac à sable : {reason}")


@functools.cache
def _no_sandbox() -> str:
    from grader.engine.doctor import usable  # noqa: PLC0415 (les tests du chat n'en ont pas l'usage)

    return usable()
