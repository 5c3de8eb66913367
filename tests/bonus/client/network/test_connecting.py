"""Se connecter, en clair ou par TLS, à un serveur qui n'est pas toujours celui qu'on croit."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from chatroom.client.network import connecting
from chatroom.client.network.connecting import TlsError, client_context, connect, speaks_tls
from chatroom.protocol import ChatError
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Closing
from chatroom.server.operation.certificates import Made
from chatroom.server.operation.tls import server_context

from tests.bonus.handshakes import YEARS, certificate, handshake, served
from tests.support.waiting import DEADLINE

Arrival = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]


def leaving(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def answering(data: bytes) -> Arrival:
    def arrive(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()

    return arrive


@asynccontextmanager
async def listening(
    context: ssl.SSLContext | None = None, arrive: Arrival = leaving
) -> AsyncIterator[int]:
    """Le port d'un serveur de l'essai."""
    server = await asyncio.start_server(arrive, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def refusal(port: int, context: ssl.SSLContext, host: str = "127.0.0.1") -> str:
    with pytest.raises(TlsError) as raised:
        await connect(host, port, context)
    return str(raised.value)


def why(server: ssl.SSLContext, client: ssl.SSLContext, host: str = "127.0.0.1") -> str:
    async def try_it() -> str:
        async with listening(server) as port:
            return await refusal(port, client, host)

    return asyncio.run(try_it())


def test_agreed(tmp_path: Path) -> None:
    async def agree(made: Made) -> None:
        async with listening(served(made), answering(b"bienvenue")) as port:
            reader, writer = await connect("127.0.0.1", port, client_context(made.ca))
            assert await reader.read() == b"bienvenue"
            writer.transport.abort()

    asyncio.run(agree(certificate(tmp_path)))


@pytest.mark.parametrize(("age", "text"), [
    (YEARS, "Le certificat de ce serveur a expiré"),
    (-YEARS, "Le certificat de ce serveur n'est pas encore valable ; cette machine est-elle à "
     "l'heure ?"),
])  # fmt: skip
def test_out_of_its_dates(tmp_path: Path, age: timedelta, text: str) -> None:
    made = certificate(tmp_path, age=age)
    assert why(served(made), client_context(made.ca)) == text


def test_signed_by_nobody_we_know(tmp_path: Path) -> None:
    made, other = certificate(tmp_path / "a"), certificate(tmp_path / "b")
    text = "L'autorité qui a signé le certificat de ce serveur est inconnue ; si vous avez le "
    text += "fichier de son autorité, donnez-le par --tls-ca"
    assert why(served(made), client_context(other.ca)) == text
    made.cert.write_bytes(made.cert.read_bytes() + made.ca.read_bytes())  # toute la chaîne
    assert why(served(made), client_context()) == text


def test_in_the_name_of_another(tmp_path: Path) -> None:
    """Les noms qu'il porte, pour que l'on voie l'erreur ; pas tous, s'il y en a trop."""
    made = certificate(tmp_path / "a", "chat.exemple.fr", "10.0.0.1")
    context = client_context(made.ca)
    for host in ("127.0.0.1", "localhost"):
        assert why(served(made), context, host) == (
            f"Le certificat de ce serveur n'est pas celui de {host}, mais de chat.exemple.fr, "
            "10.0.0.1"
        )
    assert context.check_hostname
    many = certificate(tmp_path / "b", *(f"{number}.fr" for number in range(13)))
    assert why(served(many), client_context(many.ca)).endswith(", mais de 0.fr, 1.fr, 2.fr, "
        "3.fr, 4.fr, 5.fr, 6.fr, 7.fr, 8.fr, 9.fr, 10.fr, 11.fr…")  # fmt: skip


def test_gone_before_its_names_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Le serveur s'arrête entre le refus et la question : on répond quand même."""
    made, names = certificate(tmp_path, "chat.exemple.fr"), connecting._names
    monkeypatch.setattr(connecting, "_names", lambda host, _, context: names(host, 1, context))
    assert why(served(made), client_context(made.ca)).endswith(", mais de quelqu'un d'autre")


