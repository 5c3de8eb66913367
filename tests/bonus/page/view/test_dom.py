"""De quoi faire et trouver des éléments : un texte n'y devient jamais du HTML."""

from typing import Any

from playwright.sync_api import Page


def run(page: Page, script: str, *arguments: Any) -> Any:
    return page.evaluate(
        f"async (given) => {{ const dom = await import('/view/dom.js'); {script} }}",
        list(arguments),
    )


def test_what_is_missing_is_said(screen: Page) -> None:
    found = run(
        screen,
        """const wrong = [["rien", HTMLElement], ["message", HTMLDialogElement]];
        return [dom.find("message", HTMLTextAreaElement).id, ...wrong.map(([id, type]) => {
          try { dom.find(id, type); } catch (error) { return error.message; }
        })];""",
    )
    assert found == ["message", "#rien manque à la page", "#message manque à la page"]


def test_text_stays_text(modules: Page) -> None:
    script = 'return dom.make("p", { className: "a" }, dom.make("b", {}, given[0])).outerHTML;'
    assert run(modules, script, "<i>") == '<p class="a"><b>&lt;i&gt;</b></p>'


def test_french_spaces_and_plurals(modules: Page) -> None:
    typeset = "return given.map((text) => dom.typeset(text));"
    assert run(modules, typeset, "« oui » : non ?") == ["«\u00a0oui\u00a0»\u00a0: non\u00a0?"]
    counted = "return given.map((count) => dom.counted(count, 'an', 'années'));"
    assert run(modules, counted, 0, 1, 2) == ["0 an", "1 an", "2 années"]
    assert run(modules, "return dom.counted(1234, 'octet');") == "1\u202f234 octets"


def test_a_person_has_a_colour_and_a_letter(modules: Page) -> None:
    script = """const face = dom.paint(document.createElement("p"), given[0]);
    return [face.className, face.style.getPropertyValue("--colour")];"""
    assert run(modules, script, 0xFF) == ["coloured", "#0000ff"]
    initial = "return given.map((pseudo) => dom.initial(pseudo));"
    assert run(modules, initial, "élodie", "👩‍🚀 x", "") == ["É", "👩‍🚀", ""]


def test_a_button_does_what_it_says(modules: Page) -> None:
    script = """let done = 0;
    const button = dom.button("Faire", () => done++);
    button.click();
    return [done, button.type, button.textContent];"""
    assert run(modules, script) == [1, "button", "Faire"]


def test_an_icon_is_not_read_aloud(modules: Page) -> None:
    script = "const svg = dom.icon('send'); return [svg.ariaHidden, svg.innerHTML];"
    assert run(modules, script) == ["true", '<use href="#icon-send"></use>']
