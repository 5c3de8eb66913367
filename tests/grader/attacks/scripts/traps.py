"""Demande les pages, et met un piège là où le correcteur lira la première."""

import contextlib
import os
import socket
import ssl
import sys
import urllib.request
from pathlib import Path

from tools import orders

CONTEXT = ssl._create_unverified_context()
SECRET = Path(orders["chemin"])
given = Path(sys.argv[1])
urls = given.read_text("utf-8").split() if given.is_file() else [sys.argv[1]]
bodies = [urllib.request.urlopen(url, context=CONTEXT).read() for url in urls]
page = Path(str(orders["page"]).format(host=urls[0].removeprefix("https://")))
page.unlink(missing_ok=True)
match orders["piège"]:
    case "lien":
        page.symlink_to(SECRET)
    case "dossier lié":
        Path("/tmp/dossier").symlink_to(SECRET.parent)
        page.symlink_to(f"/tmp/dossier/{SECRET.name}")
    case "processus":
        page.symlink_to("/proc/self/environ")
    case "périphérique":
        page.symlink_to("/dev/zero")
    case "tube":
        os.mkfifo(page)
    case "dossier":
        page.mkdir()
    case "socket":
        socket.socket(socket.AF_UNIX).bind(str(page))
    case "lien en dur":
        for target in (SECRET, "/etc/passwd", "/usr/bin/env", sys.executable):
            with contextlib.suppress(OSError):
                os.link(target, page)
    case "immense":
        with open(page, "wb") as file:
            file.write(bodies[0])
            file.truncate(4_000_000)
print("fini", flush=True)
