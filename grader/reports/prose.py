"""Nos phrases : un guillemet ou un deux-points ne s'y retrouve jamais seul au bord d'une ligne."""

import re

from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.padding import Padding
from rich.text import Text

INSIDE = re.compile(r"(?<=«) | (?=[»:;!?%])")
NO_BREAK = "\u00a0"
# rich coupe aussi aux espaces insécables ; ce caractère, `neutral` n'en laisse passer aucun.
GLUE = "\ue000"


def unbroken(text: str, glue: str = NO_BREAK) -> str:
    """Le texte, ses espaces devant « : » ou dans les guillemets devenues insécables."""
    return INSIDE.sub(glue, text)


class Prose(Text):
    """Une phrase de rich, qui ne se coupe pas là. Ses espaces restent celles qu'on a écrites."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        glued = self.copy()
        glued.plain = unbroken(self.plain, GLUE)
        lines = glued.wrap(
            console,
            width,
            justify=justify,
            overflow=overflow,
            tab_size=tab_size,
            no_wrap=no_wrap,
        )
        for line in lines:
            line.plain = line.plain.replace(GLUE, " ")
        return lines


def paragraph(text: Text, indent: int = 0) -> Padding:
    """Un texte en retrait. Donné seul à `Console.print`, un `Prose` redeviendrait un `Text`."""
    return Padding(text, (0, 0, 0, indent))
