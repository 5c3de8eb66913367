"""Ce que veut dire une ligne tapée : la même chose dans la page et au terminal."""

from collections.abc import Callable
from typing import Any

from chatroom.client.faces.commands import COMMANDS, addressed, helped, named, parse
from playwright.sync_api import Page

READ = """async ([name, given]) => {
  const { UsageError, ...commands } = await import("/view/commands.js");
  return given.map((args) => {
    try {
      const read = commands[name](...args);
      return Array.isArray(read) ? read : Object.values(read);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return error.message;
    }
  });
}"""


def told(read: Callable[..., Any], given: list[list[Any]]) -> list[Any]:
    answers: list[Any] = []
    for args in given:
        try:
            answers.append(list(read(*args)))
        except ValueError as why:
            answers.append(str(why))
    return answers


def test_lines(modules: Page) -> None:
    lines = ["bonjour /join", "  ", "//join", "/join  le salon bleu ", "/who", "/who x", "/quit"]
    lines += ["/", "/zut", "/join", "/quit maintenant", "/msg ", "/JOIN x", "/toString"]
    lines += ["/Rooms", "/ZUT"]
    lines += ["/kick bob", "/kick", "/lock non", "/topic"]
    given = [[line] for line in lines]
    assert modules.evaluate(READ, ["parse", given]) == told(parse, given)


def test_to_whom(modules: Page) -> None:
    """Un pseudo déjà vu peut contenir des espaces."""
    known = ["Jean", "Jean Paul"]
    rests = ["bob salut à toi", "Jean Paul salut", "jean paul salut", "Jean salut", "bob"]
    given = [[rest, known] for rest in rests]
    assert modules.evaluate(READ, ["addressed", given]) == told(addressed, given)


def test_who(modules: Page) -> None:
    known = ["Jean", "Jean Paul"]
    given = [[rest, known] for rest in ["bob", "Jean Paul", "jean paul 2h", "bob 2h du calme"]]
    assert modules.evaluate(READ, ["named", given]) == told(named, given)


def test_what_the_help_says(modules: Page) -> None:
    """Celles d'un opérateur n'encombrent que lui."""
    script = """async (operator) => (await import("/view/commands.js")).shown(operator)
      .map(({ usage }) => usage.split(" ")[0])"""
    for operator in (False, True):
        expected = [usage.split(" ")[0] for usage in helped(operator)]
        assert modules.evaluate(script, operator) == expected


def test_the_same_commands(modules: Page) -> None:
    """Un fichier s'y choisit au lieu de se nommer : il n'y a pas de suite."""
    script = """async () => {
      const { accepts, COMMANDS } = await import("/view/commands.js");
      return Object.keys(COMMANDS).map((name) => [name, accepts(name)]);
    }"""
    expected = [[name, command.accepts] for name, command in COMMANDS.items()]
    expected[list(COMMANDS).index("/image")] = ["/image", False]
    assert modules.evaluate(script) == expected
