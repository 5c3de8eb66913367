"""Les modules de la page web du chat, servis sans serveur."""

from typing import Any

from playwright.sync_api import Page, Route

from tests.support.browsers import Pages
from tests.support.processes import ROOT

FOLDER = ROOT / "bonus" / "page"
ORIGIN = "http://chat.test"  # personne n'y répond : le test sert lui-même les fichiers


def blank(pages: Pages, **options: Any) -> Page:
    """Une page vide, d'où importer les modules de la page web."""
    page = pages.new(base_url=ORIGIN, **options)
    page.route(f"{ORIGIN}/**", _serve)
    page.goto("/")
    return page


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN).lstrip("/")
    if path.endswith(".js"):
        route.fulfill(path=FOLDER / path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")
