"""Quelqu'un devant la page : ce qu'il y fait, et ce qu'il y lit."""

import re
from typing import Self

from playwright.sync_api import Locator, Page, expect

from tests.bonus.client.faces.running import Chat
from tests.support.browsers import Pages

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Person:
    def __init__(self, pages: Pages, chat: Chat, **options: object) -> None:
        self.page: Page = pages.new(**options)
        self._touch = bool(options.get("has_touch"))
        self.url = chat.url
        self.page.goto(self.url)

    def enter(self, pseudo: str, room: str = "salon") -> Self:
        self.page.get_by_label("Pseudo").fill(pseudo)
        self.page.get_by_label("Salon", exact=True).fill(room)
        self.page.get_by_role("button", name="Entrer", exact=True).click()
        self.is_in(room)
        return self

    def is_in(self, room: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=room)).to_be_visible()
        if not self._touch:  # y mettre le curseur ouvrirait le clavier sur la conversation
            expect(self.message).to_be_focused()

    @property
    def message(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def conversation(self) -> Locator:
        return self.page.get_by_role("log", name="Conversation")

    def say(self, *texts: str) -> None:
        for text in texts:
            self.message.fill(text)
            self.message.press("Enter")

    def hears(self, text: str) -> None:
        """Attend que ce message soit là, reçu par le serveur."""
        found = self.conversation.locator("[data-seq]").get_by_text(text, exact=True)
        expect(found).to_have_count(1)

    @property
    def heard(self) -> list[str]:
        """Les textes reçus, de haut en bas."""
        return self.conversation.locator("[data-seq] .body").all_text_contents()

    @property
    def numbers(self) -> list[int]:
        """Leurs numéros."""
        script = "(rows) => rows.map((row) => Number(row.dataset.seq))"
        found = self.conversation.locator("[data-seq]").evaluate_all(script)
        assert isinstance(found, list)
        return found

    def is_connected(self) -> None:
        expect(self.page.get_by_role("status")).to_have_text("connecté")

    def is_titled(self, title: str) -> None:
        expect(self.page).to_have_title(re.compile(title))
