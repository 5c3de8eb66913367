"""Les modules de la vue, un par un : l'écran de la page, sans rien qui le fasse vivre."""

import re

import pytest
from playwright.sync_api import Page

from tests.bonus.page.modules import FOLDER

HTML = (FOLDER / "index.html").read_text("utf-8")


@pytest.fixture
def screen(modules: Page) -> Page:
    modules.set_content(re.sub(r"<script[^>]*></script>|<link[^>]*>", "", HTML))
    return modules