def test_a_refusal_we_know_nothing_of(tmp_path: Path) -> None:
    """La phrase d'OpenSSL, faute de mieux : ici, on veut savoir s'il est révoqué."""
    made = certificate(tmp_path)
    context = client_context(made.ca)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    assert why(served(made), context) == (
        "Le certificat de ce serveur est refusé : unable to get certificate CRL"
    )


def test_no_agreement() -> None:
    """Ici, l'alerte « handshake_failure » (RFC 8446) : aucune version, aucun chiffre en commun."""

    async def try_it() -> None:
        async with listening(None, answering(bytes.fromhex("15 03 03 00 02 02 28"))) as port:
            text = await refusal(port, client_context())
            assert re.fullmatch("TLS est impossible avec ce serveur : .*HANDSHAKE_FAILURE", text)

    asyncio.run(try_it())


@pytest.mark.parametrize("data", [
    b"HTTP/1.1 400 Bad Request\r\n\r\n", Closing(Reason.PROTOCOL, "Pardon ?").encode(),
])  # fmt: skip
def test_it_does_not_speak_tls(data: bytes) -> None:
    async def try_it() -> None:
        async with listening(None, answering(data)) as port:
            text = await refusal(port, client_context())
            assert text == "Ce serveur ne parle pas TLS : sans --tls"
            assert not await speaks_tls("127.0.0.1", port)

    asyncio.run(try_it())


def test_what_may_pass_is_not_called_an_error_of_tls() -> None:
    """Un serveur qui s'arrête au milieu de l'accord : il faudra revenir."""

    async def try_it() -> None:
        async with listening() as port:
            with pytest.raises(ConnectionResetError):
                await connect("127.0.0.1", port, client_context())
        with pytest.raises(ConnectionRefusedError):
            await connect("127.0.0.1", port, client_context())

    asyncio.run(try_it())


def test_does_it_speak_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sans rien vérifier ; et un serveur muet n'est pas attendu longtemps."""

    async def try_it(made: Made) -> None:
        async with listening(served(made)) as port:
            assert await speaks_tls("127.0.0.1", port)
        monkeypatch.setattr(connecting, "PROBE", 0.05)
        mute: asyncio.Future[asyncio.StreamWriter] = asyncio.Future()
        async with listening(None, lambda _, writer: mute.set_result(writer)) as port:
            async with asyncio.timeout(DEADLINE):
                assert not await speaks_tls("127.0.0.1", port)
                (await mute).transport.abort()
        assert not await speaks_tls("127.0.0.1", port)

    asyncio.run(try_it(certificate(tmp_path, age=YEARS)))


def test_a_client_trusts_the_certificate_itself(tmp_path: Path) -> None:
    """Celui du serveur, donné tel quel, vaut pour lui seul."""
    made, other = certificate(tmp_path / "a"), certificate(tmp_path / "b")
    server = server_context(made.cert, made.key)
    assert handshake(server, client_context(made.cert), "127.0.0.1").version()
    for ca in (other.cert, other.ca, None):
        with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
            handshake(server, client_context(ca), "localhost")


def test_a_client_still_trusts_the_system(tmp_path: Path) -> None:
    usual = len(client_context().get_ca_certs())
    assert usual == len(ssl.create_default_context().get_ca_certs())
    assert len(client_context(certificate(tmp_path).ca).get_ca_certs()) == usual + 1


def test_insecure_trusts_anyone(tmp_path: Path) -> None:
    made = certificate(tmp_path, age=YEARS)
    assert handshake(served(made), client_context(insecure=True), "autre.fr").version()
    assert handshake(served(made), client_context(made.ca, insecure=True), "autre.fr").version()


def test_what_is_wrong_with_what_a_client_trusts(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    for ca, why in (
        (tmp_path / "absent", "il n'existe pas."),
        (made.key, "ce n'est pas un certificat (PEM)."),
    ):
        with pytest.raises(ChatError) as raised:
            client_context(ca)
        assert str(raised.value) == f"Certificat {ca} : {why}"
