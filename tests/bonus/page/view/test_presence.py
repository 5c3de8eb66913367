"""Qui arrive et qui part : une phrase, d'une personne ou de plusieurs."""

from typing import Any

import pytest
from chatroom.protocol.messages import Presence
from playwright.sync_api import Page

SAY = """async ([name, event]) => (await import("/view/presence.js"))[name](event)"""


def said(modules: Page, name: str, presence: Presence, **event: Any) -> str:
    text: str = modules.evaluate(SAY, [name, {"presence": int(presence), **event}])
    return text


@pytest.mark.parametrize(
    ("presence", "text"),
    [
        (Presence.ARRIVED, "Annonce : bob a rejoint la chatroom"),
        (Presence.LEFT, "Annonce : bob a quitté la chatroom"),
        (Presence.BACK, "bob est de retour !"),
        (Presence.MOVED, "Annonce : bob a changé de salon"),
    ],
)
def test_one_person(modules: Page, presence: Presence, text: str) -> None:
    assert said(modules, "announcement", presence, pseudo="bob") == text


@pytest.mark.parametrize(
    ("names", "count", "who"),
    [
        (["alice", "bob"], 14, "alice, bob et 12 autres ont"),
        (["alice", "bob"], 3, "alice, bob et 1 autre ont"),
        (["alice", "bob"], 2, "alice et bob ont"),
        (["alice"], 1, "alice a"),
        ([], 40, "40 ont"),
        (["a\u202eb"], 1, "a�b a"),
    ],
)
def test_several_people(modules: Page, names: list[str], count: int, who: str) -> None:
    text = said(modules, "gathering", Presence.ARRIVED, names=names, count=count)
    assert text == f"Annonce : {who} rejoint la chatroom"
