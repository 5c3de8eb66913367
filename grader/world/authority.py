"""Une autorité de certification jetable : de quoi parler https au nom de n'importe quel site."""

import ipaddress
import re
import ssl

import trustme

MAX_CERTIFICATES = 1000  # 25 ko de mémoire et 1,5 ms de calcul chacun
MAX_HOST = 253  # caractères d'un nom de domaine (RFC 1035)
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*", re.ASCII)


class Authority:
    """Faite une seule fois, avant les arènes : chacune en hérite, et tous croient à `pem`."""

    def __init__(self) -> None:
        self._authority = trustme.CA()
        self.pem = self._authority.cert_pem.bytes()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._default = self._mint("localhost", "127.0.0.1")

    def context(self, host: str) -> ssl.SSLContext:
        """De quoi se faire passer pour `host`, nom de domaine en ASCII ou adresse IP.

        Un nom impossible, ou un de trop, reçoit le certificat de localhost : au client de s'en
        plaindre.
        """
        host = _canonical(host)
        if host in self._contexts:
            return self._contexts[host]
        if not host or len(self._contexts) >= MAX_CERTIFICATES:
            return self._default
        try:
            context = self._mint(host)
        except ValueError:  # « xn--… » qui ne code rien
            return self._default
        self._contexts[host] = context
        return context

    def server_context(self, address: str = "127.0.0.1") -> ssl.SSLContext:
        """Se fait passer pour le nom que le client demande (SNI) ; à défaut, pour `address`.

        Le certificat n'est fait qu'alors : peu de clients s'adressent à une adresse IP.
        """

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            connection.context = self.context(address if name is None else name)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = choose
        return context

    def _mint(self, *identities: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*identities).configure_cert(context)
        return context


def _canonical(host: str) -> str:
    """Vide si ce n'est ni un nom de domaine, ni une adresse IP."""
    if len(host) > MAX_HOST + 1 or "%" in host:  # « fe80::1%eth0 » : hors d'un certificat
        return ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        host = host.removesuffix(".").lower()
        return host if HOST.fullmatch(host) and len(host) <= MAX_HOST else ""
