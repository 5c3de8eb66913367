"""Un Chromium pour tous les tests d'un processus, et des pages dont la moindre erreur se voit.

Et axe-core, qui dit ce qu'une page a d'inaccessible.
"""

import asyncio
import functools
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.support.processes import ROOT
from tests.support.waiting import DEADLINE

expect.set_options(timeout=DEADLINE * 1000)
AXE = ROOT / "node_modules/axe-core/axe.min.js"
# Le même navigateur sans ses fenêtres : trois fois moins de calcul par page.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
MISSING = "il manque chromium : sudo apt install chromium-headless-shell"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # C'est notre serveur qui doit refuser une page venue d'ailleurs, non le navigateur.
    "--disable-features=LocalNetworkAccessChecks",
]


class Chromium:
    """Playwright laisse sa boucle asyncio « en cours » dans le fil principal.

    Les autres tests de ce processus ne pourraient plus en ouvrir une : elle n'y est donc que le
    temps d'un test qui s'en sert (`lent`).
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def lent(self) -> Iterator[Browser]:
        asyncio._set_running_loop(self._loop)
        try:
            yield self._browser
        finally:
            asyncio._set_running_loop(None)


@contextmanager
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        opened = Chromium(browser)
        asyncio._set_running_loop(None)
        yield opened
        with opened.lent():
            browser.close()
        asyncio._set_running_loop(opened._loop)


class Pages:
    """Ouvre des pages, chacune comme un navigateur neuf ; `errors` : tout ce qui s'y est mal passé.

    Un test qui attend une erreur la retire de `errors`.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.errors: list[str] = []
        self._tolerated: list[str] = []

    def new(self, **options: Any) -> Page:
        context = self._browser.new_context(**options)
        context.set_default_timeout(DEADLINE * 1000)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.errors.append(f"{error.error}"))
        return context.new_page()

    def tolerate(self, text: str) -> None:
        """Ces erreurs-là sont attendues, et peuvent ne pas venir."""
        self._tolerated.append(text)

    def _said(self, message: ConsoleMessage) -> None:
        expected = any(text in message.text for text in self._tolerated)
        if message.type in {"error", "warning"} and not expected:
            self.errors.append(f"{message.text} ({message.location['url']})")

    def close(self) -> None:
        for context in self._browser.contexts:
            context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ce qui demande un navigateur a sa propre commande : make page."""
    for item in items:
        if isinstance(item, pytest.Function) and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    if not CHROMIUM:
        pytest.skip(MISSING)
    with chromium() as opened:
        yield opened


@pytest.fixture
def pages(browser: Chromium) -> Iterator[Pages]:
    with browser.lent() as lent:
        opened = Pages(lent)
        yield opened
        opened.close()
    assert opened.errors == []


@functools.cache
def _axe() -> str:
    if not AXE.exists():
        pytest.skip("Il manque axe-core : sudo apt install npm, puis npm ci")
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Ce qu'axe-core reproche à la page, du plus léger au plus grave."""
    page.evaluate(_axe())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        json.dumps([one["impact"], one["id"], [node["html"] for node in one["nodes"]]])
        for one in found
    ]
