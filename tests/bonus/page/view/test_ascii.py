"""Une image en caractères : ses proportions, ses couleurs, et sa transparence."""

from typing import Any

import pytest
from playwright.sync_api import Page

DRAW = """async ([width, height, colour, room]) => {
  const { asciiArt } = await import("/view/ascii.js");
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, width / 2, height);
  const image = new Image();
  image.src = canvas.toDataURL();
  await image.decode();
  const art = asciiArt(image, room, "moitiés, en caractères");
  const colours = [...art.querySelectorAll("span")].map((span) => span.style.color);
  return [art.textContent.trimEnd().split("\\n"), colours.slice(0, 2), art.ariaLabel];
}"""


def draw(page: Page, width: int, height: int, colour: str = "white", room: int = 600) -> Any:
    return page.evaluate(DRAW, [width, height, colour, room])


@pytest.mark.parametrize(
    ("width", "height", "room", "columns", "rows"),
    [
        (400, 200, 600, 96, 24),  # un caractère est deux fois plus haut que large
        (400, 200, 60, 10, 3),
        (10, 1_000, 600, 2, 100),
        (1_000, 2, 600, 96, 1),
    ],
)
def test_its_proportions(
    modules: Page, width: int, height: int, room: int, columns: int, rows: int
) -> None:
    lines, _, label = draw(modules, width, height, room=room)
    assert {len(line) for line in lines} == {columns}
    assert len(lines) == rows
    assert label == "moitiés, en caractères"


def test_each_character_has_its_colour(modules: Page) -> None:
    """Le plus clair est le plus plein ; ce qui est transparent est gris."""
    lines, colours, _ = draw(modules, 400, 200)
    assert (lines[0][0], lines[0][-1]) == ("@", "=")
    assert colours == ["rgb(255, 255, 255)", "rgb(144, 144, 144)"]
    lines, colours, _ = draw(modules, 400, 200, "black")
    assert lines[0][0] == " "
    assert colours[0] == "rgb(0, 0, 0)"
