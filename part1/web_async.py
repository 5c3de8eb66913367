"""Télécharge une page web, en asynchrone, et l'écrit dans /tmp/web_page.

Usage : python part1/web_async.py URL
"""

import asyncio
import socket
import sys
from pathlib import Path
from urllib.request import getproxies

import aiofiles.os
import aiohttp

OUTPUT = Path("/tmp/web_page")
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=10)  # secondes
MAX_SIZE = 50_000_000  # octets : une réponse sans fin remplirait la mémoire

# Les bibliothèques emballent l'erreur du système dans les leurs : explain() la cherche dessous.
CAUSES: dict[type[BaseException], str] = {
    aiohttp.ClientPayloadError: "réponse incomplète",
    aiohttp.ClientSSLError: "connexion chiffrée impossible (certificat ?)",
    socket.gaierror: "hôte inconnu",
    TimeoutError: "pas de réponse à temps",
    ConnectionRefusedError: "connexion refusée",
    IsADirectoryError: "c'est un dossier",
    PermissionError: "accès refusé",
    ValueError: "ce n'est pas une URL http:// ou https://",
    aiohttp.NonHttpUrlClientError: "ce n'est pas une URL http:// ou https://",
}


async def get_content(url: str) -> bytes:
    """Renvoie la page entière, octet pour octet."""
    content = bytearray()
    proxied = bool(getproxies())  # requests le voit tout seul ; aiohttp, si on le demande
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, trust_env=proxied) as session,
        session.get(url) as response,
    ):
        if not response.ok:
            raise OSError(f"le serveur répond {response.status}")
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > MAX_SIZE:
                raise OSError(f"page de plus de {MAX_SIZE} octets")
    return bytes(content)


async def write_content(content: bytes, file: Path) -> None:
    """Remplace `file` d'un coup : jamais une moitié de page à la place de l'ancienne."""
    part = file.with_name(f"{file.name}.part")
    try:
        async with aiofiles.open(part, "wb") as output:
            await output.write(content)
        await aiofiles.os.replace(part, file)
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


async def download(url: str) -> int:
    try:
        content = await get_content(url)
        await write_content(content, OUTPUT)
    except (aiohttp.ClientError, OSError, ValueError) as error:
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
            return asyncio.run(download(url))
        case _:
            print("Usage : python part1/web_async.py URL", file=sys.stderr)
            return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
