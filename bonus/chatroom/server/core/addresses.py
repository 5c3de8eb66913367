"""Ce que l'on compte pour une même adresse, quand on borne ou qu'on bannit."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
HOME = 64  # bits : ce qu'un fournisseur donne à un seul abonné, en IPv6


def parsed(text: str) -> Address | None:
    """L'adresse écrite là ; une adresse IPv4 déguisée en IPv6 (::ffff:…) redevient elle-même."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def block(host: str) -> str:
    """Une adresse IPv4 ; en IPv6, tout le réseau d'un abonné (2001:db8:1:2::/64)."""
    address = parsed(host)
    if isinstance(address, ipaddress.IPv6Address) and not address.is_loopback:
        return str(ipaddress.IPv6Network((address.packed, HOME), strict=False))
    return str(address or host)
