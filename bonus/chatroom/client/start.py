"""Le client, de la ligne de commande à la sortie."""

import asyncio
import contextlib
import os
import signal
import ssl
import sys
from collections.abc import Iterator
from dataclasses import replace

from chatroom.client.choices import Choices
from chatroom.client.faces.console import Console, Pipes, is_terminal
from chatroom.client.faces.ignoring import Ignored
from chatroom.client.faces.line import LineClient
from chatroom.client.faces.names import Names
from chatroom.client.faces.speaking import Outcome
from chatroom.client.network.connecting import client_context
from chatroom.client.network.link import Link
from chatroom.client.settings import ClientSettings
from chatroom.client.tokens import Tokens
from chatroom.common.groups import needing
from chatroom.common.logs import Log, open_log
from chatroom.common.state import state_folder
from chatroom.protocol.text import clean_name
from wording.harmless import neutral

TOKENS, CHOICES = "tokens.json", "choices.json"


def run(settings: ClientSettings) -> int:
    """Tient une conversation, et dit le code de sortie. ChatError si rien ne commence."""
    log = open_log("client", settings.log, None, _say)
    try:
        return _converse(settings, log)
    except (KeyboardInterrupt, EOFError):  # Ctrl-C, Ctrl-D
        return 0
    except BrokenPipeError:  # « | head » en a assez
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        log.close()


def _converse(settings: ClientSettings, log: Log) -> int:
    tls = client_context(settings.tls_ca, settings.tls_insecure) if settings.tls else None
    choices = Choices(state_folder() / CHOICES, f"{settings.host}:{settings.port}")
    pseudo, code = settings.pseudo, settings.code or choices.code
    while True:
        # D'un autre appareil, le code dit aussi le pseudo.
        pseudo = "" if settings.token else _proper_pseudo(settings, pseudo)
        outcome = asyncio.run(_chat(settings, pseudo, code, choices, log, tls))
        if code != choices.code and outcome is not Outcome.OTHER_CODE:
            choices.keep(code=code)
        if outcome is Outcome.OTHER_CODE and is_terminal():
            code = input("Mot de passe du chat : ").strip()
        elif outcome is Outcome.OTHER_PSEUDO and is_terminal():
            pseudo, settings = "", replace(settings, token="")
        else:
            return 1 if outcome.value else 0


def _proper_pseudo(settings: ClientSettings, wanted: str) -> str:
    """`wanted`, ou à défaut celui que l'on demande, sans rien qui presse : rien n'est connecté.

    D'un script, c'est la première ligne. SystemExit(1) s'il ne convient pas.
    """
    while True:
        text = wanted or (input("Pseudo : ") if is_terminal() else _first_line())
        try:
            return clean_name(text, settings.limits.pseudo)
        except ValueError as why:
            print(f"Pseudo refusé : {why}.", flush=True)
            if not is_terminal():
                raise SystemExit(1) from None
        wanted = ""


def _first_line() -> str:
    """Octet par octet : la suite est pour la conversation."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(sys.stdin.fileno(), 1)
        if not byte and not line:
            raise EOFError
        line += byte or b"\n"
    return line.decode(errors="replace")


async def _chat(
    settings: ClientSettings,
    pseudo: str,
    code: str,
    choices: Choices,
    log: Log,
    tls: ssl.SSLContext | None,
) -> Outcome:
    names = Names()
    ignored = Ignored(choices.ignored, lambda names: choices.keep(ignored=names))
    tokens = Tokens(state_folder() / TOKENS, _say)
    link = Link(settings.host, settings.port, pseudo, tokens, settings.limits, tls=tls)
    link.code = settings.token or code
    if _full_screen(settings):
        return await _on_screen(settings, link, names, log, ignored)
    with _ended_by_signals(), _console(names) as console:
        face = LineClient(console, link, names, log, settings.limits, ignored)
        return await face.run(settings.room)


def _full_screen(settings: ClientSettings) -> bool:
    return is_terminal() and not settings.lines and os.environ.get("TERM", "dumb") != "dumb"


async def _on_screen(
    settings: ClientSettings, link: Link, names: Names, log: Log, ignored: Ignored
) -> Outcome:
    with needing("screen"):
        from chatroom.client.faces.screen.app import ChatApp  # noqa: PLC0415 (long à venir)

    app = ChatApp(link, names, log, settings.limits, settings.room, ignored)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit, Outcome.LEFT)
    try:
        outcome = await app.run_async()
    finally:
        await link.close(wait=False)
    for line in app.farewell:
        print(line, flush=True)
    return outcome or Outcome.FAILED  # rien : une erreur, que Textual a montrée


def _console(names: Names) -> Console:
    if not is_terminal():
        return Pipes()
    with needing("client"):
        from chatroom.client.faces.terminal import Terminal  # noqa: PLC0415 (long à venir)

    return Terminal(names.complete)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Un terminal fermé, un arrêt demandé : partir comme pour Ctrl-C, le terminal remis en état."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task
    stopping = False

    def stop() -> None:
        nonlocal stopping
        stopping = True
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if stopping:
            raise KeyboardInterrupt from None
        raise


def _say(text: str) -> None:
    """À la personne, mais pas dans la conversation."""
    print(neutral(text), file=sys.stderr, flush=True)
