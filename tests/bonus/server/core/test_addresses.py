"""Ce qui compte pour une même adresse."""

import pytest
from chatroom.server.core.addresses import block, parsed


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("?", "?"),
    ],
)
def test_a_subscriber_counts_for_one(host: str, expected: str) -> None:
    assert block(host) == expected


def test_what_is_not_an_address() -> None:
    assert parsed("chat.fr") is None
    assert str(parsed("::ffff:192.0.2.7")) == "192.0.2.7"
