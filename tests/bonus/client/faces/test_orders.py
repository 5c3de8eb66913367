"""D'une commande tapée à ce qu'on demande au serveur."""

import pytest
from chatroom.client.faces.commands import COMMANDS
from chatroom.client.faces.orders import Order, lasting, order

KNOWN = ["Jean", "Jean Paul", "bob"]
ORDERS: list[tuple[str, str, Order]] = [
    ("/nick", "alicia", ("nick", {"pseudo": "alicia"})),
    ("/operator", "abcd", ("operator", {"code": "abcd"})),
    ("/kick", "Jean Paul du calme", ("kick", {"who": "Jean Paul", "why": "du calme"})),
    ("/kick", "bob", ("kick", {"who": "bob", "why": ""})),
    ("/ban", "bob", ("ban", {"who": "bob", "minutes": 1_440, "why": ""})),
    ("/ban", "jean paul 2h x", ("ban", {"who": "Jean Paul", "minutes": 120, "why": "x"})),
    ("/ban", "192.0.2.7 7j", ("ban", {"address": "192.0.2.7", "minutes": 10_080, "why": ""})),
    ("/ban", "2001:db8::1", ("ban", {"address": "2001:db8::1", "minutes": 1_440, "why": ""})),
    ("/ban", "bob toujours", ("ban", {"who": "bob", "minutes": 0, "why": ""})),
    ("/unban", "Jean Paul", ("unban", {"who": "Jean Paul"})),
    ("/unban", "2001:db8::/64", ("unban", {"address": "2001:db8::/64"})),
    ("/bans", "", ("bans", {})),
    ("/mute", "bob", ("mute", {"who": "bob", "minutes": 10, "why": ""})),
    ("/unmute", "bob", ("unmute", {"who": "bob"})),
    ("/lock", "", ("lock", {"room": "jeux", "on": True})),
    ("/readonly", "non", ("readonly", {"room": "jeux", "on": False})),
    ("/private", "oui", ("private", {"room": "jeux", "on": True})),
    ("/close", "", ("close", {"room": "jeux", "on": True})),
    ("/topic", "contrôle lundi", ("topic", {"room": "jeux", "text": "contrôle lundi"})),
    ("/topic", "-", ("topic", {"room": "jeux", "text": ""})),
    ("/rename", "le salon", ("rename", {"room": "jeux", "name": "le salon"})),
    ("/invite", "Jean Paul", ("invite", {"room": "jeux", "who": "Jean Paul"})),
    ("/password", "sésame", ("password", {"room": "jeux", "word": "sésame"})),
    ("/password", "", ("password", {"room": "jeux", "word": ""})),
    ("/release", "bob", ("release", {"pseudo": "bob"})),
]


@pytest.mark.parametrize(("command", "rest", "expected"), ORDERS)
def test_an_order(command: str, rest: str, expected: Order) -> None:
    assert order(command, rest, "jeux", KNOWN) == expected


def test_every_operator_command_is_one() -> None:
    told = {command for command, _, _ in ORDERS}
    assert {name for name, command in COMMANDS.items() if command.operator} <= told


@pytest.mark.parametrize("command", ["/lock", "/private", "/readonly", "/close"])
def test_yes_or_no(command: str) -> None:
    with pytest.raises(ValueError, match=f"^Usage : {command}"):
        order(command, "peut-être", "jeux", KNOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (10, "")),
        ("30m", (30, "")),
        ("30min du calme", (30, "du calme")),
        ("0m", (1, "")),
        ("1j", (1_440, "")),
        ("toujours x", (0, "x")),
        ("2 heures", (10, "2 heures")),
    ],
)
def test_how_long(text: str, expected: tuple[int, str]) -> None:
    assert lasting(text, 10) == expected
