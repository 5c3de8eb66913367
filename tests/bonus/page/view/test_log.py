"""Ce qui s'est dit dans un salon : les jours, les auteurs, les non lus, et ce qui attend."""

from typing import Any

from playwright.sync_api import Page

RUN = """async (script) => {
  const { Log } = await import("/view/log.js");
  const { make } = await import("/view/dom.js");
  const log = new Log();
  const row = (text, { voice = "bob", time = 0, day = "lundi" } = {}) => ({
    element: make("article", {}, text), voice, time, day });
  const post = (text, rest) => ({ text, to: "", image: null, nonce: 0, ...rest });
  const me = { pseudo: "alice", colour: 0 };
  const texts = () => [...log.element.children[1].children].map((one) =>
    one.textContent + (one.matches(".follows") ? " (suite)" : ""));
  const waiting = () => [...log.element.children[2].children].map((one) =>
    `${one.querySelector(".body").textContent} : ${one.querySelector(".state").textContent}`);
  return new Function("log", "row", "post", "me", "texts", "waiting", script)(
    log, row, post, me, texts, waiting);
}"""


def run(page: Page, script: str) -> Any:
    return page.evaluate(RUN, script)


def test_days_and_authors(modules: Page) -> None:
    """Le jour avant son premier message ; un auteur qui poursuit n'est pas renommé."""
    found = run(
        modules,
        """log.add(row("a"), false);
        log.add(row("b"), false);
        log.add(row("c", { voice: "eve" }), false);
        log.add(row("d", { voice: "eve", time: 600_000 }), false);
        log.add(row("e", { voice: "eve", time: 600_001, day: "mardi" }), false);
        return texts();""",
    )
    assert found == ["lundi", "a", "b (suite)", "c", "d", "mardi", "e"]


def test_the_past_goes_above(modules: Page) -> None:
    """Ce qui était le début n'a plus besoin de redire le jour, ni l'auteur."""
    found = run(
        modules,
        """log.add(row("c"), false);
        log.prepend([row("a", { day: "dimanche" }), row("b")]);
        log.start = "Début";
        return [log.element.firstChild.textContent, ...texts()];""",
    )
    assert found == ["Début", "dimanche", "a", "lundi", "b", "c (suite)"]


def test_the_unread_line(modules: Page) -> None:
    found = run(
        modules,
        """log.add(row("a"), false);
        log.add(row("b"), true);
        log.note("Annonce");
        const before = texts();
        const spoken = log.element.querySelector("[role=separator]").ariaLabel;
        log.clearMark();
        return [spoken, before, texts()];""",
    )
    assert found == [
        "Nouveaux messages",
        ["lundi", "a", "Nouveaux messages", "b", "Annonce"],
        ["lundi", "a", "b", "Annonce"],
    ]


def test_too_long_its_start_is_forgotten(modules: Page) -> None:
    found = run(
        modules,
        """for (let n = 0; n < 8_999; n++) log.add(row(`${n}`), false);
        const kept = log.trim();
        log.add(row("de trop"), false);
        return [kept, log.trim(), texts().length, texts()[0], texts()[1]];""",
    )
    assert found == [False, True, 8_002, "lundi", "999"]


def test_a_post_waits_then_settles(modules: Page) -> None:
    found = run(
        modules,
        """const [one, image] = [post("un"), post("a.png", { image: new Uint8Array(1) })];
        for (const each of [one, image]) log.pend(each, me);
        const before = [waiting(), log.unsent];
        log.settle(one);
        return [...before, waiting(), log.unsent];""",
    )
    assert found == [["un : envoi…", "a.png : envoi…"], ["un"], ["a.png : envoi…"], []]


def test_a_failed_post_is_taken_back_or_forgotten(modules: Page) -> None:
    found = run(
        modules,
        """const [one, other] = [post("un", { nonce: 1 }), post("deux", { nonce: 2 })];
        const taken = [];
        for (const each of [one, other]) log.pend(each, me);
        const sent = log.unsent;
        const retake = ({ text }) => taken.push(text);
        for (const each of [one, other]) log.fail(each, "trop tard ?", retake);
        const shown = [waiting(), log.unsent];
        const [take, , , forget] = log.element.querySelectorAll(".state button");
        take.click();
        forget.click();
        return [sent, ...shown, taken, waiting()];""",
    )
    why = "Pas envoyé\u00a0: trop tard\u00a0?ReprendreOublier"
    assert found == [[], [f"un : {why}", f"deux : {why}"], ["un", "deux"], ["un"], []]
