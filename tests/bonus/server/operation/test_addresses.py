"""Les adresses et les noms de cette machine."""

import ipaddress
import socket

import pytest
from chatroom.server.operation import addresses


def test_addresses_are_ours_and_lead_somewhere() -> None:
    found = addresses.network_addresses()
    assert len(set(found)) == len(found)
    for address in found:
        assert not ipaddress.ip_address(address).is_loopback
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as ours:
            ours.bind((address, 0))


def test_each_address_once_and_none_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = iter(["10.1.2.3", "127.0.0.1", "10.1.2.3", "192.168.0.7", "fe80::1", None])
    monkeypatch.setattr(addresses, "_address_towards", lambda _: next(seen))
    assert addresses.network_addresses() == ("10.1.2.3", "192.168.0.7")


def test_no_route_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone(socket.socket):
        def connect(self, _: object) -> None:
            raise OSError

    monkeypatch.setattr(socket, "socket", Alone)
    assert addresses.network_addresses() == ()


@pytest.mark.parametrize(("name", "names"), [
    ("Poste3", ("poste3", "poste3.local")), ("p3.exemple.fr", ("p3.exemple.fr",)),
])  # fmt: skip
def test_names(name: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert addresses.machine_names() == names
