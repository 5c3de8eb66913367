"""Sous quelles adresses cette machine se joint, d'elle-même et de son réseau."""

import ipaddress
import socket

# Une destination par sorte de réseau : privés (RFC 1918, RFC 4193), et Internet (documentation).
ELSEWHERE = ("10.0.0.1", "172.16.0.1", "192.168.0.1", "192.0.2.1", "fc00::1", "2001:db8::1")
DISCARD = 9


def network_addresses() -> tuple[str, ...]:
    """Ses adresses sur le réseau, IPv4 d'abord ; aucune si elle n'en a pas."""
    found = dict.fromkeys(filter(None, map(_address_towards, ELSEWHERE)))
    return tuple(address for address in found if not _useless(address))


def _address_towards(destination: str) -> str | None:
    """L'adresse d'où l'on parlerait à cette destination : le système la choisit sans rien envoyer.

    Ni DNS, ni liste d'interfaces : celles qui ne mènent nulle part n'intéressent personne.
    """
    family = socket.AF_INET6 if ":" in destination else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, DISCARD))
            return str(probe.getsockname()[0])
    except OSError:  # pas de route, ou pas d'IPv6
        return None


def _useless(address: str) -> bool:
    """D'elle seule ; ou qui changera dans l'heure, comme une adresse IPv6 sans routeur."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified


def machine_names() -> tuple[str, ...]:
    """Son nom, et celui que ses voisins lui donnent (mDNS)."""
    name = socket.gethostname().lower()
    return (name,) if "." in name else (name, f"{name}.local")
