"""Une Debian neuve, comme la donne un conteneur : ni Python, ni git, ni rien de cette machine.

Elle est faite par debootstrap, d'où ses paquets viennent ; seuls root et un miroir y suffisent.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

# Comment cette machine-ci joint ses registres ; une vraie Debian neuve n'en a pas besoin.
CONNECTION = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/xdg/pip")
CONNECTING = ("PIP_", "SSL_CERT_FILE")
USUAL = {"HOME": "/root", "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
# Le dossier devient la racine, et l'ancienne disparaît : dans un simple chroot, le noyau refuse
# les espaces de noms, donc le bac à sable.
ENTER = """
set -e
mount --rbind "$0" "$0"; cd "$0"
mount -t proc proc proc; mount --rbind /dev dev; mount --rbind /sys sys
mkdir -p ancienne; pivot_root . ancienne; umount -l ancienne
cd "$1"; exec sh -e -c "$2"
"""


def lacking() -> str:
    """Ce qui manque ici pour en faire une ; vide si rien ne manque."""
    if os.geteuid():
        return "il faut être root"
    if not shutil.which("debootstrap"):
        return "debootstrap manque"
    return "" if _mirror() else "apt ne connaît pas de miroir de Debian"


def _told(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:  # une machine sans apt
        return ""


def _mirror() -> str:
    form = ("--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages")
    lines = _told("apt-get", "indextargets", *form).splitlines()
    return next((line.split()[1] for line in lines if line.startswith("Debian ")), "")


class Debian:
    """La racine d'une Debian neuve ; à effacer par qui l'a faite."""

    def __init__(self, root: Path, suite: str) -> None:
        self.root = root
        command = ["debootstrap", "--variant=minbase", suite, str(root), _mirror()]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout[-2000:]
        (root / "etc/apt/apt.conf.d/99ici").write_text(_told("apt-config", "dump", "Acquire"))
        for name in CONNECTION:
            source, target = Path(name), root / name[1:]
            if source.is_dir():
                shutil.copytree(source, target)
            elif source.is_file():
                shutil.copy(source, target)
        here = {name: value for name, value in os.environ.items() if name.startswith(CONNECTING)}
        self._environment = USUAL | dict(self._brought(here))

    def _brought(self, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Ces variables ; un fichier qu'elles nomment (des certificats) vient avec, à part."""
        (self.root / "ici").mkdir()
        for name, value in variables.items():
            if Path(value).is_file():
                shutil.copy(value, self.root / "ici" / name)
                yield name, f"/ici/{name}"
            elif not Path(value).exists():
                yield name, value

    def run(
        self, script: str, folder: str, environment: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        """Lance ces lignes de shell, comme root, dans ce dossier de la Debian."""
        apart = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork")
        return subprocess.run(
            [*apart, "sh", "-c", ENTER, self.root, folder, script],
            env=self._environment | dict(environment),
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )


def debian(root: Path, suite: str) -> Debian:
    """Une Debian neuve de cette version, ou le test passé, avec la raison."""
    if reason := lacking():
        pytest.skip(f"pas de Debian neuve : {reason}")
    return Debian(root, suite)
