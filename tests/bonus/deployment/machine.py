"""Une machine à part, en root, où taper les commandes d'un document.

Ce qu'elle n'a pas est joué, dans played/ : systemd (`systemctl` lance ce que dit l'unité), les
registres (`apt-get`, `pip` : les paquets sont d'ici), l'autorité (`certbot`), le dépôt (`git`).
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bonus.deployment.proxies import NAME
from tests.bonus.handshakes import certificate
from tests.support.processes import ROOT

HERE = Path(__file__).parent
PROJECT = ("VERSION", "bonus", "constraints.txt", "deploy", "docs", "requirements.txt", "wording")
USERS = "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
GROUPS = "root:x:0:\nwww-data:x:33:\n"
PERMITTED = "".join(f"{kind} required pam_permit.so\n" for kind in ("auth", "account", "session"))
BORROWED = ("alternatives", "ld.so.cache", "login.defs", "nginx", "ssl")
NEEDED = ("bwrap", "curl", "sqlite3", "systemd-analyze", "useradd", "runuser", "nginx")
# De cette machine, elle n'a que /usr, et Python avec ses paquets.
SYSTEM: tuple[str, ...] = ("--ro-bind", "/usr", "/usr")
for name in ("bin", "sbin", "lib", "lib64"):
    SYSTEM += ("--symlink", f"usr/{name}", f"/{name}")
SYSTEM += ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run")
FOLDERS = (
    *("/etc/letsencrypt/renewal-hooks/deploy", "/etc/systemd/system", "/root", "/var/backups"),
    *("/var/lib/nginx", "/var/log/nginx", "/var/www/html"),
)


def lacking() -> str:
    """Ce qui manque ici pour en faire une ; vide si rien ne manque."""
    if os.geteuid():
        return "il faut être root"
    missing = [
        name for name in NEEDED if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    ]
    return f"{', '.join(missing)} : à installer" if missing else ""


@dataclass(frozen=True)
class Done:
    code: int
    out: str  # les deux sorties, mêlées


class Machine:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, command: str) -> Done:
        """Tape cette commande, dans /opt/chat."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"la machine s'est arrêtée sur {command}"
        return Done(*json.loads(answer))


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """Neuve, avec le projet dans /opt/chat ; `folder` est à effacer par qui l'a donné."""
    if why := lacking():
        pytest.skip(why)
    project, etc, played = folder / "chat", folder / "etc", folder / "played"
    _project(project)
    _etc(etc)
    shutil.copytree(HERE / "played", played)
    for script in played.iterdir():
        text = script.read_text("utf-8").replace("#!/usr/bin/env python3", f"#!{sys.executable}")
        script.write_text(text, "utf-8")
        script.chmod(0o755)
    made = certificate(folder / "tls", NAME)
    command = ["bwrap", "--unshare-net", "--unshare-pid", "--die-with-parent", *SYSTEM]
    for writable, place in ((project, "/opt/chat"), (etc, "/etc"), (folder / "var", "/var")):
        writable.mkdir(exist_ok=True)
        command += ["--dir", str(Path(place).parent), "--bind", str(writable), place]
    for place in FOLDERS:
        command += ["--dir", place]
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        for parent in reversed(Path(prefix).parents):  # sinon fermés à qui n'est pas root
            command += ["--dir", str(parent)]
        command += ["--ro-bind", prefix, prefix]
    command += ["--ro-bind", str(played), "/played", "--ro-bind", str(made.cert.parent), "/made"]
    command += ["--setenv", "PATH", f"/played:{sys.base_prefix}/bin:/usr/bin:/usr/sbin"]
    command += ["--setenv", "PACKAGES", _packages(), "--chdir", "/opt/chat", "/played/terminal"]
    clean = {"LC_ALL": "C.UTF-8", "HOME": "/root", "PATH": os.environ["PATH"]}
    with subprocess.Popen(
        command, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Machine(process)
        finally:
            process.kill()


def _project(project: Path) -> None:
    project.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, project / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, project)
    (project / "bonus/chat.conf").unlink(missing_ok=True)  # le réglage de qui lance les tests


def _etc(etc: Path) -> None:
    """Le /etc d'une machine neuve : ni comptes, ni mots de passe d'ici."""
    etc.mkdir()
    for name in BORROWED:
        if (source := Path("/etc") / name).is_dir():
            shutil.copytree(source, etc / name, symlinks=True)
        elif source.exists():
            shutil.copy(source, etc / name)
    (etc / "passwd").write_text(USERS)
    (etc / "group").write_text(GROUPS)
    for name in ("shadow", "gshadow"):
        (etc / name).write_text("")
    (etc / "pam.d").mkdir()
    for service in ("runuser", "other"):
        (etc / "pam.d" / service).write_text(PERMITTED)
    (etc / "hosts").write_text(f"127.0.0.1 localhost {NAME}\n")


def _packages() -> str:
    """Où sont les paquets de Python, ici."""
    return sysconfig.get_path("purelib")
