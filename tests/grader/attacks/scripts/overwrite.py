"""Veut écrire sur le correcteur, sur Python, sur le système."""

import os
import site
import sys
from pathlib import Path

from tools import attempt, behave, orders

FOLDERS = [
    *(str(Path(os.__file__).parent), str(Path(sys.executable).parent), sys.prefix),
    *(sys.base_prefix, *site.getsitepackages()),
    *("/", "/usr", "/usr/bin", "/etc", "/etc/ssl/certs", "/bin", "/lib", "/dev", "/proc", "/home"),
]
FILES = [
    *(os.__file__, sys.executable, "/bin/sh", "/etc/passwd", "/etc/resolv.conf"),
    *("/etc/ssl/certs/ca-certificates.crt", "/proc/sys/kernel/core_pattern"),
    *("/proc/sys/kernel/hostname", "/proc/sysrq-trigger"),
    *("/proc/sys/net/ipv4/ip_forward", "/proc/sys/user/max_user_namespaces"),
]
for name in FOLDERS:
    with attempt(f"fichier créé dans {name}"):
        (Path(name) / "intrus").write_text("intrus", encoding="utf-8")
for name in FILES:
    with attempt(f"ouvert en écriture : {name}"):
        os.close(os.open(name, os.O_WRONLY))
    with attempt(f"remplacé : {name}"):
        Path(__file__).replace(name)
    with attempt(f"permissions changées : {name}"):
        Path(name).chmod(0o777)
for name in orders["chemins"]:  # là, un succès se verra du dehors
    try:
        Path(name).mkdir(parents=True, exist_ok=True)
        (Path(name) / "intrus").write_text("intrus", encoding="utf-8")
    except OSError:
        continue
behave()
