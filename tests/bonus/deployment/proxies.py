"""Un vrai mandataire devant un vrai serveur, avec les fichiers de deploy/ tels qu'on les copie.

N'y change que ce qui est propre à une machine : les ports, le certificat, les dossiers.
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from chatroom.server.operation.certificates import Made

from tests.bonus.handshakes import certificate
from tests.support.processes import ENVIRONMENT, ROOT
from tests.support.waiting import wait_until

DEPLOY = ROOT / "deploy"
NAME = "chat.exemple.fr"
LIVE = f"/etc/letsencrypt/live/{NAME}"
MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


def free_ports(count: int) -> list[int]:
    """Des ports libres : ni nginx ni Caddy ne savent laisser le système choisir."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


@dataclass(frozen=True)
class Proxy:
    https: int
    http: int
    tcp: int  # celui des terminaux ; 0 s'il n'en a pas
    made: Made


def _replaced(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def _listening(text: str, ports: dict[str, int]) -> str:
    """Le même fichier, à d'autres ports, sur cette machine seulement."""
    text = re.sub(r"^ *listen \[::\]:.*\n", "", text, flags=re.MULTILINE)
    for told, real in ports.items():
        text, found = re.subn(rf"\blisten {told}\b", f"listen 127.0.0.1:{real}", text)
        assert found == 1, told
    return text


@contextmanager
def nginx(folder: Path, web_port: int, port: int) -> Iterator[Proxy]:
    """Celui de Debian, devant un serveur aux ports donnés."""
    program = shutil.which("nginx", path=f"{ENVIRONMENT['PATH']}:/usr/sbin")
    if program is None or not MODULE.exists():
        pytest.skip("nginx manque (apt install nginx libnginx-mod-stream)")
    folder.mkdir()
    made = certificate(folder / "tls", NAME)
    https, http, tcp = free_ports(3)
    files = {f"{LIVE}/fullchain.pem": str(made.cert), f"{LIVE}/privkey.pem": str(made.key)}
    site = _replaced((DEPLOY / "nginx.conf").read_text("utf-8"), files)
    site = _listening(
        _replaced(site, {"127.0.0.1:8080": f"127.0.0.1:{web_port}"}), {"80": http, "443": https}
    )
    stream = _replaced((DEPLOY / "nginx-stream.conf").read_text("utf-8"), files)
    stream = _listening(_replaced(stream, {"127.0.0.1:8887": f"127.0.0.1:{port}"}), {"8888": tcp})
    (folder / "site.conf").write_text(site, "utf-8")
    (folder / "stream.conf").write_text(stream, "utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"""
        daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
        load_module {MODULE};
        events {{}}
        http {{ access_log off; {temporary} include {folder}/site.conf; }}
        include {folder}/stream.conf;
    """
    (folder / "main.conf").write_text(main, "utf-8")
    # En root, ses ouvriers sont à nobody, qui n'entre pas dans un dossier de test.
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "main.conf")]
    if os.geteuid() == 0:
        command += ["-g", "user root;"]
    with _running(command, https):
        yield Proxy(https, http, tcp, made)


@contextmanager
def caddy(folder: Path, web_port: int) -> Iterator[Proxy]:
    """Celui de Debian ; son autorité à lui remplace Let's Encrypt."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy manque (apt install caddy)")
    folder.mkdir()
    made = certificate(folder / "tls", NAME)
    https, http = free_ports(2)
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    text = _replaced(
        text,
        {
            "127.0.0.1:8080": f"127.0.0.1:{web_port}",
            f"\n{NAME} {{": f"\n{NAME} {{\n\ttls {made.cert} {made.key}\n\tbind 127.0.0.1\n",
        },
    )
    here = f"{{\n\thttps_port {https}\n\thttp_port {http}\n\tadmin off\n\tskip_install_trust\n}}\n"
    (folder / "Caddyfile").write_text(here + text, "utf-8")
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, https, home):
        yield Proxy(https, http, 0, made)


@contextmanager
def _running(
    command: Sequence[str], port: int, environment: dict[str, str] | None = None
) -> Iterator[None]:
    with subprocess.Popen(
        command,
        env=ENVIRONMENT | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            wait_until(
                lambda: process.poll() is not None or _answers(port), "le mandataire n'écoute pas"
            )
            if process.poll() is not None:
                assert process.stdout
                raise AssertionError(process.stdout.read().decode())
            yield
        finally:
            process.terminate()
            process.communicate(timeout=20)


def _answers(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 5):
        return True
    return False
