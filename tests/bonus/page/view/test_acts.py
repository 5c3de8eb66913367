"""Ce qu'on a fait d'un salon ou d'un message : les phrases du terminal."""

from playwright.sync_api import Page

from tests.bonus.client.faces.acts import TOLD


def test_the_same_sentences(modules: Page) -> None:
    script = """async (rows) => {
      const { told } = await import("/view/acts.js");
      return rows.map(([act, text, mine]) =>
        told({ message: { act, text, pseudo: "prof" }, mine }));
    }"""
    assert modules.evaluate(script, TOLD) == [expected for *_, expected in TOLD]
