"""La ligne où l'on écrit, et celle où l'on cherche."""

import os
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.message import Message
from textual.widgets import Input

from wording.harmless import neutral

REMEMBERED = 500  # lignes


class Composer(Input):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "earlier", show=False),
        Binding("down", "later", show=False),
        Binding("tab", "complete", show=False),
    ]

    class Typed(Message):
        """`pasted` : des lignes à dire telles quelles ; puis `line`, qui peut être une commande."""

        def __init__(self, pasted: list[str], line: str) -> None:
            super().__init__()
            self.pasted, self.line = pasted, line

    class Hint(Message):
        """Ce qu'il faut dire sous la ligne ; rien, s'il n'y a plus rien à dire."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, complete: Callable[[str], Iterable[str]]) -> None:
        super().__init__(select_on_focus=False)
        self._propose = complete
        self._past: list[str] = []
        self._place = 0  # dans le passé ; à la fin : ce que l'on écrit
        self._draft = ""
        self._pasted: list[str] = []
        self._choices: list[str] = []
        self._after = ""  # ce qui suivait le curseur
        self.proposed = ""  # la ligne, telle que Tab l'a laissée

    @property
    def pasted(self) -> bool:
        return bool(self._pasted)

    def forget_pasted(self) -> None:
        self._pasted = []
        self.post_message(self.Hint(""))

    async def action_submit(self) -> None:
        line, pasted = self.value, self._pasted
        if line.strip() and self._past[-1:] != [line]:
            self._past = [*self._past, line][-REMEMBERED:]
        self._place, self._draft, self.value = len(self._past), "", ""
        self.forget_pasted()
        if pasted or line.strip():
            self.post_message(self.Typed(pasted, line))

    def action_earlier(self) -> None:
        self._remember(self._place - 1)

    def action_later(self) -> None:
        self._remember(self._place + 1)

    def _remember(self, place: int) -> None:
        if not 0 <= place <= len(self._past):
            return
        if self._place == len(self._past):
            self._draft = self.value
        self._place = place
        self._put([*self._past, self._draft][place])

    def _put(self, before: str, after: str = "") -> None:
        self.proposed = self.value = before + after
        self.cursor_position = len(before)

    def action_complete(self) -> None:
        """Une seule suite : la voilà ; plusieurs : leur début commun, puis chacune à son tour."""
        before, after = self.value[: self.cursor_position], self.value[self.cursor_position :]
        if before in self._choices and after == self._after:
            place = (self._choices.index(before) + 1) % len(self._choices)
            return self._put(self._choices[place], after)
        found = list(self._propose(before))
        self._choices, self._after = [], after
        if not found:
            return None
        shared = os.path.commonprefix(found)  # noqa: RUF071 (des lignes, pas des chemins)
        if len(found) == 1 or len(shared) > len(before):
            self._put(shared, after)
        else:
            self._choices = found
            self._put(found[0], after)
        words = [neutral(whole[before.rfind(" ") + 1 :].strip() or whole) for whole in found]
        self.post_message(self.Hint("   ".join(words) if len(found) > 1 else ""))
        return None

    def on_paste(self, event: Paste) -> None:
        """Input n'en prendrait que la première ligne."""
        event.prevent_default()
        event.stop()
        lines = event.text.splitlines()
        if len(lines) < 2:
            return self.insert_text_at_cursor(neutral("".join(lines)))
        before, after = self.value[: self.cursor_position], self.value[self.cursor_position :]
        lines = [before + lines[0], *lines[1:-1], lines[-1] + after]
        self._pasted += [line for line in lines if line.strip()]
        self.value = ""
        count = len(self._pasted)
        self.post_message(
            self.Hint(f"{count} lignes collées : Entrée les envoie, Échap les oublie")
        )
        return None


class Search(Input):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,enter", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    class Moved(Message):
        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__(placeholder="Chercher dans ce salon")

    def action_move(self, step: int) -> None:
        self.post_message(self.Moved(step))
