"""Les colonnes : les salons d'un côté, qui est là de l'autre."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

START = """async () => {
  const { Drawers, People, RoomList } = await import("/view/panels.js");
  const { Rooms } = await import("/view/rooms.js");
  const rooms = new Rooms();
  for (const name of ["@", "salon", "réseau"]) rooms.open(name);
  rooms.current = rooms.find("salon");
  Object.assign(window, { rooms, chosen: [] });
  const choose = (what) => (name) => window.chosen.push(`${what} ${name}`);
  window.list = new RoomList(choose("entrer"), choose("quitter"));
  window.people = new People(choose("écrire"), new Map([["bob", 0xff]]));
  window.drawers = new Drawers();
  document.getElementById("chat").hidden = false;
  for (const id of ["rooms", "people"]) document.getElementById(id).showPopover();
}"""


@pytest.fixture
def panels(screen: Page) -> Page:
    screen.evaluate(START)
    return screen


def test_the_rooms(panels: Page) -> None:
    """Celui que l'on regarde, les non lus, ceux du serveur où l'on n'est pas."""
    panels.evaluate(
        """() => {
          const { rooms } = window;
          rooms.find("réseau").unread = 2;
          const others = [{ name: "ailleurs", count: 3, members: [] }];
          rooms.listed(others, true);
          window.list.show(rooms);
        }"""
    )
    buttons = panels.locator("#room-list .choice")
    assert buttons.all_text_contents() == ["Messages privés", "salon", "réseau2 non lus"]
    expect(buttons.nth(1)).to_have_attribute("aria-current", "true")
    assert panels.locator("#other-list .choice").all_text_contents() == ["ailleurs3 personnes"]
    expect(panels.locator("#elsewhere")).not_to_have_attribute("hidden", "")
    for locator in (buttons.nth(2), panels.locator("#other-list .choice")):
        locator.dispatch_event("click")
    panels.get_by_label("Quitter salon").dispatch_event("click")
    assert panels.evaluate("window.chosen") == ["entrer réseau", "entrer ailleurs", "quitter salon"]


def show_people(page: Page, room: str, people: list[str], count: int = 0) -> Any:
    return page.evaluate(
        """([name, people, count]) => {
          const room = window.rooms.find(name);
          room.count = count;
          window.people.show(room, people, { pseudo: "alice", colour: 0 });
          const text = (id) => document.getElementById(id).textContent;
          const names = [...document.querySelectorAll("#people-list .choice")];
          return [names.map((one) => one.textContent), text("people-title"), text("people-more")];
        }""",
        [room, people, count],
    )


def test_the_people(panels: Page) -> None:
    """Dans l'ordre du français ; à soi-même on n'écrit pas ; les autres sont comptés."""
    names, title, more = show_people(panels, "salon", ["eve", "alice", "Élodie", "bob"], 6)
    assert names == ["Aalicevous", "Bbob", "ÉÉlodie", "Eeve"]
    assert (title, more) == ("Là · 6", "et 2 autres")
    buttons = panels.locator("#people-list .choice")
    expect(buttons.nth(0)).to_be_disabled()
    buttons.nth(1).dispatch_event("click")
    assert panels.evaluate("window.chosen") == ["écrire bob"]
    assert show_people(panels, "@", ["bob"])[1:] == ["Écrire à", ""]


def test_a_crowd_is_cut_short(panels: Page) -> None:
    names, _, more = show_people(panels, "salon", [f"p{number}" for number in range(205)], 300)
    assert len(names) == 200
    assert more == "et 100 autres"


def test_the_keyboard_keeps_its_place(panels: Page) -> None:
    """La liste change sous les doigts : qui y était y reste."""
    show_people(panels, "salon", ["bob", "eve"])
    panels.evaluate("document.querySelector('[data-key=\"eve\"]').focus()")
    show_people(panels, "salon", ["adam", "bob", "eve"])
    assert panels.evaluate("document.activeElement.dataset.key") == "eve"


def test_a_drawer_opens_on_the_current_room(panels: Page) -> None:
    """Et tous se referment, quand l'écran devient large ou qu'on choisit un salon."""
    panels.set_viewport_size({"width": 700, "height": 600})
    panels.evaluate("window.drawers.close()")
    for name in ("rooms", "people"):
        expect(panels.locator(f"#{name}")).to_be_hidden()
    panels.evaluate("window.list.show(window.rooms)")
    panels.evaluate("document.getElementById('rooms').showPopover()")
    expect(panels.locator("#room-list [aria-current]")).to_be_focused()
    expect(panels.locator("#rooms")).to_be_visible()
    panels.set_viewport_size({"width": 1_200, "height": 600})
    expect(panels.locator("#rooms")).to_be_hidden()
