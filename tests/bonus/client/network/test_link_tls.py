"""La connexion du client par TLS, et ce qui la finit."""

import asyncio
import ssl
from pathlib import Path

import pytest
from chatroom.client.core.events import Ended, Event, Lost, NoticeShown, Welcomed
from chatroom.client.network.connecting import client_context
from chatroom.client.network.link import GONE, IN_CLEAR, UNVERIFIED, Link
from chatroom.protocol.messages import Say
from chatroom.server.operation.certificates import Made

from tests.bonus.client.network.stage import ROOM, Keyring, said, scene, settled_in, stage
from tests.bonus.handshakes import certificate, served

UNKNOWN = "L'autorité qui a signé le certificat de ce serveur est inconnue"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return certificate(tmp_path_factory.mktemp("tls"))


@scene
async def test_comes_back_and_repeats(made: Made) -> None:
    """Comme en clair : coupé avant l'accusé, il revient, vérifie de nouveau, et répète."""
    async with stage(server=served(made), client=client_context(made.ca)) as opened:
        visitor = await settled_in(opened)
        opened.link.participant.say("salon", "bonjour")
        opened.link.flush()
        await visitor.expect(Say(ROOM, 1, "bonjour"))
        visitor.writer.transport.abort()
        assert isinstance(await opened.event(), Lost)
        again = await opened.visitor()
        await again.greet(back=True)
        await again.let_in()
        await again.expect(Say(ROOM, 1, "bonjour"))
        again.send(said(1, "bonjour", nonce=1))
        assert await opened.link.close()


@scene
async def test_a_polite_end(made: Made) -> None:
    """Le serveur ferme sa moitié (close_notify) : une coupure comme une autre."""
    async with stage(server=served(made), client=client_context(made.ca)) as opened:
        visitor = await settled_in(opened)
        visitor.writer.close()
        assert await opened.event() == Lost(GONE, opened.delays[0])
        await (await opened.visitor()).greet(back=True)


@scene
async def test_insecure_says_so_each_time(made: Made) -> None:
    async with stage(server=served(made), client=client_context(insecure=True)) as opened:
        opened.link.start()
        for _ in range(2):
            visitor = await opened.visitor()
            assert await opened.event() == NoticeShown(UNVERIFIED)
            await visitor.greet()
            assert isinstance(await opened.event(), Welcomed)
            visitor.writer.transport.abort()
            assert isinstance(await opened.event(), Lost)


@scene
async def test_not_the_server_one_wanted(made: Made) -> None:
    """Rien ne lui est dit, pas même un jeton, et l'on n'y revient pas."""
    async with stage(server=served(made), client=client_context()) as opened:
        opened.link.start()
        ended = await opened.event()
        assert isinstance(ended, Ended)
        assert (ended.text.partition(" ;")[0], ended.final) == (UNKNOWN, True)
        assert opened.delays == []
        assert not await opened.link.drain(-1)


@scene
async def test_no_longer_the_server_one_wanted(made: Made, tmp_path: Path) -> None:
    """Un autre a pris sa place pendant une coupure : c'est fini, là aussi."""
    for other, text in ((served(certificate(tmp_path)), UNKNOWN), (None, "Ce serveur ne parle")):
        async with stage(server=served(made), client=client_context(made.ca)) as opened:
            visitor = await settled_in(opened)
            await opened.stop()
            await opened.serve(other, opened.port)
            visitor.writer.transport.abort()
            assert isinstance(await opened.event(), Lost)
            if not other:
                impostor = await opened.visitor()
                impostor.writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            ended = await opened.event()
            assert isinstance(ended, Ended)
            assert ended.text.startswith(text)
            assert ended.final


@scene
async def test_cut_in_the_middle_of_the_agreement(made: Made) -> None:
    """Un serveur qui redémarre n'est pas un imposteur : on y revient."""
    async with stage(server=served(made), client=client_context(made.ca)) as opened:
        visitor = await settled_in(opened)
        await opened.stop()
        await opened.serve(None, opened.port)
        visitor.writer.transport.abort()
        assert await opened.event() == Lost(GONE, opened.delays[0])
        (await opened.visitor()).writer.transport.abort()
        assert await opened.event() == Lost(GONE, opened.delays[1])
        await opened.stop()
        await opened.serve(served(made), opened.port)
        (await opened.visitor()).writer.transport.abort()


@scene
async def test_in_clear_before_a_server_that_wants_tls(made: Made) -> None:
    """OpenSSL ferme sans un mot ; d'autres envoient d'abord une alerte."""
    async with stage(server=served(made)) as opened:
        opened.link.start()
        assert await opened.event() == Ended(None, IN_CLEAR, final=True)
    async with stage() as opened:
        opened.link.start()
        (await opened.visitor()).writer.write(bytes.fromhex("15 03 01 00 02 02 46"))
        assert await opened.event() == Ended(None, IN_CLEAR, final=True)


@scene
async def test_in_clear_before_a_server_that_now_wants_tls(made: Made) -> None:
    async with stage() as opened:
        visitor = await settled_in(opened)
        await opened.stop()
        await opened.serve(served(made), opened.port)
        visitor.writer.transport.abort()
        assert isinstance(await opened.event(), Lost)
        assert await opened.event() == Ended(None, IN_CLEAR, final=True)


@scene
async def test_in_clear_before_a_server_that_says_nothing() -> None:
    """Il ne parle pas TLS non plus : il est seulement parti."""
    async with stage() as opened:
        opened.link.start()
        for _ in range(2):  # le client, puis sa question
            (await opened.visitor()).writer.transport.abort()
        assert await opened.event() == Ended(None, GONE, final=True)


@pytest.mark.parametrize("host", ["a" * 64, ".a", "a..b"])
@pytest.mark.parametrize("tls", [None, client_context(insecure=True)], ids=["clair", "TLS"])
def test_a_name_that_is_not_one(host: str, tls: ssl.SSLContext | None) -> None:
    async def call() -> Event:
        link = Link(host, 1, "alice", Keyring(), tls=tls)
        link.start()
        event = await anext(link.events())
        await link.close()
        return event

    assert asyncio.run(call()) == Ended(None, f"Pas de serveur sur {host}:1", final=True)
