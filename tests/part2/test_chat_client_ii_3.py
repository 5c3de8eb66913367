"""Étape 3 : le client envoie ce qu'on tape et montre ce qui arrive, en même temps."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.part2.chat import (
    PROMPTLY,
    client,
    client_command,
    client_on_pipes,
    conversation,
    last_screen,
    require_free_port,
    shown,
    steps,
)
from tests.support.peers import Listener
from tests.support.processes import ENVIRONMENT, ROOT, run
from tests.support.terminal import WARNINGS, Terminal
from tests.support.waiting import wait_until

# Ce qu'apprend l'étape 3 vaut encore aux suivantes.
TALKING = pytest.mark.parametrize("step", steps(3, 5, 6))


@pytest.fixture
def listener(step: int) -> Iterator[Listener]:
    if step < 5:
        require_free_port()
    with Listener(8888 if step < 5 else 0) as listener:
        yield listener


@TALKING
def test_sends_typed_lines_exactly(step: int) -> None:
    with conversation(step) as (terminal, peer):
        for line in ("salut", "ça va, l'été ?", "  deux espaces  ", "王 🎉", "a|b"):
            terminal.press(f"{line}\n")
            peer.expect(line)


@TALKING
def test_does_not_send_blank_lines(step: int) -> None:
    with conversation(step) as (terminal, peer):
        terminal.press("\n\n\nsalut\n")
        peer.expect("salut")


@TALKING
def test_shows_incoming_messages(step: int) -> None:
    with conversation(step) as (terminal, peer):
        for message in ("bob a dit : salut", "bob a dit : ça va ?"):
            peer.send(message)
            terminal.expect_line(message.replace("?", r"\?"))
        # Le message a pris la place de l'invite, revenue en dessous.
        wait_until(
            lambda: terminal.lines[-3:] == ["bob a dit : salut", "bob a dit : ça va ?", ">"],
            lambda: terminal.text,
        )
        assert (b"> \r\x1b[Kbob a dit : salut\r\n> ") in terminal.raw


@TALKING
def test_a_message_does_not_lose_the_line_being_typed(step: int) -> None:
    with conversation(step) as (terminal, peer):
        terminal.press("bonj")
        terminal.expect_line("> bonj")
        peer.send("bob a dit : salut")
        terminal.expect_line("bob a dit : salut")
        terminal.press("our\n")
        peer.expect("bonjour")


@TALKING
def test_shows_a_message_that_arrives_byte_by_byte(step: int) -> None:
    with conversation(step) as (terminal, peer):
        for letter in "salut":
            peer.send(letter)
            terminal.expect_line(letter)


@TALKING
def test_shows_a_split_character_whole(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.send(b"bob a dit : caf\xc3")
        terminal.expect_line("bob a dit : caf")
        peer.send(b"\xa9")
        terminal.expect_line("é")
        assert "�" not in terminal.text


@TALKING
def test_shows_what_is_not_text_and_goes_on(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.send(b"bob a dit : \xff\xfe")
        terminal.expect_line("bob a dit : ��")
        terminal.press("pardon ?\n")
        peer.expect("pardon ?")


@TALKING
def test_typed_bytes_that_are_not_text_do_not_kill_it(step: int) -> None:
    with conversation(step) as (terminal, peer):
        terminal.press_bytes(b"\xff\xfe\n")
        terminal.press("salut\n")
        peer.expect("salut")


@TALKING
def test_a_message_that_arrives_before_the_first_prompt(step: int, listener: Listener) -> None:
    with client(step, listener.port) as terminal:
        if step >= 5:
            terminal.expect("Pseudo :")
        # Ctrl-S arrête l'écran, donc le client à sa première ligne ; Ctrl-Q rend la main.
        terminal.press("\x13it4\n" if step >= 5 else "\x13")
        with listener.accept() as peer:
            peer.send("bob a dit : déjà là")
            terminal.press("\x11")
            terminal.expect_line("bob a dit : déjà là")
            terminal.press("salut\n")
            peer.expect("Hello|it4salut" if step >= 5 else "salut")


@TALKING
def test_loses_nothing_of_400_000_bytes(step: int) -> None:
    text = "".join(f"{number:07}|" for number in range(50_000))
    with conversation(step) as (terminal, peer):
        # Le terminal de ces tests est lent : ce que print() ne pourrait écrire serait perdu.
        peer.send(text)
        wait_until(lambda: terminal.raw.count(b"|") >= 50_000, lambda: str(len(terminal.raw)))
        assert text in shown(terminal).replace("\n", "")
        terminal.press("salut\n")
        peer.expect("salut")


@pytest.mark.parametrize("step", steps(3, 5))
def test_stays_when_the_server_leaves(step: int) -> None:
    with conversation(step) as (terminal, peer):
        before = terminal.lines[:-1]
        peer.close()
        # Deux invites de plus : il a eu le temps de voir la fin, et de mal la prendre.
        terminal.press("\n")
        terminal.expect(">\n>")
        terminal.press("\n")
        terminal.expect(">\n>\n>")
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [*before, ">", ">", ">", "Au revoir !"]


@pytest.mark.parametrize("step", steps(3, 5))
def test_typing_after_the_server_left(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.close()
        # Le premier envoi réussit : c'est lui qui apprend que plus personne n'écoute.
        terminal.press("un\n")
        terminal.expect("> un\n>")
        terminal.press("deux\n")
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-1] == "Le serveur est parti."
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize("step", steps(3, 5))
def test_server_that_vanishes(step: int) -> None:
    with conversation(step) as (terminal, peer):
        peer.vanish()
        assert terminal.wait(PROMPTLY) == 1
        assert terminal.lines[-1] == "Le serveur est parti."
        assert "Traceback" not in terminal.text


@TALKING
def test_on_pipes_shows_nothing_but_the_text(step: int, listener: Listener) -> None:
    with client_on_pipes(step, listener.port) as script:
        assert script.stdin
        assert script.stdout
        prompt = "" if step < 5 else "Pseudo : "
        if prompt:
            script.stdin.write(b"it4\n")
        connected = f"{prompt}Connecté à 127.0.0.1:{listener.port} (Ctrl-C pour partir)\n"
        assert script.stdout.readline().decode() == connected
        with listener.accept() as peer:
            peer.expect("Hello|it4" if prompt else "")
            for message in ("un", "deux", "trois"):
                script.stdin.write(f"{message}\n".encode())
                peer.expect(message)
                peer.send(f"bob a dit : {message}")
                assert script.stdout.readline().decode() == f"bob a dit : {message}\n"
            out, err = script.communicate()
            assert (script.returncode, out.decode(), err) == (0, "\nAu revoir !\n", b"")
            peer.expect_end()


@pytest.mark.parametrize("step", steps(3))
def test_lines_piped_all_at_once(step: int, listener: Listener) -> None:
    result = run(*client_command(step, 8888), stdin="un\n\ndeux\n", PYTHONWARNINGS=WARNINGS)
    with listener.accept() as peer:
        peer.expect("undeux")  # collés : rien ne sépare deux messages
        peer.expect_end()
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Connecté à 127.0.0.1:8888 (Ctrl-C pour partir)\n\nAu revoir !\n"


@pytest.mark.parametrize("step", steps(3))
def test_lines_from_a_file_that_are_not_all_text(
    step: int, listener: Listener, tmp_path: Path
) -> None:
    lines = tmp_path / "lignes"
    lines.write_bytes(b"un\n\xff\xfe\ndeux\n")
    with lines.open() as stdin:
        result = subprocess.run(
            [sys.executable, *client_command(step, 8888)],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=stdin,
            capture_output=True,
            check=False,
        )
    with listener.accept() as peer:
        peer.expect("undeux")
        peer.expect_end()
    assert (result.returncode, result.stderr) == (0, b"")


@TALKING
def test_gives_the_terminal_back_as_it_was(step: int, listener: Listener) -> None:
    # Un terminal non bloquant ferait échouer le programme suivant : « cat : Resource
    # temporarily unavailable ».
    program = (
        "import os, subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]]);"
        "print('bloquants :', *(os.get_blocking(fd) for fd in range(3)))"
    )
    command = client_command(step, listener.port)
    with Terminal("-c", program, *command, PYTHONWARNINGS=WARNINGS) as terminal:
        if step >= 5:
            terminal.expect("Pseudo :")
            terminal.press("it4\n")
        with listener.accept():
            terminal.expect_line(">")
            terminal.press("\x04")
            terminal.expect("Au revoir !")
            assert terminal.wait() == 0
        assert terminal.lines[-1] == "bloquants : True True True"
