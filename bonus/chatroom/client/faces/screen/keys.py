"""Les touches, et l'aide qui les dit."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from chatroom.client.faces.commands import helped

BINDINGS: list[BindingType] = [
    Binding("f1", "help", "Aide", key_display="F1"),
    Binding("ctrl+n", "room(1)", "Salon", priority=True, key_display="^N"),
    Binding("ctrl+p", "room(-1)", "Salon précédent", priority=True, show=False),
    Binding("ctrl+f", "search", "Chercher", priority=True, key_display="^F"),
    Binding("ctrl+o", "older", "Avant", priority=True, key_display="^O"),
    Binding("ctrl+t", "theme", "Thème", priority=True, key_display="^T"),
    Binding("ctrl+q", "leave_chat", "Partir", priority=True, key_display="^Q"),
    Binding("ctrl+c", "leave_chat", "Partir", priority=True, show=False),
    Binding("ctrl+x", "leave", "Fermer le salon", priority=True, show=False),
    Binding("alt+up", "choose(-1)", "Désigner", show=False, priority=True),
    Binding("alt+down", "choose(1)", "Désigner", show=False, priority=True),
    Binding("delete", "remove", "Retirer", show=False, priority=True),
    Binding("pageup", "page(-1)", "Plus haut", show=False, priority=True),
    Binding("pagedown", "page(1)", "Plus bas", show=False, priority=True),
    Binding("escape", "escape", "Revenir", show=False),
]
KEYS = {
    "Entrée": "dire la ligne",
    "↑ ↓": "ce qu'on a déjà tapé",
    "Tab": "compléter une commande, un pseudo, un salon, un fichier",
    "Page ↑ Page ↓": "parcourir ; tout en haut, la page d'avant arrive",
    "Ctrl-N Ctrl-P": "salon suivant, précédent",
    "Ctrl-X": "quitter ce salon",
    "Ctrl-F": "chercher ; ↑ ↓ d'une réponse à l'autre, Échap pour finir",
    "Ctrl-O": "demander une page plus ancienne, où l'on cherchera aussi",
    "Alt-↑ Alt-↓": "désigner un message ; Suppr le retire",
    "Échap": "revenir en bas ; oublier ce qu'on a collé",
    "Ctrl-T": "thème clair ou sombre",
    "Ctrl-Q Ctrl-C": "partir ; une seconde fois, sans attendre",
}


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter,q", "dismiss", "Fermer", key_display="Échap"),
    ]

    def __init__(self, operator: bool) -> None:
        super().__init__()
        self._operator = operator

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(_table(KEYS))
            yield Static(_table(helped(self._operator)))


def _table(rows: dict[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    for key, text in rows.items():
        table.add_row(Text(key), Text(text))
    return table
