"""Le client plein écran : un vrai serveur, un écran simulé (Textual), un client octet par octet."""

import asyncio
import io
import re
import signal
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from chatroom.client.faces.screen.rooms import Entry
from chatroom.client.faces.speaking import Outcome
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import PRIVATE, Said, Say, SendImage, Whisper, Whispered
from PIL import Image
from textual.events import AppBlur, AppFocus, Paste

from tests.bonus.client.faces.screens import Seat, seated
from tests.bonus.processes import Client, Server, present

pytestmark = pytest.mark.proof  # un vrai terminal : des secondes pour chacun
SIZES = [(60, 20), (80, 24), (120, 40)]
PATIENT = Limits(rate=100.0)  # 200 lignes en deux secondes, et un seau toujours de 30
THEMES = ["sombre", "clair"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("chat"), "--limit", "rate=1000") as running:
        yield running


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def say(client: Client, room: int, *texts: str, first: int = 1) -> None:
    """Dit ces lignes, et attend la dernière."""
    client.tell(*(Say(room, first + n, text) for n, text in enumerate(texts)))
    for _ in texts:
        client.expect(Said)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_they_talk(server: Server, size: tuple[int, int], theme: str) -> None:
    """Dans les deux sens, à toutes les tailles, dans les deux thèmes ; rien n'est interprété."""
    room = f"parler {size[0]} {theme}"

    async def scene(bob: Client, number: int) -> None:
        async with seated(server.port, f"a{size[0]}{theme}", room, size, theme) as seat:
            say(bob, number, "salut [bold]toi[/bold] \x1b[31m rouge")
            await seat.expect("salut [bold]toi[/bold] �[31m rouge")
            await seat.type("bonjour")
            await seat.expect("✓ reçu par le serveur")
            assert bob.expect(Said).text == "bonjour"
            await seat.expect("vous")
            assert "● connecté" in seat.lines[0]
            assert f"b{size[0]}{theme}" in seat.text  # qui est là
            assert all(key in seat.lines[-1] for key in ("F1", "^N", "^F", "^O", "^T", "^Q"))
            assert all(len(line) <= size[0] for line in seat.lines)

    with present(server, f"b{size[0]}{theme}", room) as (bob, number):
        play(scene(bob, number))


def test_several_rooms(server: Server) -> None:
    """Ce qui arrive ailleurs se compte ; on y va au clavier, une ligne dit où l'on en était."""

    async def scene(bob: Client, number: int) -> None:
        async with seated(server.port, "rosa", "r1", (80, 24)) as seat:
            await seat.type("/join r2")
            await seat.until(lambda: seat.app.rooms.current and seat.app.rooms.current.name == "r2")
            say(bob, number, "un", "deux")
            room = seat.app.rooms.find("r1")
            assert room
            await seat.until(lambda: room.unread == 2)
            await seat.until(lambda: re.search(r" r1 +2$", seat.text, re.MULTILINE))
            assert "deux" not in seat.text
            await seat.pilot.press("ctrl+p")
            await seat.expect("── non lus ──")
            assert room.unread == 0
            await seat.expect("deux")
            await seat.type("/msg boris psst")
            await seat.expect("messages privés")
            assert bob.expect(Whispered).text == "psst"
            bob.tell(Whisper("rosa", 3, "oui ?"))
            await seat.pilot.press("ctrl+n", "ctrl+n")
            await seat.expect("→ boris : psst")
            await seat.expect("oui ?")
            await seat.type("perdu")
            await seat.expect("Ici, on répond par /msg PSEUDO TEXTE.")
            await seat.pilot.press("ctrl+p", "ctrl+x")
            await seat.absent("r2")
            assert [one.name for one in seat.app.rooms] == ["r1", "@"]

    with present(server, "boris", "r1") as (bob, number):
        bob.join(PRIVATE)
        play(scene(bob, number))


def test_history(server: Server) -> None:
    """Remonter fait venir la page d'avant, sans que l'écran saute ; puis il n'y en a plus."""

    async def scene() -> None:
        async with seated(server.port, "hélène", "passé", (80, 24)) as seat:
            room = seat.app.rooms.find("passé")
            assert room
            await seat.expect("ligne 89")
            assert "ligne 20" not in seat.text
            while room.entries[0].text != "ligne 0":
                before = len(room.entries)
                await seat.pilot.press("pageup")
                await seat.until(lambda: not room.loading)
                if len(room.entries) > before:
                    assert "ligne 40" in seat.text  # le haut d'avant est encore là
            assert [e.text for e in room.entries if e.author] == [f"ligne {n}" for n in range(90)]
            assert sum(entry.opens_day for entry in room.entries) == 1
            await seat.pilot.press("escape")
            await seat.expect("ligne 89")

    with present(server, "ancien", "passé") as (client, number):
        for start in range(0, 90, 30):
            lines = [f"ligne {start + n}" for n in range(30)]
            say(client, number, *lines, first=1 + start)
        play(scene())


