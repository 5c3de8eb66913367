import asyncio
import random
import socket
import sys

import aiohttp
import pytest

from grader.world import site as module
from grader.world.site import Site, normalize
from tests.grader.world.web import Local, authority, on_local_site, until


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.ynov.com", "https://www.ynov.com/"),
        ("HTTPS://WWW.ynov.com:443/A?b=1#c", "https://www.ynov.com/A?b=1"),
        ("http://h:80/é è", "http://h/%C3%A9%20%C3%A8"),
        ("http://h:443/", "http://h:443/"),
        ("https://été.fr/", "https://xn--t-9fab.fr/"),
        ("pas une URL", "pas une URL"),
        ("http://[", "http://["),
        ("http://h:99999/", "http://h:99999/"),
        ("", ""),
    ],
)
def test_one_name_for_each_page(url: str, expected: str) -> None:
    assert normalize(url) == expected


def test_a_page_proves_where_it_comes_from() -> None:
    urls = [f"{scheme}://{host}/" for scheme in ("http", "https") for host in ("a.fr", "b.fr")]
    site, same, other = (Site(authority(), random.Random(seed)) for seed in (1, 1, 2))
    pages = [site.find(url).body for url in [*urls, "https://a.fr/?q=1", "https://a.fr/x"]]
    assert len(set(pages)) == 6
    assert [same.page(url).body for url in urls] == pages[:4]
    assert [other.find(url).body for url in urls] != pages[:4]
    for page in pages:
        text = page.decode()
        nonce = text.partition("<title>")[2].partition("<")[0]
        assert len(nonce) == 24
        assert text.rstrip().endswith(f"{nonce} -->\n</html>")
        assert "où l'été" in text
        assert 4_000 < len(page) < 40_000


@on_local_site
async def test_pages_declared_or_not_are_served(local: Local) -> None:
    site = local.site
    page = site.page(local.url("/déclarée"))
    assert await local.get("/déclarée") == page.body
    assert await local.get("/autre?q=é") == site.find(local.url("/autre?q=é")).body
    assert await local.get("/", secure=False) == site.find(local.url(secure=False)).body
    site.page(local.url("/octets"), body=bytes(range(256)))
    assert await local.get("/octets") == bytes(range(256))
    site.page(local.url("/absente"), status=404)
    async with local.session.get(local.url("/absente")) as response:
        assert response.status == 404


@on_local_site
async def test_each_request_is_recorded(local: Local) -> None:
    events: list[tuple[str, str]] = []
    local.site.on_event = lambda kind, text: events.append((kind, text))
    size = len(await local.get("/x?y=1"))
    async with local.session.head(local.url("/x")) as response:
        assert await response.read() == b""
        assert int(response.headers["Content-Length"]) > 4_000
    await local.raw(b"GET / HTTP/1.0\r\n\r\n")
    await local.raw(b"GET / HTTP/1.1\r\nHost: Www.Ynov.Com\r\nConnection: close\r\n\r\n")
    first, second, third, fourth = local.site.requests
    assert (first.url, first.method, first.status) == (local.url("/x?y=1"), "GET", 200)
    assert first.client.startswith("127.0.0.1:")
    assert (first.connection, first.client) == (second.connection, second.client)
    assert second.method == "HEAD"
    assert third.connection != first.connection
    assert third.url == "http://127.0.0.1/"  # HTTP/1.0 ne dit pas à quel site il s'adresse
    assert fourth.url == "http://www.ynov.com/"
    assert all(one.ended and one.started < one.ended for one in local.site.requests)
    assert local.site.connections == 3
    assert local.site.most_in_flight == 1
    assert events[:2] == [
        ("request", f"GET {local.url('/x?y=1')}"),
        ("response", f"200, {size} octets : {local.url('/x?y=1')}"),
    ]
    assert len(events) == 8


@on_local_site
async def test_a_slow_page_makes_no_other_wait(local: Local) -> None:
    local.site.page(local.url("/lente"), latency=0.2)
    local.site.page(local.url("/retenue"), latency=3600)
    slow = asyncio.create_task(local.get("/lente"))
    held = asyncio.create_task(local.get("/retenue"))
    await until(lambda: local.site.in_flight == 2)
    await local.get("/rapide")
    await slow
    assert not held.done()
    held.cancel()
    assert local.site.most_in_flight == 3
    by_path = {one.url.rpartition("/")[2]: one for one in local.site.requests}
    assert (by_path["lente"].ended or 0) - by_path["lente"].started >= 0.2


