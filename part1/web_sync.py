"""Télécharge une page web et l'écrit dans /tmp/web_page.

Usage : python part1/web_sync.py URL
"""

import socket
import sys
from pathlib import Path

import requests

OUTPUT = Path("/tmp/web_page")
TIMEOUT = 10  # secondes sans rien recevoir
MAX_SIZE = 50_000_000  # octets : une réponse sans fin remplirait la mémoire

# Les bibliothèques emballent l'erreur du système dans les leurs : explain() la cherche dessous.
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


def get_content(url: str) -> bytes:
    """Renvoie la page entière, octet pour octet."""
    content = bytearray()
    with requests.get(url, timeout=TIMEOUT, stream=True) as response:
        if not response.ok:
            raise OSError(f"le serveur répond {response.status_code}")
        for chunk in response.iter_content(65_536):
            content += chunk
            if len(content) > MAX_SIZE:
                raise OSError(f"page de plus de {MAX_SIZE} octets")
    return bytes(content)


def write_content(content: bytes, file: Path) -> None:
    """Remplace `file` d'un coup : jamais une moitié de page à la place de l'ancienne."""
    part = file.with_name(f"{file.name}.part")
    try:
        with open(part, "wb") as output:
            output.write(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def explain(error: BaseException) -> str:
    """Cherche une cause connue, de l'erreur reçue à celles qui l'ont provoquée."""
    if type(error) is OSError and error.errno is None:  # levée par get_content()
        return str(error)
    for kind, cause in CAUSES.items():
        if isinstance(error, kind):
            return cause
    return explain(error.__context__) if error.__context__ else "échange ou écriture impossible"


def download(url: str) -> int:
    try:
        content = get_content(url)
        write_content(content, OUTPUT)
    except (OSError, ValueError) as error:  # toutes celles de requests sont des OSError
        print(f"{url} → {OUTPUT} : {explain(error)}", file=sys.stderr)
        return 1
    print(f"{url} → {OUTPUT} : {len(content)} octets")
    return 0


def main() -> int:
    match sys.argv[1:]:
        case ["-h" | "--help"]:
            print(__doc__)
            return 0
        case [url] if not url.startswith("-"):
            return download(url)
        case _:
            print("Usage : python part1/web_sync.py URL", file=sys.stderr)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