def test_search(server: Server) -> None:
    """Dans ce qui est chargé, d'une réponse à l'autre ; et plus loin, si on le demande."""

    async def scene() -> None:
        async with seated(server.port, "sonia", "quête", (80, 24)) as seat:
            await seat.expect("banal 58")
            await seat.pilot.press("ctrl+f", *"TRÉSOR")
            await seat.expect("1 sur 1")
            await seat.expect("un trésor")
            await seat.pilot.press("ctrl+o")
            await seat.expect("2 sur 2")
            await seat.pilot.press("up")
            await seat.expect("1 sur 2")
            await seat.expect("un vieux trésor")
            await seat.pilot.press("escape")
            assert "un vieux trésor" in seat.text  # on y reste, pour lire autour
            await seat.pilot.press("escape")
            await seat.expect("banal 58")
            assert seat.app.focused is seat.app.composer

    with present(server, "caché", "quête") as (client, number):
        lines = ["un vieux trésor", *(f"banal {n}" for n in range(59))]
        lines[20] = "un trésor"
        say(client, number, *lines[:30])
        say(client, number, *lines[30:], first=31)
        play(scene())


def test_pictures(server: Server) -> None:
    """En caractères de couleur, à la largeur de l'écran, même quand elle change."""
    data = io.BytesIO()
    Image.new("RGB", (40, 10), (200, 30, 30)).save(data, "PNG")

    async def scene(bob: Client, number: int) -> None:
        async with seated(server.port, "ida", "photos", (80, 24)) as seat:
            bob.tell(SendImage(number, 1, "rouge.png", data.getvalue()))
            await seat.expect("image rouge.png (40x10)")
            await seat.until(lambda: seat.app.conversation.art)
            (art,) = seat.app.conversation.art.values()
            await seat.expect(art[0].plain)
            assert len(art[0]) == seat.app.conversation.body
            before = len(drawn(seat))
            await seat.pilot.resize_terminal(120, 40)
            await seat.until(lambda: len(drawn(seat)) > before)
            await seat.until(lambda: len(drawn(seat)) == seat.app.conversation.body)
            await seat.expect(drawn(seat))
            assert any(span.style.color for span in art[0].spans if not isinstance(span.style, str))

    def drawn(seat: Seat) -> str:
        return next(iter(seat.app.conversation.art.values()))[0].plain

    with present(server, "oleg", "photos") as (bob, number):
        play(scene(bob, number))


def test_the_server_comes_back(tmp_path: Path) -> None:
    """Tué puis relancé : le compte à rebours, ce qui attend, et la suite, une seule fois."""

    async def scene() -> None:
        with Server(tmp_path) as first:
            port = first.port
            async with seated(port, "mona", "salon", (80, 24)) as seat:
                await seat.type("avant")
                await seat.expect("✓ reçu")
                first.popen.kill()
                first.wait()
                await seat.expect("● reconnexion")
                await seat.type("pendant")
                await seat.expect("↑ 1 message en attente")
                with Server(tmp_path, port=port):
                    await seat.expect("● connecté")
                    await seat.expect("✓ reçu")
                    await seat.type("après")
                    await seat.until(
                        lambda: seat.app.connection.waiting == 0 and "après" in seat.text
                    )
                    room = seat.app.rooms.find("salon")
                    assert room
                    said = [entry.text for entry in room.entries if entry.author]
                    assert said == ["avant", "pendant", "après"]
                    lost = [one for one in room.entries if "nouvel essai" in one.text]
                    assert len(lost) == 1  # la barre d'état dit les suivants

    play(scene())


def test_a_long_paste(tmp_path: Path) -> None:
    """200 lignes collées : rien avant Entrée, puis toutes, dans l'ordre, sans être congédié."""
    lines = [f"/{n} collée" for n in range(200)]

    async def scene(server: Server) -> None:
        async with seated(server.port, "paul", "salon", (80, 24), limits=PATIENT) as seat:
            seat.app.composer.post_message(Paste("\n".join(lines)))
            await seat.expect("200 lignes collées : Entrée les envoie")
            await seat.pilot.press("escape")
            await seat.absent("collées")
            seat.app.composer.post_message(Paste("\n".join(lines)))
            await seat.expect("200 lignes collées")
            server.popen.send_signal(signal.SIGSTOP)  # le temps de voir ce qui attend
            await seat.pilot.press("enter")
            await seat.expect("messages en envoi")
            server.popen.send_signal(signal.SIGCONT)
            room = seat.app.rooms.find("salon")
            assert room
            await seat.until(
                lambda: [entry.text for entry in room.entries if entry.author] == lines
            )
            await seat.until(lambda: seat.app.connection.waiting == 0)
            await seat.expect("/199 collée")

    with Server(tmp_path, "--limit", f"rate={PATIENT.rate}") as server:
        play(scene(server))


