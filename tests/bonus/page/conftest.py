"""Une page d'où importer les modules de la page web."""

import pytest
from playwright.sync_api import Page

from tests.bonus.page.modules import blank
from tests.support.browsers import Pages


@pytest.fixture
def modules(pages: Pages) -> Page:
    return blank(pages)
