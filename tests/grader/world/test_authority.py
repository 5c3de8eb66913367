import ssl
from unittest.mock import patch

import pytest

from grader.world import authority as module
from grader.world.authority import Authority


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def client_context(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=authority.pem.decode())


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> None:
    """Une poignée de main TLS en mémoire ; SSLError si le client ne croit pas au certificat."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    while ends:
        for end in list(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            ends.remove(end)


NAMES = ["www.ynov.com", "WWW.Ynov.COM", "a", "xn--t-9fab.example", "10.1.2.3", "127.0.0.1", "::1"]


@pytest.mark.parametrize("host", [*NAMES, "localhost", "a-b.c--d.fr", "1.2", f"{'a' * 63}.fr"])
def test_clients_believe_it_whatever_the_name(authority: Authority, host: str) -> None:
    shake_hands(client_context(authority), authority.context(host), host)


@pytest.mark.parametrize("host", ["www.ynov.com", "www.debian.org"])
def test_the_name_asked_for_chooses_the_certificate(authority: Authority, host: str) -> None:
    shake_hands(client_context(authority), authority.server_context("198.18.0.1"), host)


def test_without_a_name_the_address_chooses(authority: Authority) -> None:
    shake_hands(client_context(authority), authority.server_context("198.18.0.1"), "198.18.0.1")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client_context(authority), authority.server_context(), "198.18.0.1")


def test_an_address_nobody_names_has_no_certificate(authority: Authority) -> None:
    with patch.object(authority, "_mint", wraps=authority._mint) as made:
        server = authority.server_context("198.18.9.9")
        shake_hands(client_context(authority), server, "www.seul.fr")
    made.assert_called_once_with("www.seul.fr")


def test_another_authority_is_not_believed(authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client_context(Authority()), authority.context("a.fr"), "a.fr")


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        "..",
        "*",
        "*.ynov.com",
        "a..b",
        "-a.fr",
        "a-.fr",
        "a b",
        "a\nb",
        "a\x1b[0m",
        "été.fr",
        "a@b.fr",
        "10.0.0.0/8",
        "[::1]",
        "fe80::1%" + "x" * 40,
        "xn--",
        "xn--a\N{DEGREE SIGN}",
        "xn--99999999999",
        "٣.fr",
        "\udcff",
        f"{'a' * 64}.fr",
        "a." * 127 + "a",
        "a" * 100_000,
        "1" * 100_000,
    ],
)
def test_impossible_names_get_the_default_one(authority: Authority, host: str) -> None:
    assert authority.context(host) is authority.context("")


def test_a_name_has_one_certificate(authority: Authority) -> None:
    assert authority.context("One.example.") is authority.context("one.example")
    assert authority.context("one.example") is not authority.context("two.example")


def test_certificates_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CERTIFICATES", 3)
    authority = Authority()
    contexts = [authority.context(f"{number}.fr") for number in range(10)]
    assert len(set(contexts)) == 4
    assert contexts[3] is contexts[9] is authority.context("")
    assert authority.context("0.fr") is contexts[0]
