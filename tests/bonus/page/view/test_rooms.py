"""Les salons que montre la page : qui y est, lesquels se lisent, et leurs voisins."""

from typing import Any

from playwright.sync_api import Page


def run(page: Page, script: str) -> Any:
    return page.evaluate(
        f"""async () => {{
          const {{ Room, Rooms }} = await import("/view/rooms.js");
          const rooms = new Rooms();
          const names = () => [...rooms].map(({{ name }}) => name);
          {script}
        }}"""
    )


def test_a_room_is_opened_once(modules: Page) -> None:
    found = run(
        modules,
        """const room = rooms.open("Élodie");
        return [rooms.open("ÉLODIE") === room, rooms.find("élodie") === room, rooms.size];""",
    )
    assert found == [True, True, 1]


def test_what_a_room_is_called(modules: Page) -> None:
    script = """return ["@", "a\\u202eb"].map((name) => [
      new Room(name).private, new Room(name).title]);"""
    assert run(modules, script) == [[True, "Messages privés"], [False, "a\ufffdb"]]


def test_neighbours_go_round(modules: Page) -> None:
    found = run(
        modules,
        """const none = rooms.neighbour(1);
        for (const name of ["a", "b", "c"]) rooms.open(name);
        rooms.current = rooms.find("c");
        return [none, rooms.neighbour(1).name, rooms.neighbour(-1).name];""",
    )
    assert found == [None, "a", "b"]


def test_closing_shows_the_next(modules: Page) -> None:
    found = run(
        modules,
        """for (const name of ["a", "b", "c"]) rooms.open(name).unread = 2;
        rooms.current = rooms.find("b");
        rooms.close(rooms.find("a"));
        const kept = rooms.current.name;
        rooms.close(rooms.current);
        return [kept, rooms.current.name, names(), rooms.unread];""",
    )
    assert found == ["b", "c", ["c"], 2]


def test_who_comes_and_goes(modules: Page) -> None:
    """Ceux que la liste ne nomme pas comptent aussi, et nul n'arrive deux fois."""
    found = run(
        modules,
        """const room = rooms.open("salon");
        const summary = { name: "SALON", count: 5, members: ["bob"] };
        rooms.listed([summary, { name: "ailleurs", count: 1, members: [] }], true);
        const seen = [[...room.people, room.count]];
        for (const [presence, pseudo] of [[0, "eve"], [2, "eve"], [1, "bob"], [1, "inconnu"]]) {
          room.announced({ presence, pseudo });
          seen.push([...room.people, room.count]);
        }
        return [seen, rooms.others.map(({ name }) => name)];""",
    )
    seen, others = found
    assert seen == [["bob", 5], ["bob", "eve", 6], ["bob", "eve", 6], ["eve", 5], ["eve", 4]]
    assert others == ["ailleurs"]


def test_the_last_one_met_comes_last(modules: Page) -> None:
    script = """const room = new Room("@");
    for (const pseudo of ["bob", "eve", "bob"]) room.met(pseudo);
    return [[...room.people], room.to];"""
    assert run(modules, script) == [["eve", "bob"], "bob"]
