"""De quoi ouvrir des pages : un seul navigateur, et des contextes qui ne partagent rien."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.bonus.page.browsers import CHROMIUM, MISSING, Chromium, Pages, chromium


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


@pytest.fixture
def modules(pages: Pages) -> Page:
    """Une page d'où importer les modules."""
    return pages.modules()
