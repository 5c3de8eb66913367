"""Ceux qu'on ne veut plus lire, dans la page."""

from playwright.sync_api import Page

SCRIPT = """async () => {
  const { Ignored } = await import("/view/ignoring.js");
  const said = (pseudo, person, mine = false) =>
    ({ type: "spoke", mine, message: { pseudo, person } });
  const ignored = new Ignored();
  const sees = (event) => Boolean(ignored.sifted(event));
  const found = [sees(said("bob", 7))];
  ignored.add("BOB");
  found.push(sees(said("bob", 7)), sees(said("robert", 7)), sees(said("bob", 8)));
  found.push(sees(said("bob", 7, true)), [...ignored]);
  found.push([...new Ignored()], Boolean(new Ignored().sifted(said("robert", 7))));
  const [bob, al] = [{ pseudo: "bob", person: 7 }, { pseudo: "al", person: 1 }];
  const page = { type: "page", messages: [bob, al] };
  found.push(ignored.sifted(page).messages.length);
  const act = (act) => ({ type: "acted", mine: false, message: { act, ...bob } });
  found.push(sees(act("invite")), sees(act("delete")));
  ignored.remove("bob");
  found.push(sees(said("robert", 7)), [...ignored]);
  try {
    ignored.remove("bob");
  } catch (error) {
    found.push(error.message);
  }
  return found;
}"""


def test_who_is_not_read(modules: Page) -> None:
    assert modules.evaluate(SCRIPT) == [
        *(True, False, False, True, True, ["BOB"], ["BOB"], False, 1),
        *(False, True, True, [], "Vous n'ignorez pas bob."),
    ]


def test_a_memory_that_makes_no_sense(modules: Page) -> None:
    for text in ("[", "3", '{"bob": 7}', "[[1]]"):
        modules.evaluate("(text) => localStorage.setItem('chat:ignored', text)", text)
        script = """async () => [...new (await import("/view/ignoring.js")).Ignored()].length"""
        assert modules.evaluate(script) <= 1
