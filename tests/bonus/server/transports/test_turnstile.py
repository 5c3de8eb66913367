"""Combien entrent, d'où, et ce qu'on dit des autres."""

from chatroom.protocol.limits import Limits
from chatroom.server.transports.turnstile import Turnstile

LIMITS = Limits(connections=6, connections_per_address=2, requests=4)  # 14 en tout, 4 par adresse


def test_an_address_does_not_take_all_the_room() -> None:
    turnstile = Turnstile(LIMITS)
    assert [turnstile.enter("192.0.2.7") for _ in range(5)] == 4 * [True] + [False]
    assert turnstile.enter("192.0.2.8")
    turnstile.leave("192.0.2.7")
    assert turnstile.enter("192.0.2.7")
    assert turnstile.inside == 5


def test_a_proxy_brings_as_many_as_there_is_room_for() -> None:
    turnstile = Turnstile(LIMITS)
    assert all(turnstile.enter("10.0.0.1", alone=False) for _ in range(14))
    assert not turnstile.enter("10.0.0.1", alone=False)
    assert not turnstile.enter("192.0.2.7")


def test_refusals_are_told_together_then_forgotten() -> None:
    turnstile = Turnstile(LIMITS)
    assert turnstile.report("Conseil.") == ""
    for _ in range(1_200):
        turnstile.refuse("192.0.2.7")
    turnstile.refuse("192.0.2.8", "accord jamais fini")
    for number in range(2):
        turnstile.refuse(f"192.0.2.{100 + number}")
        turnstile.refuse(f"192.0.2.{100 + number}")
    assert turnstile.report("Conseil.") == (
        "1\u00a0205 connexions refusées à l'entrée : 1200 de 192.0.2.7, 2 de 192.0.2.100, "
        "2 de 192.0.2.101, et 1 autre adresse. Conseil."
    )
    turnstile.refuse("192.0.2.8", "accord jamais fini")
    line = "1 connexion refusée à l'entrée : 1 de 192.0.2.8 (accord jamais fini)."
    assert turnstile.report("") == line
    assert turnstile.report("") == ""


def test_a_crowd_of_addresses_does_not_fill_the_memory() -> None:
    turnstile = Turnstile(LIMITS)
    for number in range(5_000):
        turnstile.refuse(f"2001:db8:0:{number:x}::/64")
    said = turnstile.report("")
    assert said.startswith("5\u00a0000 connexions refusées à l'entrée : 4000 d'ailleurs, 1 de 2001")
    assert said.endswith(", et 998 autres adresses.")
