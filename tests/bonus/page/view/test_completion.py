"""Les noms vus passer, et les lignes que Tab en propose."""

from typing import Any

from playwright.sync_api import Page

LEARN = """async ([events, lines]) => {
  const { Names } = await import("/view/completion.js");
  const names = new Names();
  for (const event of events) names.learn(event);
  return [lines.map((line) => names.complete(line)), [...names.pseudos], [...names.colours]];
}"""


def learn(page: Page, events: list[dict[str, Any]], *lines: str) -> Any:
    return page.evaluate(LEARN, [events, lines])


def spoke(pseudo: str, mine: bool = False) -> dict[str, Any]:
    return {"type": "spoke", "mine": mine, "message": {"pseudo": pseudo, "colour": 0xFF}}


def test_whole_lines(modules: Page) -> None:
    """Commandes, salons, pseudos ; à /msg, un texte où un pseudo déjà écrit n'en est plus un."""
    found, _, _ = learn(
        modules,
        [
            {"type": "entered", "room": "général"},
            {"type": "rooms", "rooms": [{"name": "Gestion", "members": ["Élodie", "bob"]}]},
        ],
        *("/h", "/jo", "/who g", "/msg é", "/msg bob salut b", "salut b", "salut ", ""),
        *("/JO", "/Msg É", "/kick b", "/unban b", "/nick zo"),
    )
    assert found == [
        *(["/help", "/history"], ["/join "], ["/who Gestion", "/who général"], ["/msg Élodie "]),
        *(["/msg bob salut bob "], ["salut bob "], [], [], ["/join "], ["/msg Élodie "]),
        *(["/kick bob "], ["/unban bob"], []),
    ]


def test_oneself_is_not_proposed(modules: Page) -> None:
    events = [spoke("alice", mine=True), spoke("bob")]
    _, pseudos, colours = learn(modules, events)
    assert pseudos == ["bob"]
    assert colours == [["alice", 0xFF], ["bob", 0xFF]]


def test_the_oldest_are_forgotten(modules: Page) -> None:
    """Cinq cents de chaque sorte ; qui reparle redevient récent."""
    people = [f"p{number}" for number in range(500)]
    _, pseudos, _ = learn(modules, [spoke(name) for name in [*people, "p0", "autre"]])
    assert pseudos == [*people[2:], "p0", "autre"]


def test_the_start_they_share(modules: Page) -> None:
    script = """async (all) => {
      const { sharedStart } = await import("/view/completion.js");
      return all.map(sharedStart);
    }"""
    assert modules.evaluate(script, [[], ["seul"], ["/help", "/history"], ["a", "b"]]) == [
        *("", "seul", "/h", ""),
    ]
