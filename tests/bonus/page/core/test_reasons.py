"""Les raisons, comme en Python : celles que l'on connaît, et s'il faut y revenir."""

from chatroom.client.core.reasons import FINAL, known
from playwright.sync_api import Page


def test_the_same_reasons(modules: Page) -> None:
    found, final = modules.evaluate(
        """async () => {
          const { FINAL, known } = await import("/core/reasons.js");
          return [Array.from({ length: 30 }, (_, number) => known(number)), [...FINAL]];
        }"""
    )
    assert found == [known(number) for number in range(30)]
    assert set(final) == FINAL
