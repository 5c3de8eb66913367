"""Une pièce de l'écran, seule, dans une application de l'essai."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from chatroom.client.faces.screen.themes import DARK
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget


class Stage(App[None]):
    """Montre ces pièces, et retient ce qu'elles disent."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self._shown = widgets
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield from self._shown

    def hear(self, message: Message) -> None:
        ours = type(message).__module__.startswith("chatroom.")
        if ours and message not in self.heard:  # il passe de pièce en pièce
            self.heard.append(message)


def play(
    scene: Callable[[Stage, Pilot[None]], Awaitable[object]],
    *widgets: Widget,
    size: tuple[int, int] = (40, 10),
) -> None:
    async def run() -> None:
        stage = Stage(*widgets)
        async with stage.run_test(size=size, message_hook=stage.hear) as pilot:
            await scene(stage, pilot)

    asyncio.run(run())


def text_of(stage: App[Any]) -> str:
    """L'écran, tel qu'on le lit."""
    strips = stage.screen._compositor.render_strips()
    return "\n".join("".join(part.text for part in strip).rstrip() for strip in strips)
