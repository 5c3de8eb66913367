"""Écrit là où on le lui dit : un succès se verra du dehors."""

import contextlib
from pathlib import Path

from tools import behave, orders

for name in orders["chemins"]:
    with contextlib.suppress(OSError):
        (Path(name) / "intrus").write_text("intrus", encoding="utf-8")
behave()
