"""Ce que la personne demande : gardé de même, ou refusé par la même phrase qu'en Python."""

from collections.abc import Callable
from typing import Any

from chatroom.client.core.checks import checked_image, checked_name, checked_text
from playwright.sync_api import Page

CHECK = """async ([name, given]) => {
  const check = (await import("/core/checks.js"))[name];
  return given.map((args) => {
    try {
      return check(...args);
    } catch (error) {
      return [error.name, error.message];
    }
  });
}"""


def told(check: Callable[..., Any], given: list[list[Any]]) -> list[Any]:
    answers = []
    for args in given:
        try:
            answers.append(check(*args))
        except ValueError as why:
            answers.append(["RequestError", str(why)])
    return answers


def test_names(modules: Page) -> None:
    names = ["  e\u0301lodie ", "", "x" * 20, "x" * 21, "/quit", "a\x1b", "deux  espaces"]
    given = [["Pseudo", name, 20] for name in names]
    expected = told(checked_name, given)
    assert modules.evaluate(CHECK, ["checkedName", given]) == expected
    assert ["RequestError", "Pseudo refusé : il est vide."] in expected


def test_texts(modules: Page) -> None:
    texts = ["bonjour", "  rouge\x1b[31m ", "", " \u2003", "é" * 10, "é" * 10 + "!"]
    given = [[text, 20] for text in texts]
    expected = told(checked_text, given)
    assert modules.evaluate(CHECK, ["checkedText", given]) == expected
    assert ["RequestError", "Trop long : un message a 20 octets au plus."] in expected


def test_images(modules: Page) -> None:
    """Une liste de nombres se mesure comme des octets."""
    given = [[[0] * size, 4] for size in (0, 1, 4, 5)]
    found = modules.evaluate(CHECK, ["checkedImage", given])
    refusal = told(checked_image, [[b"", 4]])[0]
    assert found == [refusal, [0], [0] * 4, refusal]
