"""L'image de docs/ : la page d'une classe de trente copies inventées.

$ python -m tests.grader.classroom.portrait      (puis la regarder)
"""

import io
import tempfile
from pathlib import Path

from PIL import Image

from grader.classroom.classpage import render
from tests.grader.classroom.generated import classroom
from tests.support.browsers import Pages, chromium
from tests.support.processes import ROOT

FILE = ROOT / "docs/classe.png"
SCREEN = {"width": 1440, "height": 1270}
COLORS = 255


def photograph(pages: Pages) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "index.html"
        file.write_text(render(classroom()), encoding="utf-8")
        page = pages.new(viewport=SCREEN, color_scheme="light")
        page.goto(file.as_uri())
        return Image.open(io.BytesIO(page.screenshot()))


def main() -> None:
    with chromium() as browser, browser.lent() as lent:
        shot = photograph(Pages(lent))
    shot.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(FILE, optimize=True)


if __name__ == "__main__":
    main()
