import asyncio
import random
import resource
import socket
import ssl
import sys
import tempfile
from types import SimpleNamespace

import pytest

from grader.world import connections as module
from grader.world.connections import MAX_LINE
from grader.world.dns import address_of, start_dns
from grader.world.site import Site
from tests.grader.world.arena import in_arena
from tests.grader.world.web import Local, authority, local_site, on_local_site, until

TOO_LONG = b"a" * (MAX_LINE + 1)


def client_hello(name: bytes) -> bytes:
    """Le premier message d'un client TLS qui demande ce site."""
    placeholder = "x" * len(name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=placeholder).do_handshake()
    hello = outgoing.read()
    assert hello.count(placeholder.encode()) == 1
    return hello.replace(placeholder.encode(), name)


def test_what_is_not_http_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE", 0.1)  # certains ne finissent rien

    @on_local_site
    async def scenario(local: Local) -> None:
        rng = random.Random(7)
        for data in (
            b"\r\n\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01",
            rng.randbytes(100_000),
            b"GET /" + TOO_LONG + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nX: " + TOO_LONG + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
            b"GET / HTTP/1.1\r\nHost: \x1b]0;titre\x07\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ):
            answer = await local.raw(data + b"\r\n\r\n")
            assert answer == b"" or answer.startswith(b"HTTP/1."), data[:40]
            assert b" 200 " not in answer[:20]
        assert local.site.requests == []
        assert await local.get()

    scenario()


@on_local_site
async def test_odd_requests_are_served(local: Local) -> None:
    for request, url in (
        (b"GET / HTTP/1.1\r\nHost: [\r\n", "http://[/"),
        (b"GET / HTTP/1.1\r\nHost: " + b"a" * 4000 + b"\r\n", f"http://{'a' * 4000}/"),
        (b"GET http://b.fr/p HTTP/1.1\r\nHost: a.fr\r\n", "http://b.fr/p"),
        (b"OPTIONS * HTTP/1.1\r\nHost: a.fr\r\n", "*"),
        (b"POST /p HTTP/1.1\r\nHost: a.fr\r\nContent-Length: 0\r\n", "http://a.fr/p"),
        (b"GET / HTTP/1.1\r\nHost: a.fr\r\nUser-Agent: \xff\xfe\r\n", "http://a.fr/"),
    ):
        answer = await local.raw(request + b"Connection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), (request, answer[:200])
        assert answer.endswith(local.site.find(url).body)
        assert local.site.requests[-1].url == url


@on_local_site
async def test_what_is_not_tls_harms_nobody(local: Local) -> None:
    rng = random.Random(8)
    hello = client_hello(b"www.ynov.com")
    for data in (
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        rng.randbytes(100_000),
        hello[: len(hello) // 2] + rng.randbytes(1000),
        hello + rng.randbytes(1000),
        client_hello(b"\xff\xfe\x80"),
        client_hello(b"*.fr") + b"\0" * 100,
        client_hello(b"a\n\x1b[") + b"\0" * 100,
    ):
        assert b"HTTP" not in await local.raw(data, secure=True)
    assert local.site.requests == []
    assert await local.get()


@on_local_site
async def test_a_client_may_doubt_the_certificate(local: Local) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(
            "127.0.0.1", local.site.https_port, ssl=ssl.create_default_context()
        )
    assert await local.get()


@on_local_site
async def test_busy_as_long_as_a_client_may_ask_or_waits_for_its_answer(local: Local) -> None:
    site = local.site
    assert not site.busy
    reader, writer = await asyncio.open_connection("127.0.0.1", site.http_port)
    await until(lambda: site.connections == 1)
    assert site.busy  # il vient d'arriver : il va demander
    for _ in range(2):
        gate = site.hold_until(2)
        writer.write(b"GET / HTTP/1.1\r\nHost: a.fr\r\n\r\n")
        await until(lambda: site.waiting)
        assert site.busy
        gate.open()
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        await reader.readexactly(len(site.find("http://a.fr/").body))
        await until(lambda: not site.busy)
    writer.close()


@on_local_site
async def test_those_who_dawdle_block_nobody(local: Local) -> None:
    host, site = "127.0.0.1", local.site
    slow = []
    for number in range(60):
        port = site.https_port if number % 2 else site.http_port
        _, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET / HTTP/1.1\r\nHo" if port == site.http_port else b"\x16\x03")
        slow.append(writer)
    assert await local.get()
    assert await local.get(secure=False)
    assert site.connections == 62
    for writer in slow:
        writer.close()


def test_those_who_dawdle_end_up_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE", 0.05)
    monkeypatch.setattr(module, "HANDSHAKE", 0.05)

    @on_local_site
    async def scenario(local: Local) -> None:
        assert await local.raw(b"GET / HTTP/1.1\r\nHo") == b""
        assert await local.raw(b"\x16\x03", secure=True) == b""

    scenario()


def test_beyond_the_limit_connections_wait_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CONNECTIONS", 2)

    @on_local_site
    async def scenario(local: Local) -> None:
        port = local.site.http_port
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        waiting = asyncio.create_task(local.get(secure=False))
        await until(lambda: local.site.connections == 2)
        done, _ = await asyncio.wait([waiting], timeout=3 * module.RETRY)
        assert not done
        for _, writer in idle:
            writer.close()
        assert await waiting
        assert local.site.connections == 3

    scenario()


def test_what_ssl_cannot_read_stays_unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    hook = sys.unraisablehook

    @on_local_site
    async def scenario(local: Local) -> None:
        await local.raw(client_hello(b"\xff\xfe"), secure=True)
        assert said == []
        other = SimpleNamespace(object=None, exc_value=ValueError())
        sys.unraisablehook(other)
        assert said == [other]

    scenario()
    assert sys.unraisablehook is hook


@in_arena
async def test_a_thousand_connections_at_once() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    number = min(1000, hard // 4)
    async with local_site() as local:
        request = b"GET / HTTP/1.1\r\nHost: a.fr\r\nConnection: close\r\n\r\n"
        pages = await asyncio.gather(*(local.raw(request) for _ in range(number)))
        assert all(page.endswith(local.site.find("http://a.fr/").body) for page in pages)
        assert local.site.total == local.site.connections == number
        assert local.site.most_in_flight <= module.MAX_CONNECTIONS


CLIENTS = {
    "requests": "import requests; page = requests.get(sys.argv[1]).content",
    "urllib": "import urllib.request; page = urllib.request.urlopen(sys.argv[1]).read()",
    "aiohttp": """
import aiohttp, asyncio
async def get():
    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as response:
        return await response.read()
page = asyncio.run(get())""",
}


async def download(code: str, url: str, bundle: str) -> bytes:
    client = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"import sys\n{code}\nsys.stdout.buffer.write(page)",
        url,
        stdout=asyncio.subprocess.PIPE,
        env={"SSL_CERT_FILE": bundle, "REQUESTS_CA_BUNDLE": bundle},
    )
    page, _ = await client.communicate()
    return page


@pytest.mark.proof
@in_arena
async def test_programs_believe_they_are_on_the_internet() -> None:
    site, dns = Site(authority(), random.Random(1)), await start_dns()
    await site.start()
    urls = [
        "https://www.ynov.com",
        "http://www.ynov.com/accueil?q=1",
        f"https://{address_of('www.ynov.com')}/",
        "https://été.example/é",
    ]
    with tempfile.NamedTemporaryFile() as bundle:
        bundle.write(authority().pem)
        bundle.flush()
        for name, code in CLIENTS.items():
            # urllib ne sait rien des accents.
            wanted = [url for url in urls if url.isascii() or name != "urllib"]
            pages = await asyncio.gather(*(download(code, url, bundle.name) for url in wanted))
            assert pages == [site.find(url).body for url in wanted], name
    assert len(site.requests) == 11
    assert {one.url for one in site.requests} == {site.find(url).url for url in urls}
    await site.close()
    dns.close()


@in_arena
async def test_a_site_answers_at_every_address() -> None:
    site = Site(authority(), random.Random(1))
    await site.start()
    with socket.create_server(("5.5.5.1", 8888)):  # les autres ports restent aux programmes
        for address in ("127.0.0.1", "8.8.8.8", "192.168.1.20"):
            reader, writer = await asyncio.open_connection(address, 80)
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            assert (await reader.read()).endswith(site.find(f"http://{address}/").body)
            writer.close()
    await site.close()
