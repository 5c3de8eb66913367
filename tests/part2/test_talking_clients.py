"""Les clients en pleine conversation : ce qu'on tape vraiment, ce qui arrive vraiment."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.part2.chat import (
    PORT_8888,
    PROMPTLY,
    client,
    client_command,
    client_on_pipes,
    conversation,
    first_client,
    require_free_port,
    shown,
    steps,
)
from tests.support.peers import Listener
from tests.support.processes import ENVIRONMENT, ROOT, run
from tests.support.terminal import WARNINGS, Terminal
from tests.support.waiting import wait_until

TALKING = pytest.mark.parametrize("step", steps(3, 5, 6))
WITH_PSEUDO = pytest.mark.parametrize("step", steps(5, 6))


@pytest.fixture
def listener(step: int) -> Iterator[Listener]:
    if step < 5:
        require_free_port()
    with Listener(8888 if step < 5 else 0) as listener:
        yield listener


@TALKING
def test_sends_any_text_as_typed(step: int) -> None:
    with conversation(step) as (terminal, peer):
        for line in ("ça va, l'été ?", "  deux espaces  ", "王 🎉", "a|b"):
            terminal.press(f"{line}\n")
            peer.expect(line)


@TALKING
def test_does_not_send_blank_lines(step: int) -> None:
    with conversation(step) as (terminal, peer):
        terminal.press("\n\n\nsalut\n")
        peer.expect("salut")


@TALKING
def test_a_message_takes_the_place_of_the_prompt(step: int) -> None:
    with conversation(step) as (terminal, peer):
        for message in ("bob a dit : salut", "bob a dit : ça va ?"):
            peer.send(message)
            terminal.expect_line(message.replace("?", r"\?"))
        wait_until(
            lambda: terminal.lines[-3:] == ["bob a dit : salut", "bob a dit : ça va ?", ">"],
            lambda: terminal.text,
        )
        assert (b"> \r\x1b[Kbob a dit : salut\r\n> ") in terminal.raw


def test_a_message_does_not_lose_the_line_being_typed() -> None:
    with conversation(6) as (terminal, peer):
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


@PORT_8888
def test_the_first_client_shows_any_answer() -> None:
    with first_client() as (script, peer):
        peer.send("Bien reçu, à bientôt ".encode() + b"\xff\xc3\r\n")
        assert script.wait() == 0
        assert (script.out, script.err) == ("Bien reçu, à bientôt ��\n", "")


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


@pytest.mark.proof
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


@WITH_PSEUDO
@pytest.mark.parametrize("pseudo", ["Zoé", "l'été", "王", "a|b", "Jean Paul"])
def test_sends_any_pseudo_as_typed(step: int, pseudo: str) -> None:
    with conversation(step, pseudo):
        pass  # elle a attendu exactement Hello|PSEUDO


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
