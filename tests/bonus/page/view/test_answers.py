"""La réponse à une commande : une phrase, et pour « token » un lien qui porte le code."""

import pytest
from playwright.sync_api import Page

from tests.bonus.page.modules import ORIGIN

SAY = """async ([name, given]) => (await import("/view/answers.js"))[name](given)"""


def test_a_sentence_of_the_server(modules: Page) -> None:
    told = {"verb": "devices", "answer": {"text": "Connecté d'ici."}}
    assert modules.evaluate(SAY, ["answered", told]) == "Connecté d'ici."
    assert modules.evaluate(SAY, ["answered", {"verb": "alone", "answer": {}}]) == "C’est fait."


def test_a_code_is_a_link(modules: Page) -> None:
    told = {"verb": "token", "answer": {"code": "ABCDE-FGHJK", "text": "…"}}
    text = modules.evaluate(SAY, ["answered", told])
    assert f"{ORIGIN}/#token=ABCDE-FGHJK ou client.py --token ABCDE-FGHJK" in text


@pytest.mark.parametrize(
    ("address", "code"),
    [("#token=ABCDE-FGHJK", "ABCDE-FGHJK"), ("#token=", ""), ("#salon", ""), ("#token=a b", "")],
)
def test_the_code_of_an_address(modules: Page, address: str, code: str) -> None:
    assert modules.evaluate(SAY, ["codeIn", address]) == code
