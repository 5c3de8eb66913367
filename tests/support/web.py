"""Un serveur web qui sait aussi mal se conduire : une conduite par chemin."""

import socket
import struct
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.support.waiting import DEADLINE

EVERY_BYTE = bytes(range(256)) * 4


class Handler(BaseHTTPRequestHandler):
    """Répond selon le premier mot du chemin ; une page ordinaire contient son propre chemin."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.requests[self.path] += 1
            self.server.in_flight += 1
            self.server.most_in_flight = max(self.server.most_in_flight, self.server.in_flight)
        try:
            word = self.path.strip("/").split("/")[0].split("?")[0]
            getattr(self, f"answer_{word}", self.answer_page)()
        except OSError:
            self.close_connection = True
        finally:
            with self.server.lock:
                self.server.in_flight -= 1

    def reply(self, content: bytes, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def answer_page(self) -> None:
        self.reply(f"page {self.path}".encode())

    def answer_binary(self) -> None:
        self.reply(EVERY_BYTE)

    def answer_missing(self) -> None:
        self.send_response(404, "\x1b]0;titre\x07")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_broken(self) -> None:
        self.reply(b"oups", 500)

    def answer_loop(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/loop")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_cut(self) -> None:
        self.reply(b"le debut", length=1000)
        self.close_connection = True

    def answer_reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def answer_garbage(self) -> None:
        self.wfile.write(b"\x1b]0;titre\x07 pas du HTTP\r\n\r\n")
        self.close_connection = True

    def answer_endless(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:  # jusqu'à ce que le client raccroche
            self.wfile.write(b"x" * 100_000)

    def answer_silent(self) -> None:
        self.server.released.wait()
        self.close_connection = True

    def answer_held(self) -> None:
        """Répond quand le test le permet."""
        assert self.server.released.wait(DEADLINE)
        self.answer_page()

    def answer_together(self) -> None:
        """Ne répond que si /together/N/… voit N requêtes en cours en même temps."""
        number = int(self.path.split("/")[2])
        with self.server.lock:
            barrier = self.server.barriers.setdefault(number, threading.Barrier(number))
        try:
            barrier.wait(5)
        except threading.BrokenBarrierError:
            self.reply(b"les autres ne sont pas la", 503)
        else:
            self.answer_page()

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.barriers: dict[int, threading.Barrier] = {}
        self.requests: Counter[str] = Counter()
        self.connections = 0
        self.in_flight = self.most_in_flight = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
