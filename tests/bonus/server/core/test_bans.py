"""Les exclusions : à qui elles s'appliquent, jusqu'à quand, et comment on le lui dit."""

import pytest
from chatroom.server.core.bans import (
    ADDRESS,
    MINUTE,
    MUTE,
    PERSON,
    Ban,
    Bans,
    is_address,
    lasting,
    local,
    network,
)

NOW = 1_000_000


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("?", "?"),
    ],
)
def test_one_network_per_subscriber(host: str, expected: str) -> None:
    assert network(host) == expected


def test_what_is_an_address() -> None:
    given = ["192.0.2.7", "2001:db8::1", "2001:db8::/64", "fe80::1%eth0", "bob", "", "192.0.2"]
    assert [one for one in given if is_address(one)] == given[:4]


def test_the_machine_itself() -> None:
    assert [
        one for one in ("127.0.0.1", "127.3.2.1", "::1", "::/64", "192.0.2.1", "?") if local(one)
    ] == [
        "127.0.0.1",
        "127.3.2.1",
        "::1",
    ]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, "toujours"),
        (1, "1 minute"),
        (90, "90 minutes"),
        (60, "1 heure"),
        (601, "11 heures"),
        (1_440, "1 jour"),
        (10_080, "7 jours"),
    ],
)
def test_how_long(minutes: int, expected: str) -> None:
    assert lasting(minutes) == expected


def test_what_the_person_is_told() -> None:
    for_ever = Ban(PERSON, "7", 0, "", "prof")
    assert for_ever.sentence(NOW) == "Vous êtes exclu de ce chat (pour toujours)."
    assert for_ever.running(NOW)
    short = Ban(MUTE, "7", NOW + 1, "du calme", "prof")
    assert short.sentence(NOW) == "On vous a retiré la parole (encore 1 minute) : du calme"
    address = Ban(ADDRESS, "192.0.2.7", NOW + 3 * MINUTE, "", "prof")
    expected = "L'adresse d'où vous venez est exclue de ce chat (encore 3 minutes)."
    assert address.sentence(NOW) == expected


def test_each_kind_applies_to_its_own() -> None:
    person, mute = Ban(PERSON, "7", 0, "", "prof"), Ban(MUTE, "8", 0, "", "prof")
    address = Ban(ADDRESS, "2001:db8:1:2::/64", 0, "", "prof")
    bans = Bans([person, mute])
    bans.add(address)
    assert (bans.of_person(7, NOW), bans.of_person(8, NOW)) == (person, None)
    assert (bans.mute_of(8, NOW), bans.mute_of(7, NOW)) == (mute, None)
    assert bans.of_host("2001:db8:1:2::9", NOW) == address
    assert bans.of_host("2001:db8:1:3::9", NOW) is None
    assert len(bans) == 3


def test_it_ends() -> None:
    bans = Bans([Ban(PERSON, "7", NOW + 1, "", "prof")])
    assert bans.of_person(7, NOW)
    assert bans.of_person(7, NOW + 1) is None
    assert (bans.running(NOW + 1), len(bans)) == ([], 0)


def test_it_is_lifted() -> None:
    ban = Ban(PERSON, "7", 0, "", "prof")
    bans = Bans([ban])
    assert bans.running(NOW) == [ban]
    assert bans.lift(PERSON, "7") == ban
    assert bans.lift(PERSON, "7") is None
    assert bans.of_person(7, NOW) is None
