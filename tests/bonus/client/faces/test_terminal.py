"""Le clavier et l'écran d'un vrai terminal, d'une invite à l'autre."""

from tests.support.processes import ROOT
from tests.support.terminal import Terminal

SCRIPT = f"""
import sys, termios
sys.path.insert(0, {str(ROOT / "bonus")!r})
from chatroom.client.faces.terminal import Terminal

def cooked():
    return bool(termios.tcgetattr(0)[3] & termios.ICANON)

with Terminal(lambda line: []):
    between = cooked()
print("entre deux invites :", between, "; ensuite :", cooked())
"""


def test_what_is_typed_between_two_prompts_is_ours() -> None:
    """Rendu au noyau entre deux invites, le terminal garderait pour lui un Ctrl-D."""
    with Terminal("-c", SCRIPT) as terminal:
        terminal.expect("entre deux invites : False ; ensuite : True")
        assert terminal.wait() == 0


WRITING = f"""
import asyncio, sys, termios
sys.path.insert(0, {str(ROOT / "bonus")!r})
from prompt_toolkit.application import get_app, run_in_terminal
from chatroom.client.faces.terminal import Terminal

async def main():
    cooked = []
    with Terminal(lambda line: []) as terminal:
        reading = asyncio.create_task(terminal.read("salon > "))
        while not get_app().is_running:
            await asyncio.sleep(0.01)
        await run_in_terminal(lambda: cooked.append(bool(termios.tcgetattr(0)[3] & termios.ICANON)))
        print("pendant un affichage :", cooked)
        await reading

asyncio.run(main())
"""


def test_what_is_typed_while_a_message_is_written_is_ours() -> None:
    with Terminal("-c", WRITING) as terminal:
        terminal.expect("pendant un affichage : [False]")
        terminal.press("fin\r")
        assert terminal.wait() == 0


TALK = f"""
import asyncio, sys
sys.path.insert(0, {str(ROOT / "bonus")!r})
from chatroom.client.faces.terminal import Terminal

async def main():
    with Terminal(lambda line: ["/rooms", "/root"] if line == "/ro" else ["/rooms "]) as terminal:
        while (line := await terminal.read("salon > ")) != "fin":
            terminal.write(f"lu : {{line!r}}")

asyncio.run(main())
"""


def test_lines_are_read_completed_and_written() -> None:
    with Terminal("-c", TALK) as terminal:
        terminal.expect("salon >")
        terminal.press("bonjour\r")
        terminal.expect("lu : 'bonjour'")
        terminal.press("/ro\t")  # deux suites : leur début commun
        terminal.expect("salon > /roo")
        terminal.press("\t\r")
        terminal.expect("lu : '/rooms '")
        terminal.press("fin\r")
        assert terminal.wait() == 0
