"""La page dans un vrai navigateur : lue au clavier, sur un téléphone, sans script, imprimée."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from grader.model.records import Report
from grader.reports.page import Heading, render
from tests.grader.reports import kinds, sample
from tests.grader.reports.kinds import HEADING, KINDS
from tests.support.browsers import Pages, violations

Opened = Callable[..., Page]
WIDTH = 390  # pixels
PHONE: dict[str, Any] = {
    "viewport": {"width": WIDTH, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
SCREENS: dict[str, dict[str, Any]] = {
    "ordinateur": {},
    "téléphone": PHONE,
    "de nuit": {"color_scheme": "dark"},
}
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
FAILURES = "document.querySelectorAll('.step:not(.passed)').forEach(one => one.open = true)"
# Ce qui dépasse : les noms d'acteurs, de leur boîte ; les textes d'un récit, de son dessin.
OUTSIDE = """() => [...document.querySelectorAll('.timeline svg')].flatMap(svg => {
    const boxes = [...svg.querySelectorAll('text')].map(text => [text, text.getBBox()]);
    return boxes.filter(([text, box]) => {
        const actor = text.parentNode.querySelector('.actor')?.getBBox();
        const {x, width} = actor ?? {x: 0, width: svg.width.baseVal.value};
        return box.x < x || box.x + box.width > x + width;
    }).map(([text]) => text.textContent);
})"""


@pytest.fixture
def opened(pages: Pages, tmp_path: Path) -> Opened:
    """Ouvre un rapport comme le fait une personne : un fichier, dans son navigateur."""

    def open_it(report: Report, heading: Heading | None = None, **options: Any) -> Page:
        file = tmp_path / "rapport.html"
        file.write_text(render(report, heading), "utf-8")
        page = pages.new(**options)
        page.goto(file.as_uri())
        return page

    return open_it


def sheets(page: Page) -> int:
    """Combien de feuilles A4 sortiraient de l'imprimante."""
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.parametrize(
    ("kind", "screen"),
    [
        *((kind, "ordinateur") for kind in KINDS),
        *(("de tous les verdicts", screen) for screen in SCREENS if screen != "ordinateur"),
    ],
)
def test_nothing_to_reproach(opened: Opened, kind: str, screen: str) -> None:
    page = opened(KINDS[kind](), **SCREENS[screen])
    assert violations(page) == []
    page.evaluate(UNFOLD)
    assert violations(page) == []


def test_nothing_to_reproach_to_a_page_to_hand_over(opened: Opened) -> None:
    page = opened(kinds.failing(), HEADING)
    assert violations(page) == []
    expect(page.get_by_text("Note retenue 14,5 / 20")).to_be_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_fits_on_a_phone(opened: Opened, kind: str) -> None:
    page = opened(KINDS[kind](), HEADING, **PHONE)
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") == WIDTH
    assert page.evaluate(OUTSIDE) == []


def test_a_story_that_is_too_wide_says_so(opened: Opened) -> None:
    page = opened(sample.report(), **PHONE)
    page.evaluate(UNFOLD)
    story = page.locator(".timeline").last
    assert story.evaluate("one => one.scrollWidth > one.clientWidth")
    assert "gradient" in story.evaluate("one => getComputedStyle(one).backgroundImage")


def test_a_link_opens_the_step_it_leads_to(opened: Opened) -> None:
    page = opened(sample.report())
    evidence = page.get_by_text("Annonce : ambre a rejoint", exact=False).first
    expect(evidence).to_be_hidden()
    page.get_by_role("link", name="Annoncer une arrivée").click()
    expect(evidence).to_be_visible()
    expect(evidence).to_be_in_viewport()


@pytest.mark.parametrize("script", [True, False])
def test_only_what_is_not_right(opened: Opened, script: bool) -> None:
    page = opened(sample.report(), java_script_enabled=script)
    right = page.get_by_role("heading", name="Dormir et afficher")
    wrong = page.get_by_role("heading", name="Un pseudo, côté serveur")
    expect(right).to_be_visible()
    page.get_by_label("Seulement ce qui n'est pas juste").check()
    expect(right).to_be_hidden()
    wrong.click()
    expect(page.get_by_role("heading", name="Annoncer une arrivée")).to_be_visible()
    expect(page.get_by_role("heading", name="Un client muet")).to_be_hidden()


def test_unfolding_what_one_sees(opened: Opened) -> None:
    page = opened(sample.report())
    page.get_by_label("Seulement ce qui n'est pas juste").check()
    page.get_by_role("button", name="Tout déplier").click()
    assert page.locator("details.step[open]").count() == 5
    assert page.locator("details.step.passed[open]").count() == 0
    page.get_by_role("button", name="Tout replier").click()
    assert page.locator("details.step[open]").count() == 0
    page.locator("details.step.partial > summary").first.click()
    expect(page.get_by_role("button", name="Tout déplier")).to_be_visible()


@pytest.mark.parametrize("allowed", [True, False])
def test_commands_are_copied(opened: Opened, allowed: bool) -> None:
    page = opened(sample.report(), permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('')")  # d'un test à l'autre, il reste le même
    if not allowed:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    page.evaluate(FAILURES)
    page.get_by_role("button", name="Copier : pour le refaire à la main, terminal 2").click()
    expect(page.get_by_role("button", name="Copié")).to_be_visible()
    wanted = "printf 'Hello|ambre' | nc -q 2 127.0.0.1 9000"
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_without_script_everything_can_be_read(opened: Opened) -> None:
    page = opened(sample.report(), java_script_enabled=False)
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("heading", name="Un pseudo, côté serveur").click()
    expect(page.get_by_text("printf 'Hello|ambre'")).to_be_visible()


def test_the_last_hint_keeps_its_lines(opened: Opened) -> None:
    page = opened(kinds.failing())
    page.evaluate(UNFOLD)
    for step in kinds.failing().steps:
        code = step.step.checks[0].hints[2].strip("\n")
        shown = page.locator(f'[id="{step.step.checks[0].id}"] .hints pre')
        assert shown.evaluate("one => one.innerText").strip("\n") == code


@pytest.mark.parametrize(("kind", "most"), [("juste", 2), ("en échec", 3), ("non rendue", 2)])
def test_a_folded_page_prints_on_a_few_sheets(opened: Opened, kind: str, most: int) -> None:
    assert sheets(opened(KINDS[kind]())) <= most


def test_sixteen_failures_print_on_twelve_sheets(opened: Opened) -> None:
    """Chaque étape dépliée, avec ses preuves."""
    page = opened(kinds.failing())
    page.evaluate(FAILURES)
    assert 3 < sheets(page) <= 12


def test_on_paper_no_hint_no_button_and_a_line_for_what_is_right(opened: Opened) -> None:
    page = opened(sample.report())
    page.evaluate(UNFOLD)
    page.emulate_media(media="print")
    for text in ("Indice 1", sample.HINTS[0], "Tout déplier", "Seulement ce qui", "Copier"):
        for found in page.get_by_text(text).all():
            expect(found).to_be_hidden()
    right = page.locator('[id="II.5.server.silent"]')
    assert right.evaluate("one => one.getBoundingClientRect().height") < 50
    expect(page.get_by_text("L'annonce d'arrivée n'a pas").last).to_be_visible()


def test_what_is_folded_is_not_printed(opened: Opened) -> None:
    page = opened(kinds.perfect())
    folded = sheets(page)
    page.evaluate(UNFOLD)
    assert sheets(page) > folded