@on_local_site
async def test_a_connection_is_busy_until_it_has_its_answer(local: Local) -> None:
    """Même si elle n'a encore rien demandé : sa demande est peut-être en chemin."""
    assert not local.site.busy
    _, writer = await asyncio.open_connection("127.0.0.1", local.site.http_port)
    await until(lambda: local.site.busy)
    assert local.site.waiting == []
    writer.close()
    await until(lambda: not local.site.busy)
    gate = local.site.hold_until(2, 3600)
    held = asyncio.create_task(local.get("/retenue"))
    await until(lambda: bool(local.site.waiting))
    (request,) = local.site.waiting
    client, site = request.ends
    assert f"{client[0]}:{client[1]}" == request.client
    assert site == ("127.0.0.1", local.site.https_port)
    assert local.site.busy
    gate.open()
    await held
    await until(lambda: not local.site.busy)  # la connexion, elle, reste ouverte
    assert local.site.waiting == []


@on_local_site
async def test_the_gate_opens_when_enough_requests_are_in_flight(local: Local) -> None:
    gate = local.site.hold_until(3, 3600)
    first = [asyncio.create_task(local.get(f"/{number}")) for number in range(2)]
    await until(lambda: local.site.in_flight == 2)
    assert not gate.reached
    await asyncio.gather(local.get("/2"), *first)
    assert gate.reached
    assert local.site.most_in_flight == 3
    await local.get("/3")  # la porte reste ouverte


@on_local_site
async def test_one_request_after_the_other_never_opens_the_gate(local: Local) -> None:
    gate = local.site.hold_until(2, 0.05)
    for number in range(3):
        await local.get(f"/{number}")
    assert not gate.reached
    durations = [(one.ended or 0) - one.started for one in local.site.requests]
    assert durations[0] >= 0.05  # la première a usé la patience pour toutes
    assert max(durations[1:]) < durations[0]


@on_local_site
async def test_a_new_gate_lets_go_those_of_the_old_one(local: Local) -> None:
    local.site.hold_until(9, 3600)
    held = asyncio.create_task(local.get())
    await until(lambda: local.site.in_flight == 1)
    local.site.hold_until(1, 3600)
    await held


@on_local_site
async def test_records_are_bounded(local: Local) -> None:
    most, module.MAX_REQUESTS = module.MAX_REQUESTS, 3
    try:
        for number in range(5):
            await local.get(f"/{number}")
    finally:
        module.MAX_REQUESTS = most
    assert [one.url[-1] for one in local.site.requests] == ["0", "1", "2"]
    assert local.site.total == 5


@on_local_site
async def test_a_client_that_gives_up_frees_its_request(local: Local) -> None:
    local.site.page(local.url("/retenue", secure=False), latency=3600)
    host = f"127.0.0.1:{local.site.http_port}"
    for abort in (False, True):
        _, writer = await asyncio.open_connection("127.0.0.1", local.site.http_port)
        writer.write(f"GET /retenue HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await until(lambda: local.site.in_flight == 1)
        writer.transport.abort() if abort else writer.close()
        await until(lambda: local.site.in_flight == 0)
    assert [one.status for one in local.site.requests] == [0, 0]
    assert all(one.ended for one in local.site.requests)


@on_local_site
async def test_a_client_may_vanish_in_the_middle_of_a_page(local: Local) -> None:
    local.site.page(local.url("/", secure=False), body=bytes(32 << 20))
    host = f"127.0.0.1:{local.site.http_port}"
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", local.site.http_port)
        writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await reader.readexactly(100_000)
        writer.transport.abort()
    await until(lambda: local.site.total == 3 and local.site.in_flight == 0)
    assert len(await local.get("/", secure=False)) == 32 << 20


@on_local_site
async def test_closing_does_not_wait_for_those_it_holds(local: Local) -> None:
    local.site.page(local.url("/retenue"), latency=3600)
    local.site.hold_until(9, 3600)
    held = [asyncio.create_task(local.get(path)) for path in ("/retenue", "/")]
    await until(lambda: local.site.in_flight == 2)
    await local.site.close()
    assert local.site.in_flight == 0
    ends = await asyncio.gather(*held, return_exceptions=True)
    assert isinstance(ends[0], aiohttp.ClientConnectionError)
    with pytest.raises(aiohttp.ClientConnectorError):
        await local.get()


@on_local_site
async def test_a_busy_port_is_said_and_nothing_is_left(local: Local) -> None:
    other, hook = Site(authority(), random.Random(1)), sys.unraisablehook
    with pytest.raises(OSError, match="in use"):
        await other.start(https_port=0, http_port=local.site.http_port, host="127.0.0.1")
    assert sys.unraisablehook is hook
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", other.https_port)


@on_local_site
async def test_a_connection_may_come_at_the_last_moment(local: Local) -> None:
    with socket.create_connection(("127.0.0.1", local.site.http_port)) as client:
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # acceptée, mais rien n'en a encore été lu
        await local.site.close()
        assert local.site.total == 0
        assert client.recv(1) == b""
