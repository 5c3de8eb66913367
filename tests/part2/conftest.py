"""Les assert de ce que les tests partagent disent eux aussi ce qu'ils comparaient."""

import pytest

pytest.register_assert_rewrite("tests.part2.chat", "tests.support.peers")
