"""Ce que change pour nous ce qu'on décide d'un salon : comme au terminal."""

from typing import Any

from playwright.sync_api import Page

RUN = """async (script) => {
  const ruling = await import("/core/ruling.js");
  const { Streams } = await import("/core/streams.js");
  const { Outbox, Post } = await import("/core/outbox.js");
  const ours = { streams: new Streams(), outbox: new Outbox({ rate: 10, burst: 30 }) };
  const enter = (name, room) => {
    const stream = ours.streams.add(name);
    stream.joined({ room, last: 0, members: 1, name, mode: 0, topic: "" }, 0);
    ours.streams.enter(stream);
    return stream;
  };
  const acted = (act, text) => ({ kind: "Acted", act, text });
  return new Function("ruling", "ours", "enter", "acted", "Post", script)(
    ruling, ours, enter, acted, Post);
}"""


def run(page: Page, script: str) -> Any:
    return page.evaluate(RUN, script)


def test_what_a_room_becomes(modules: Page) -> None:
    found = run(
        modules,
        """const stream = enter("salon", 1);
        return [["lock", "on"], ["topic", "lundi"], ["lock", "off"]].map(
          ([act, text]) => ruling.happened(stream, acted(act, text), ours)).flat().concat(
          ruling.entered(stream, { again: true, restarted: false }));""",
    )
    assert [(one["type"], one["mode"], one["topic"]) for one in found] == [
        *(("ruled", 8, ""), ("ruled", 8, "lundi"), ("ruled", 0, "lundi")),
        ("entered", 0, "lundi"),
    ]


def test_another_name_and_two_rooms_that_were_one(modules: Page) -> None:
    found = run(
        modules,
        """const [salon, autre] = [enter("salon", 1), enter("autre", 2)];
        const post = ours.outbox.add(new Post("salon", "bonjour"));
        const events = ruling.renamed(salon, "Jeux", ours);
        return [events, post.room, ruling.renamed(autre, "jeux", ours),
          [...ours.streams].map(({ name }) => name)];""",
    )
    assert found == [
        [{"type": "renamed", "room": "salon", "name": "Jeux"}],
        "jeux",
        [{"type": "out", "room": "autre"}],
        ["@", "Jeux"],
    ]


def test_out_of_a_room(modules: Page) -> None:
    found = run(
        modules,
        """const stream = enter("salon", 1);
        ours.outbox.add(new Post("salon", "bonjour"));
        const events = ruling.happened(stream, acted("close", "on"), ours);
        return [events.map(({ type }) => type), ours.streams.has(1), ours.streams.closed(1),
          ruling.putOut(ours.streams.add("secret"), "Non.", ours)];""",
    )
    assert found == [["ruled", "refused", "out"], False, True, []]
