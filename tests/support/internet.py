"""Un faux Internet : un mandataire (proxy) qui tient lieu de tous les sites https.

Les scripts y arrivent par les variables que tout le monde utilise derrière un mandataire
(`https_proxy`), et croient à son certificat par celles qui désignent une autorité de plus.
"""

import socketserver
import ssl
import threading
import time
import zlib
from pathlib import Path
from typing import Self

import trustme


def page_of(host: str) -> tuple[float, bytes]:
    """L'attente, en secondes, et le contenu d'un site : toujours les mêmes pour un même nom."""
    draw = zlib.crc32(host.encode())
    return 0.1 + draw % 300 / 1000, b"x" * (20_000 + draw % 60_000)


class Handler(socketserver.StreamRequestHandler):
    server: "Internet"

    def handle(self) -> None:
        host = self.rfile.readline().split()[1].decode().rpartition(":")[0]  # CONNECT hôte:443
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            with self.server.context(host).wrap_socket(self.connection, server_side=True) as tls:
                self.answer(tls, host)
        except OSError:
            pass  # le client est parti

    def answer(self, tls: ssl.SSLSocket, host: str) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            data = tls.recv(65_536)
            if not data:
                return
            request += data
        latency, page = page_of(host)
        time.sleep(latency)
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(page)}\r\n\r\n"
        tls.sendall(head.encode() + page)


class Internet(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self._authority = trustme.CA()
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        bundle = folder / "autorite.pem"
        self._authority.cert_pem.write_to_path(str(bundle))
        proxy = f"http://127.0.0.1:{self.server_address[1]}"
        self.environment = {
            "https_proxy": proxy,
            "HTTPS_PROXY": proxy,
            "no_proxy": "127.0.0.1,.invalid",  # ceux-là n'existent nulle part
            "REQUESTS_CA_BUNDLE": str(bundle),
            "SSL_CERT_FILE": str(bundle),
        }

    def context(self, host: str) -> ssl.SSLContext:
        """Le certificat d'un site, fait une fois pour toutes : cela prend du temps."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(self._contexts[host])
            return self._contexts[host]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
