"""D'où vient une connexion, et qui l'on croit là-dessus."""

from ipaddress import ip_network

import pytest
from chatroom.server.transports.origins import Origin, Trusted, origin_of, place

TRUSTED = Trusted((ip_network("10.0.0.0/8"), ip_network("::1")))


def test_an_address_is_written_without_confusion() -> None:
    assert place("127.0.0.1", 80) == "127.0.0.1:80"
    assert place("::1", 80) == "[::1]:80"
    assert str(Origin("2001:db8::1", 80)) == "[2001:db8::1]:80"


def test_where_a_socket_comes_from() -> None:
    assert origin_of(("192.0.2.7", 4321)) == Origin("192.0.2.7", 4321)
    assert origin_of(("::ffff:192.0.2.7", 4321, 0, 0)) == Origin("192.0.2.7", 4321)
    assert origin_of(None) == Origin("?", 0)  # elle est déjà partie
    assert Origin("2001:db8::1", 4321).block == "2001:db8::/64"


def test_only_those_that_were_named_are_trusted() -> None:
    assert TRUSTED
    assert "10.1.2.3" in TRUSTED
    assert "::ffff:10.1.2.3" in TRUSTED
    assert "::1" in TRUSTED
    assert "192.0.2.7" not in TRUSTED
    assert "?" not in TRUSTED
    assert not Trusted()
    assert "10.1.2.3" not in Trusted()


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        ([], ""),
        (["192.0.2.7"], "192.0.2.7"),
        (["6.6.6.6, 192.0.2.7"], "192.0.2.7"),  # ce qui est à gauche peut être inventé
        (["6.6.6.6", "192.0.2.7, 10.0.0.2"], "192.0.2.7"),  # par deux mandataires
        (["10.0.0.3, 10.0.0.2"], "10.0.0.3"),  # quelqu'un du réseau des mandataires
        (["192.0.2.7:51234"], "192.0.2.7"),
        (["[2001:db8::1]:51234"], "2001:db8::1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["n'importe quoi, 192.0.2.7"], "192.0.2.7"),
    ],
)
def test_the_client_is_the_first_stranger_from_the_right(hops: list[str], client: str) -> None:
    assert TRUSTED.forwarded(hops) == client


@pytest.mark.parametrize(
    "hops", [[""], ["unknown"], ["192.0.2.7,"], [", ".join(["10.0.0.1"] * 33)]]
)
def test_what_is_not_a_path_is_refused(hops: list[str]) -> None:
    with pytest.raises(ValueError, match=r"adresse|mandataires"):
        TRUSTED.forwarded(hops)
