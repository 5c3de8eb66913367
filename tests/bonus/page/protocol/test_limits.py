"""Les bornes de la page : les mêmes que celles du serveur, et celles qu'il lui dit."""

import re

from chatroom.protocol.limits import FRAME, LONGEST_NAME
from chatroom.server.transports.site import TOLD

from tests.bonus.page.modules import FOLDER

TEXT = (FOLDER / "protocol/limits.js").read_text("utf-8")


def test_what_the_format_bounds() -> None:
    found = re.findall(r"export const (\w+) = ([\d_]+);", TEXT)
    known = {"FRAME": FRAME, "LONGEST_NAME": LONGEST_NAME}
    assert {name: int(value) for name, value in found} == known


def test_what_the_server_tells() -> None:
    assert re.findall(r"@property \{number\} (\w+)", TEXT) == list(TOLD)
