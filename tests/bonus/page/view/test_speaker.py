"""Une demande faite au participant : envoyée aussitôt, ou refusée avec sa raison."""

from typing import Any

from playwright.sync_api import Page

RUN = """async (script) => {
  const { Speaker } = await import("/view/speaker.js");
  const { RequestError } = await import("/core/checks.js");
  const told = { flushed: 0, complaints: [], whispers: [] };
  const participant = { whisper: (...given) => told.whispers.push(given) };
  const link = { participant, flush: () => told.flushed++ };
  const names = { pseudos: new Set(["Jean Paul"]) };
  const speaker = new Speaker(link, names, (text) => told.complaints.push(text));
  const refused = () => { throw new RequestError("Un message vide."); };
  told.result = new Function("speaker", "refused", `return ${script}`)(speaker, refused);
  return told;
}"""


def run(page: Page, script: str) -> Any:
    return page.evaluate(RUN, script)


def test_what_is_asked_leaves(modules: Page) -> None:
    told = run(modules, "speaker.ask(() => 3)")
    assert (told["result"], told["flushed"], told["complaints"]) == (3, 1, [])


def test_a_refusal_is_said(modules: Page) -> None:
    told = run(modules, "speaker.ask(refused)")
    assert (told["result"], told["flushed"]) == (None, 0)
    assert told["complaints"] == ["Un message vide."]
    told = run(modules, "speaker.try(refused).message")
    assert (told["result"], told["complaints"]) == ("Un message vide.", [])


def test_a_fault_of_ours_is_not_hidden(modules: Page) -> None:
    script = """(() => {
      try { speaker.ask(() => null.rien); } catch (error) { return error.name; }
    })()"""
    assert run(modules, script)["result"] == "TypeError"


def test_to_whom_one_whispers(modules: Page) -> None:
    assert run(modules, 'speaker.whisper("jean paul salut")')["whispers"] == [
        ["Jean Paul", "salut"],
    ]
    assert run(modules, 'speaker.whisper("bob")')["complaints"] == ["Usage : /msg PSEUDO TEXTE"]
