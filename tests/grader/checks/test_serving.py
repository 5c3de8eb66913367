"""Ceux qui se connectent au serveur jugé : d'où, sous quel nom, et quand la place manque."""

import socket
from pathlib import Path

import pytest

from grader.checks import serving
from grader.checks.serving import Server
from grader.checks.starting import start_server
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from tests.grader.checks.playing import message, play, textbook

GREETING = ("    while True:", '    writer.write(b"Bienvenue !")\n    while True:')


def test_a_welcome_is_kept_apart(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        peer = await server.connect()
        assert server.greetings == {peer.name: "Bienvenue !"}
        assert peer.unread == b""
        assert (peer.actor, (await server.connect()).actor) == ("client A", "client B")
        assert server.author(peer) == peer.name

    assert message(play(tmp_path, "II.3.server", textbook("II.3.server", GREETING), check)) == ""


def test_who_comes_from_where(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        one, two, three = await server.enter(3, {2: 0})
        assert one.address[0] == three.address[0] != two.address[0]
        assert len({one.name, two.name, three.name}) == 3
        assert not server.by_pseudo

    assert message(play(tmp_path, "II.4.server", textbook("II.4.server"), check)) == ""


def test_they_introduce_themselves_and_talk(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        assert server.by_pseudo
        peers = await server.known(2)
        shown = server.program.since()
        assert all(f"Message received from {peer.name} : " in shown for peer in peers)
        assert server.author(peers[0]) == peers[0].actor
        joined = await server.join("luo")
        assert joined.actor == "luo"
        assert peers[0].unread_text.endswith("Annonce : luo a rejoint la chatroom")

    assert message(play(tmp_path, "II.5.server", textbook("II.5.server"), check)) == ""


def test_nobody_is_accepted_any_more(tmp_path: Path) -> None:
    async def check(arena: Arena) -> None:
        program = await arena.start(name="serveur")
        await Server(arena, program, "127.0.0.1", _free_port()).connect()

    outcome = play(tmp_path, "II.4.server", "input()", check)
    assert "n'accepte plus personne sur 127.0.0.1" in message(outcome)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@pytest.mark.parametrize("exactly", [False, True])
def test_a_place_already_taken(tmp_path: Path, exactly: bool) -> None:
    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        with socket.create_server(("127.0.0.9", 0)) as taken:
            source = taken.getsockname()
            peer = await server.connect(source=source, exactly=exactly)
            assert peer.address[0] == source[0]
            assert peer.address != source

    outcome = play(tmp_path, "II.4.server", textbook("II.4.server"), check)
    assert not outcome.failure
    assert outcome.unjudged == ("une place d'où se connecter" if exactly else "")


def test_a_connection_that_hangs_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(serving, "connect", never)

    async def check(arena: Arena) -> None:
        server = await start_server(arena)
        with pytest.raises(Wrong, match="n'accepte plus personne"):
            await server.connect()

    assert message(play(tmp_path, "II.4.server", textbook("II.4.server"), check)) == ""
