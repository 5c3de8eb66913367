"""Télécharge les pages d'une liste, l'une après l'autre.

Usage : python part1/web_sync_multiple.py FICHIER (une URL par ligne)
"""

import socket
import sys
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import requests

TIMEOUT = 10  # secondes sans rien recevoir
MAX_SIZE = 50_000_000  # octets : une réponse sans fin remplirait la mémoire
CAUSES: dict[type[BaseException], str] = {
    requests.exceptions.ChunkedEncodingError: "réponse incomplète",
    requests.exceptions.SSLError: "connexion chiffrée impossible (certificat ?)",
    socket.gaierror: "hôte inconnu",
    TimeoutError: "pas de réponse à temps",
    ConnectionRefusedError: "connexion refusée",
    IsADirectoryError: "c'est un dossier",
    PermissionError: "accès refusé",
    ValueError: "ce n'est pas une URL http:// ou https://",
}


def read_urls(file: str) -> list[str]:
    """Ni lignes vides, ni commentaires (#), ni doublons : site/ et site sont la même page."""
    text = Path(file).read_text("utf-8-sig", "replace")
    shown = "".join(c if c.isprintable() or c.isspace() else quote(c) for c in text)
    urls = [line.strip() for line in shown.splitlines() if line.strip()[:1] not in ("", "#")]
    return list(dict.fromkeys(u.removesuffix("/") if u.count("/") == 3 else u for u in urls))


def file_for(url: str) -> Path:
    """À chaque URL son fichier : ce qu'un nom ne peut contenir est codé en %XX."""
    name = quote(url.removeprefix("https://"), safe=":")
    return Path(f"/tmp/web_{name if len(name) < 200 else sha256(url.encode()).hexdigest()}")


def get_content(url: str, session: requests.Session) -> bytes:
    content = bytearray()
    with session.get(url, timeout=TIMEOUT, stream=True) as response:
        if not response.ok:
            raise OSError(f"le serveur répond {response.status_code}")
        for chunk in response.iter_content(65_536):
            content += chunk
            if len(content) > MAX_SIZE:
                raise OSError(f"page de plus de {MAX_SIZE} octets")
    return bytes(content)


def write_content(content: bytes, file: Path) -> None:
    part = file.with_name(f"{file.name}.part")
    try:
        with open(part, "wb") as output:
            output.write(content)
        part.replace(file)  # d'un coup : jamais une moitié de page
    finally:
        part.unlink(missing_ok=True)


def explain(error: BaseException) -> str:
    if type(error) is OSError and error.errno is None:  # levée par get_content()
        return str(error)
    for kind, cause in CAUSES.items():
        if isinstance(error, kind):
            return cause
    return explain(error.__context__) if error.__context__ else "échange ou écriture impossible"


def download(url: str, session: requests.Session) -> bool:
    started = time.perf_counter()
    try:
        content = get_content(url, session)
        write_content(content, file_for(url))
        mark, outcome, stream = "✓", f"{len(content)} octets", sys.stdout
    except (OSError, ValueError) as error:
        mark, outcome, stream = "✗", explain(error), sys.stderr
    seconds = time.perf_counter() - started
    print(f"{mark} {url} → {file_for(url)} ({seconds:.3f} s) : {outcome}", file=stream, flush=True)
    return mark == "✓"


def main(file: str) -> int:
    started = time.perf_counter()
    with requests.Session() as session:
        succeeded = [download(url, session) for url in read_urls(file)]
    print(f"{sum(succeeded)} URL sur {len(succeeded)} en {time.perf_counter() - started:.3f} s")
    return 0 if succeeded and all(succeeded) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        helping = sys.argv[1:] in (["-h"], ["--help"])
        print(__doc__, file=sys.stdout if helping else sys.stderr)
        sys.exit(0 if helping else 2)
    try:
        sys.exit(main(sys.argv[1]))
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        sys.exit(f"{sys.argv[1]} : fichier introuvable ou illisible")
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
