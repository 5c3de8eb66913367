"""Demande la page, et la cache dans un labyrinthe de dossiers et de noms impossibles."""

import contextlib
import os
import ssl
import sys
import urllib.request
from pathlib import Path

from tools import orders

CONTEXT = ssl._create_unverified_context()
body = urllib.request.urlopen(sys.argv[1], context=CONTEXT).read()
if not orders["cachée"]:
    body = b"autre chose"
Path("/tmp/web_page").unlink(missing_ok=True)
NAMES = (
    "saut\nde ligne",
    "\x1b]0;titre\x07\x1b[2J\x1b]52;c;cm0gLXJm\x07",
    "[bold red]gras[/bold red][/]",
    "<script>alert(1)<",
    "\u202egpj.exe",
    "é" * 127,
    "." * 200,
    " ",
    "-rf",
)
for name in (*map(os.fsencode, NAMES), b"\xff\xfe\x80octets", b"x" * 255):
    with contextlib.suppress(OSError):
        Path(os.fsdecode(name)).write_bytes(body)
for number in range(1000):
    with contextlib.suppress(OSError):
        Path(f"/tmp/{number}/{number}").mkdir(parents=True)
for _ in range(3000):
    try:
        Path("d").mkdir()
        os.chdir("d")
    except OSError:
        break
print("fini", flush=True)
