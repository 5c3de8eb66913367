"""D'une commande tapée à ce qu'on demande au serveur : comme au terminal."""

from chatroom.client.faces.orders import order
from playwright.sync_api import Page

from tests.bonus.client.faces.test_orders import KNOWN, ORDERS

READ = """async ([rows, known]) => {
  const { order } = await import("/view/orders.js");
  return rows.map(([command, rest]) => {
    try {
      return order(command, rest, "jeux", known);
    } catch (error) {
      return error.message;
    }
  });
}"""


def test_the_same_orders(modules: Page) -> None:
    rows = [[command, rest] for command, rest, _ in ORDERS]
    expected = [list(order(command, rest, "jeux", KNOWN)) for command, rest in rows]
    assert modules.evaluate(READ, [rows, KNOWN]) == expected


def test_yes_or_no(modules: Page) -> None:
    (told,) = modules.evaluate(READ, [[["/lock", "peut-être"]], KNOWN])
    assert told == "Usage : /lock [non]"


def test_how_long(modules: Page) -> None:
    script = """async (texts) => {
      const { lasting } = await import("/view/orders.js");
      return texts.map((text) => lasting(text, 10));
    }"""
    found = modules.evaluate(script, ["", "30min du calme", "toujours", "2 heures", "0m"])
    assert found == [[10, ""], [30, "du calme"], [0, ""], [10, "2 heures"], [1, ""]]
