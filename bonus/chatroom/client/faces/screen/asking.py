"""Un mot de passe, demandé par-dessus la conversation."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class AskScreen(ModalScreen[str]):
    """Rend le mot ; vide si l'on renonce."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Renoncer")]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self._text, markup=False)
            yield Input(password=True, placeholder="Mot de passe")
            yield Static("Entrée : entrer    Échap : renoncer", classes="keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())

    def action_give_up(self) -> None:
        self.dismiss("")
