"""Étape 5 : le client demande un pseudo, et commence par « Hello|PSEUDO »."""

import pytest

from tests.part2.chat import PROMPTLY, client, client_command, conversation, steps
from tests.support.peers import Listener
from tests.support.terminal import WARNINGS, Terminal
from tests.support.waiting import wait_until

WITH_PSEUDO = pytest.mark.parametrize("step", steps(5, 6))


@WITH_PSEUDO
@pytest.mark.parametrize("pseudo", ["it4", "Zoé", "l'été", "王", "a|b", "Jean Paul"])
def test_says_hello_first(step: int, pseudo: str) -> None:
    with conversation(step, pseudo) as (terminal, peer):  # qui attend exactement Hello|PSEUDO
        terminal.press("salut\n")
        peer.expect("salut")


@WITH_PSEUDO
def test_asks_again_for_an_empty_pseudo(step: int) -> None:
    with Listener() as listener, client(step, listener.port) as terminal:
        prompts = ["Pseudo :"]
        for typed in ("", "   "):
            terminal.expect("\n".join(prompts))
            terminal.press(f"{typed}\n")
            prompts.append("Pseudo :")
        terminal.expect("\n".join(prompts))
        terminal.press("it4\n")
        with listener.accept() as peer:
            peer.expect("Hello|it4")
            terminal.expect_line(">")
            connected = f"Connecté à 127.0.0.1:{listener.port} (Ctrl-C pour partir)"
            assert terminal.lines == ["Pseudo :", "Pseudo :", "Pseudo : it4", connected, ">"]


@WITH_PSEUDO
def test_connects_only_once_it_has_a_pseudo(step: int) -> None:
    with Listener() as listener, client(step, listener.port) as terminal:
        terminal.expect("Pseudo :")
        terminal.press("\x04")
        assert terminal.wait(PROMPTLY) == 0
        listener.expect_nobody()


@WITH_PSEUDO
@pytest.mark.parametrize("encoding", ["utf-8:surrogateescape", "utf-8:strict"])
def test_pseudo_that_is_not_text(step: int, encoding: str) -> None:
    # Selon la langue du terminal, Python lit ces octets tels quels ou les refuse.
    with (
        Listener() as listener,
        Terminal(
            *client_command(step, listener.port),
            PYTHONWARNINGS=WARNINGS,
            PYTHONUTF8="0",
            PYTHONIOENCODING=encoding,
        ) as terminal,
    ):
        terminal.expect("Pseudo :")
        terminal.press_bytes(b"\xff\xfe\n")
        terminal.press("it4\n")
        # Montrés comme tels ou redemandés : dans les deux cas, on entre.
        wait_until(
            lambda: "Connecté à" in terminal.text or terminal.popen.poll() is not None,
            lambda: terminal.text,
        )
        assert "Connecté à" in terminal.text
        with listener.accept() as peer:
            peer.receive_until(lambda data: len(data) > len("Hello|"))


@WITH_PSEUDO
def test_shows_the_announcements(step: int) -> None:
    with conversation(step) as (terminal, peer):
        for announced in (
            "Annonce : it4 a rejoint la chatroom",
            "Annonce : Zoé a rejoint la chatroom",
            "Annonce : Zoé a quitté la chatroom",
        ):
            peer.send(announced)
            terminal.expect_line(announced)