def test_resize_during_a_conversation(server: Server) -> None:
    """Ce qu'on lisait reste à l'écran, à toutes les largeurs, et le bas reste le bas."""
    long = "un mot " * 20

    async def scene(bob: Client, number: int) -> None:
        async with seated(server.port, "rené", "taille", (120, 40)) as seat:
            say(bob, number, *(f"début {n} {long}" for n in range(25)))
            await seat.expect("début 24")
            for width, height in [*SIZES, (60, 20), (40, 12), (120, 40)]:
                await seat.pilot.resize_terminal(width, height)
                await seat.expect("début 24")
                assert all(len(line) <= width for line in seat.lines)
            await seat.pilot.press("pageup")
            middle = seat.app.conversation.on_screen()[0]
            await seat.pilot.resize_terminal(70, 24)
            await seat.pilot.pause()
            assert seat.app.conversation.on_screen()[0] is middle
            say(bob, number, "en bas", first=26)
            await seat.expect("↓ 1 nouveau")
            assert seat.app.conversation.on_screen()[0] is middle
            await seat.pilot.press("escape")
            await seat.expect("en bas")

    with present(server, "bruno", "taille") as (bob, number):
        play(scene(bob, number))


@pytest.mark.proof
def test_five_thousand_messages(server: Server) -> None:
    """Seules les lignes visibles sont faites : défiler ne dépend pas du nombre de messages."""

    async def scene() -> None:
        async with seated(server.port, "félix", "foule", (120, 40)) as seat:
            room = seat.app.rooms.find("foule")
            assert room
            for n in range(5000):
                room.add(
                    Entry(f"message {n} " + "mot " * (n % 40), "léa", 0x2F6FDE, "09:41"), seen=True
                )
            start = time.process_time()
            seat.app.conversation.sync()
            await seat.expect("message 4999")
            for _ in range(12):
                await seat.pilot.press("pageup")
            assert seat.app.conversation.scroll_y < seat.app.conversation.max_scroll_y - 300
            for _ in range(12):
                await seat.pilot.press("pagedown")
            await seat.expect("message 4999")
            assert time.process_time() - start < 5  # 1 d'ordinaire

    play(scene())


def test_typing(server: Server) -> None:
    """L'historique des lignes, Tab, l'aide, le thème ; et partir."""

    async def scene() -> None:
        async with seated(server.port, "tania", "frappe", (80, 24)) as seat:
            await seat.until(lambda: "timothée" in seat.app.rooms.open("frappe").people)
            await seat.pilot.press(*"/ro", "tab")
            assert seat.app.composer.value == "/rooms"
            await seat.pilot.press("enter", *"ti", "tab", *"salut", "enter")
            await seat.expect("timothée salut")
            await seat.pilot.press("up", "up")
            assert seat.app.composer.value == "/rooms"
            await seat.pilot.press("down", "down")
            assert seat.app.composer.value == ""
            await seat.pilot.press(*"/h", "tab")
            await seat.expect("/help   /history")
            assert seat.app.composer.value == "/help"
            await seat.pilot.press("tab")
            assert seat.app.composer.value == "/history"
            await seat.pilot.press("f1")
            await seat.expect("salon suivant, précédent")
            await seat.pilot.press("ctrl+f", "pageup")
            assert seat.app.focused is not seat.app.search  # l'aide est devant
            await seat.pilot.press("escape")
            await seat.pilot.press("ctrl+t")
            assert seat.app.theme == "clair"
            await seat.type("/nulle")
            await seat.expect("Commande inconnue : /nulle")
            await seat.pilot.press("ctrl+q")
            await seat.until(lambda: seat.app.return_value)
            assert seat.app.return_value is Outcome.LEFT
            assert any("Vous avez dit : timothée salut" in line for line in seat.book.lines)

    with present(server, "timothée", "frappe"):
        play(scene())


def test_what_came_while_one_was_elsewhere_is_read_on_return(server: Server) -> None:
    async def scene(bob: Client, number: int) -> None:
        async with seated(server.port, "nina", "fenêtre", (80, 24)) as seat:
            room = seat.app.rooms.find("fenêtre")
            assert room
            seat.app.post_message(AppBlur())
            await seat.until(lambda: not seat.app.app_focus)
            say(bob, number, "coucou")
            await seat.until(lambda: room.unread == 1)
            seat.app.post_message(AppFocus())
            await seat.until(lambda: room.unread == 0)

    with present(server, "gus", "fenêtre") as (bob, number):
        play(scene(bob, number))
