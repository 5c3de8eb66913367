"""Maltraite le faux Internet, puis lui demande la page."""

import contextlib
import os
import socket
import ssl
import sys
import threading
import urllib.request
from pathlib import Path

HOST = sys.argv[1].removeprefix("https://").partition("/")[0]
kept: list[socket.socket] = []


def garbage(port: int, data: bytes) -> None:
    with contextlib.suppress(OSError):
        link = socket.create_connection((HOST, port), timeout=2)
        kept.append(link)
        link.settimeout(0.2)
        link.sendall(data)


for _ in range(200):
    garbage(443, os.urandom(200))
for data in (
    b"GET / HTTP/1.1\r\nX: " + b"x" * 3_000_000,
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 300_000,
    b"GET /" + b"x" * 3_000_000 + b" HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n" + b"x" * 3_000_000,
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n",
    b"GET / HTTP/1.1\r\nHost: " + b"\xff\x00" * 2000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n" * 2000,
):
    garbage(80, data)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
    for number in range(5000):
        name = f"n{number}".encode()
        question = bytes([len(name)]) + name + b"\x02fr\x00\x00\x01\x00\x01"
        datagram.sendto(b"\x00\x01\x01\x00\x00\x01" + bytes(6) + question, ("198.18.0.53", 53))
        datagram.sendto(b"\xc0" * 500, ("198.18.0.53", 53))
threads = [threading.Thread(target=garbage, args=(80, b"GET / HTTP/1.1\r\n")) for _ in range(30)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for link in kept:
    link.close()
body = urllib.request.urlopen(sys.argv[1], context=ssl._create_unverified_context()).read()
Path("/tmp/web_page").write_bytes(body)
