"""La version du projet, que seul le fichier VERSION donne."""

from pathlib import Path

VERSION = (Path(__file__).parents[1] / "VERSION").read_text("ascii").strip()
