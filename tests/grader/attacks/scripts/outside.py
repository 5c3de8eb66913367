"""Cherche à joindre la vraie machine et le vrai Internet."""

import contextlib
import socket

from tools import attempt, behave, orders, succeeded

PORT = int(orders["port"])
WORD = str(orders["mot"])
SERVICES = ("/run/systemd/private", "/run/dbus/system_bus_socket", "/var/run/docker.sock")
ABSTRACT = "\0" + str(orders["abstrait"])
for address in orders["adresses"]:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.sendto(WORD.encode(), (address, PORT))
    with attempt(f"connexion à {address}"):
        socket.create_connection((address, PORT), timeout=1).sendall(WORD.encode())
    with attempt(f"ping de {address}"):
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        raw.sendto(b"\x08\x00\xf7\xff\x00\x00\x00\x00", (address, 0))
with attempt("connexion en IPv6"):
    socket.create_connection(("::1", PORT), timeout=1).sendall(WORD.encode())
for path in (ABSTRACT, *SERVICES):
    with attempt("un service local de la machine"), socket.socket(socket.AF_UNIX) as local:
        local.connect(path)
with contextlib.suppress(OSError):
    if orders["dns"] and not socket.gethostbyname(f"{WORD}.example.com").startswith("198."):
        succeeded("le vrai DNS")
behave()
