"""Le client en lignes sur un terminal : ce qu'on tape reste entier quand un message arrive."""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Self

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.shortcuts import CompleteStyle

from chatroom.client.faces.console import wants_colours

Complete = Callable[[str], Iterable[str]]


class _Words(Completer):
    """Ce que `complete` propose pour continuer la ligne, en lignes entières."""

    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        line = document.text_before_cursor
        shared = line.rfind(" ") + 1
        for whole in self._complete(line):
            yield Completion(whole, -len(line), display=whole[shared:].strip() or whole)


class _Keyboard(Vt100Input):
    """Celui que prompt_toolkit ne rend pas au noyau le temps d'afficher un message.

    Le noyau garderait pour lui un Ctrl-D tapé à cet instant.
    """

    def cooked_mode(self) -> AbstractContextManager[None]:
        return nullcontext()


class Terminal:
    interactive = True

    def __init__(self, complete: Complete) -> None:
        self.colours = wants_colours()
        self._open = ExitStack()
        # Sans lui demander où est son curseur : certains terminaux ne savent pas répondre.
        output = Vt100_Output.from_pty(sys.stdout, os.environ.get("TERM"))
        output.enable_cpr = False
        self._session: PromptSession[str] = PromptSession(
            completer=_Words(complete),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            erase_when_done=True,  # le serveur renverra le message : pas deux fois à l'écran
            input=_Keyboard(sys.stdin),
            output=output,
        )

    def write(self, text: str) -> None:
        print(text)

    async def read(self, prompt: str) -> str:
        return await self._session.prompt_async(FormattedText([("bold", prompt)]))

    def __enter__(self) -> Self:
        self._open.enter_context(patch_stdout(raw=True))
        # D'une invite à l'autre aussi : rendu à lui-même, le terminal garderait un Ctrl-D pour lui.
        self._open.enter_context(self._session.input.raw_mode())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
