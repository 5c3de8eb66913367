"""Ce qu'on décide des salons, des messages et de nous : où cela se montre dans la page."""

from typing import Any

from playwright.sync_api import Page

RUN = """async (script) => {
  const { Ruling } = await import("/view/ruling.js");
  const { Rooms } = await import("/view/rooms.js");
  document.getElementById("chat").hidden = false;
  const rooms = new Rooms();
  const notes = [];
  const chat = { rooms, me: { pseudo: "alice", colour: 0 }, open: (name) => rooms.open(name),
    go: (room) => { rooms.current = room; ruling.show(room); },
    note: (text) => notes.push(text), refresh() {} };
  const ruling = new Ruling(chat);
  const salon = rooms.open("salon");
  chat.go(salon);
  const acted = (act, text, rest = {}) => ruling.heard({ type: "acted", room: "salon", mine: false,
    old: false, message: { act, text, target: 0, pseudo: "prof" }, ...rest });
  const lines = () => [...salon.log.element.querySelectorAll(".notice")].map((one) =>
    one.textContent);
  return new Function("ruling", "rooms", "salon", "acted", "lines", "notes", "chat", script)(
    ruling, rooms, salon, acted, lines, notes, chat);
}"""


def run(page: Page, script: str) -> Any:
    return page.evaluate(RUN, script)


def test_the_topic_and_what_the_room_is(screen: Page) -> None:
    script = """ruling.heard({ type: "ruled", room: "salon", mode: 9, topic: "lundi" });"""
    run(screen, script)
    assert screen.locator("#topic").inner_text() == "lundi (lecture seule, plus personne n’entre)"
    run(screen, """ruling.heard({ type: "ruled", room: "salon", mode: 0, topic: "" });""")
    assert not screen.locator("#topic").is_visible()


def test_acts_are_told(screen: Page) -> None:
    found = run(
        screen,
        """salon.people.add("prof");
        acted("lock", "on");
        acted("nick", "maître");
        acted("inconnu", "x");
        return [lines(), [...salon.people]];""",
    )
    expected = ["prof a fermé ce salon aux nouveaux venus", "prof s'appelle maintenant maître"]
    assert found == [expected, ["maître"]]


def test_a_removed_message(screen: Page) -> None:
    found = run(
        screen,
        """const element = document.createElement("article");
        element.dataset.seq = "3";
        salon.log.add({ element, voice: "bob", time: 5, day: "lundi" }, false);
        ruling.heard({ type: "acted", room: "salon", mine: false, old: false,
          message: { act: "delete", text: "", target: 3, pseudo: "prof" } });
        return lines();""",
    )
    assert found == ["message retiré par prof"]


def test_my_own_name_and_role(screen: Page) -> None:
    found = run(
        screen,
        """ruling.role = 0;
        ruling.heard({ type: "answered", verb: "operator", answer: { text: "Oui.", lines: [] } });
        ruling.heard({ type: "answered", verb: "bans", answer: { lines: ["un", 3, "deux"] } });
        acted("nick", "alicia", { mine: true });
        return [ruling.operator, notes, chat.me.pseudo];""",
    )
    assert found == [True, ["Oui.", "un", "deux"], "alicia"]
    assert screen.locator("#me-name").inner_text() == "alicia"
    assert not screen.locator("#me-role").evaluate("(one) => one.hidden")


def test_another_name_then_out(screen: Page) -> None:
    found = run(
        screen,
        """ruling.heard({ type: "renamed", room: "salon", name: "Jeux" });
        const name = rooms.current.name;
        ruling.heard({ type: "out", room: "jeux" });
        return [name, rooms.current.private, rooms.size, notes];""",
    )
    assert found == ["Jeux", True, 1, ["Vous n'êtes plus dans Jeux."]]
