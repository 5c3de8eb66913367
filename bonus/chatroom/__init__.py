"""Le chat : un serveur, ses clients, et ce qu'ils se disent. Voir bonus.md."""

import sys
from pathlib import Path

# `python bonus/server.py` ne voit que bonus/ ; ce que l'on dit à une personne (wording) est à côté.
sys.path.append(str(Path(__file__).parents[2]))
