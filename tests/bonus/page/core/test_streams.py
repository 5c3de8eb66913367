"""Les salons du participant de la page : par leur nom, par leur numéro, et ceux dont on sort."""

from typing import Any

from playwright.sync_api import Page

# `facts` : ce que montre une suite de gestes, `enter` jouant le serveur qui nous fait entrer.
PLAY = """async (gestures) => {
  const { Streams } = await import("/core/streams.js");
  const { Outbox, Post } = await import("/core/outbox.js");
  const [streams, outbox] = [new Streams(), new Outbox({ rate: 0, burst: 1 })];
  const names = () => [...streams].map(({ name }) => name);
  const enter = (name, room, last = 0) => {
    const stream = streams.named(name) ?? streams.add(name);
    stream.joined({ name, room, members: 1, last }, 0);
    streams.enter(stream);
    return stream;
  };
  return new Function("streams", "outbox", "names", "enter", "Post", gestures)(
    streams, outbox, names, enter, Post);
}"""


def facts(page: Page, gestures: str) -> Any:
    return page.evaluate(PLAY, gestures)


def test_private_messages_are_there_from_the_start(modules: Page) -> None:
    assert facts(modules, "return names();") == ["@"]


def test_a_name_is_found_whatever_its_case(modules: Page) -> None:
    found = facts(
        modules,
        """const added = streams.add("Élodie");
        const found = [streams.named("ÉLODIE") === added, streams.named("elodie") === undefined];
        streams.remove("élodie");
        return [...found, streams.named("Élodie") === undefined];""",
    )
    assert found == [True, True, True]


def test_a_number_is_known_once_entered(modules: Page) -> None:
    found = facts(
        modules,
        """streams.add("salon");
        const before = streams.has(7);
        let refusal = "";
        try { streams.numbered(7); } catch (error) { refusal = error.message; }
        const stream = enter("salon", 7);
        return [before, refusal, streams.has(7), streams.numbered(7) === stream,
          streams.number("salon")];""",
    )
    refusal = "Une réponse à propos d'un salon où l'on n'est pas."
    assert found == [False, refusal, True, True, 7]


def test_caught_up_when_every_room_is(modules: Page) -> None:
    found = facts(
        modules,
        """enter("@", 100);
        const stream = enter("salon", 7, 3);
        const before = streams.caughtUp;
        stream.giveUp(3);
        return [before, streams.caughtUp];""",
    )
    assert found == [False, True]


def test_a_cut_ends_the_rooms_one_was_leaving(modules: Page) -> None:
    """Sauf là où l'on a encore quelque chose à dire ; et il n'y a plus de numéros."""
    found = facts(
        modules,
        """for (const [name, number] of [["ici", 1], ["fini", 2], ["à dire", 3]]) {
          enter(name, number).leaving = name !== "ici";
        }
        outbox.add(new Post("à dire", "un dernier mot"));
        streams.cut(outbox);
        return [names(), streams.has(1), streams.named("ici").caughtUp];""",
    )
    assert found == [["@", "ici", "à dire"], False, False]


def test_one_departs_once_nothing_is_waited_for(modules: Page) -> None:
    found = facts(
        modules,
        """for (const [name, number] of [["ici", 1], ["fini", 2], ["à dire", 3], ["à lire", 4]]) {
          enter(name, number).leaving = name !== "ici";
        }
        outbox.add(new Post("à dire", "un dernier mot"));
        const first = streams.depart(outbox, new Set([4, "à dire"]));
        outbox.drop("à dire");
        const gone = streams.has(2);
        return [first, gone, streams.depart(outbox, new Set()), names()];""",
    )
    assert found == [[2], False, [3, 4], ["@", "ici"]]
