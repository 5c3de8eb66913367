"""D'où tourne ce correcteur : de son dépôt, avec les scripts du TP ; ou installé, sans eux."""

from pathlib import Path

ROOT = Path(__file__).parents[2]  # le dépôt, ou un dossier fait comme lui
INSTALLED = not (ROOT / "part1").is_dir()
COMMAND = "correcteur" if INSTALLED else "python -m grader"  # ce qu'une personne doit taper
