"""Tous les clients : pas de serveur, Ctrl-C, Ctrl-D, et les arguments."""

import pytest

from tests.part2.chat import (
    PORT_8888,
    PROMPTLY,
    client,
    client_command,
    closed_port,
    conversation,
    last_screen,
    require_free_port,
    steps,
    wait_asleep,
)
from tests.support.inside import play
from tests.support.peers import Listener
from tests.support.processes import run
from tests.support.terminal import WARNINGS

TALKING = pytest.mark.parametrize("step", steps(3, 5, 6))
WITH_OPTIONS = pytest.mark.parametrize("step", steps(5, 6))
EXITS = pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])


@pytest.mark.parametrize("step", steps(2, 3))
def test_no_server(step: int) -> None:
    require_free_port()
    result = run(*client_command(step, 8888))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "Pas de serveur sur 127.0.0.1:8888.\n"


@WITH_OPTIONS
def test_no_server_there(step: int) -> None:
    with closed_port() as port:
        result = run(*client_command(step, port), stdin="it4\n")
    assert (result.returncode, result.stdout) == (1, "Pseudo : ")
    assert result.stderr == f"Pas de serveur sur 127.0.0.1:{port}.\n"


@WITH_OPTIONS
@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("inconnu.invalid", "8888"),
        ("a" * 64 + ".invalid", "8888"),
        ("127.0.0.1", "70000"),
        ("127.0.0.1", "-5"),
        ("127.0.0.1", "0"),
    ],
    ids=["unknown name", "impossible name", "port 70000", "port -5", "port 0"],
)
def test_bad_address(step: int, address: str, port: str) -> None:
    script = f"part2/chat_client_ii_{step}.py"
    result = play(script, "-a", address, "-p", port, stdin="it4\n")
    assert (result.returncode, result.stdout) == (1, "Pseudo : ")
    assert result.stderr == f"Pas de serveur sur {address}:{port}.\n"


@TALKING
@EXITS
def test_leaves_from_the_chat(step: int, key: str) -> None:
    with conversation(step) as (terminal, peer):
        before = terminal.lines[:-1]
        terminal.press(key)
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [*before, ">", "Au revoir !"]
        peer.expect_end()


@TALKING
def test_ctrl_c_with_half_a_line_typed(step: int) -> None:
    with conversation(step) as (terminal, peer):
        before = terminal.lines[:-1]
        terminal.press("bonj")
        terminal.expect_line("> bonj")
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [*before, "> bonj", "Au revoir !"]
        peer.expect_end()


@TALKING
@EXITS
def test_leaves_after_a_conversation(step: int, key: str) -> None:
    with conversation(step) as (terminal, peer):
        terminal.press("salut\n")
        peer.expect("salut")
        peer.send("bob a dit : salut")
        terminal.expect("bob a dit : salut\n>")
        terminal.press(key)
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal)[-3:] == ["bob a dit : salut", ">", "Au revoir !"]
        peer.expect_end()


@PORT_8888
def test_ctrl_c_while_the_first_client_waits_for_the_answer() -> None:
    require_free_port()
    with Listener(8888) as listener, client(2, 8888) as terminal, listener.accept() as peer:
        peer.expect("Hello")
        wait_asleep(terminal)
        terminal.press("\x03")
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == [""]
        peer.expect_end()


@WITH_OPTIONS
@EXITS
def test_leaves_from_the_pseudo_prompt(step: int, key: str) -> None:
    with client(step, 1) as terminal:
        terminal.expect("Pseudo :")
        wait_asleep(terminal)
        terminal.press(key)
        assert terminal.wait(PROMPTLY) == 0
        assert last_screen(terminal) == ["Pseudo :", "Au revoir !"]


@WITH_OPTIONS
def test_no_pseudo_on_a_closed_input(step: int) -> None:
    result = run(*client_command(step, 1), PYTHONWARNINGS=WARNINGS)
    assert (result.returncode, result.stdout) == (0, "Pseudo : \nAu revoir !\n")
    assert result.stderr == ""


@WITH_OPTIONS
@pytest.mark.parametrize("options", [("-p", "abc"), ("-p",), ("--lent",), ("salut",)], ids=" ".join)
def test_wrong_options(step: int, options: tuple[str, ...]) -> None:
    result = play(f"part2/chat_client_ii_{step}.py", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"usage: chat_client_ii_{step}.py [-p PORT] [-a HÔTE] [-h]\nArguments incorrects.\n"
    )


@WITH_OPTIONS
def test_help(step: int) -> None:
    for option in ("-h", "--help"):
        result = play(f"part2/chat_client_ii_{step}.py", option)
        assert (result.returncode, result.stderr) == (0, "")
        for text in ("-p", "--port", "-a", "--address", "127.0.0.1:8888", "affiche cette aide"):
            assert text in result.stdout


# Avec ces arguments, les clients des étapes 2 et 3 s'en tiennent là : pas de port 8888 à prendre.
@pytest.mark.parametrize("step", [2, 3])
def test_usage_of_the_clients_without_options(step: int) -> None:
    (script,) = client_command(step, 8888)
    for option in ("-h", "--help"):
        result = play(script, option)
        assert (result.returncode, result.stderr) == (0, "")
        assert f"Usage : python {script}\n" in result.stdout
    for options in (("9999",), ("-p", "9999"), ("-h", "-h")):
        result = play(script, *options)
        assert (result.returncode, result.stdout) == (2, "")
        assert f"Usage : python {script}\n" in result.stderr
