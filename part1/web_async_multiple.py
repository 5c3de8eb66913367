"""Télécharge les pages d'une liste, toutes en même temps.

Usage : python part1/web_async_multiple.py FICHIER (une URL par ligne)
"""

import asyncio
import sys
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote
from urllib.request import getproxies

import aiofiles.os
import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10, sock_read=10)  # secondes
MAX_SIZE = 50_000_000  # octets : une réponse sans fin remplirait la mémoire
CONNECTIONS, PAGES = asyncio.Semaphore(100), asyncio.Semaphore(128)
CAUSES: dict[type[BaseException], str] = {
    aiohttp.ClientConnectorDNSError: "hôte inconnu",
    TimeoutError: "pas de réponse à temps",
    ConnectionRefusedError: "connexion refusée",
    IsADirectoryError: "c'est un dossier",
    PermissionError: "accès refusé",
    aiohttp.ClientSSLError: "connexion chiffrée impossible (certificat ?)",
    aiohttp.NonHttpUrlClientError: "ce n'est pas une URL http:// ou https://",
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


async def get_content(url: str, session: aiohttp.ClientSession) -> bytes:
    content = bytearray()
    async with session.get(url) as response:
        if not response.ok:
            raise OSError(f"le serveur répond {response.status}")
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > MAX_SIZE:
                raise OSError(f"page de plus de {MAX_SIZE} octets")
    return bytes(content)


async def write_content(content: bytes, file: Path) -> None:
    part = file.with_name(f"{file.name}.part")
    try:
        async with aiofiles.open(part, "wb") as output:
            await output.write(content)
        await aiofiles.os.replace(part, file)  # d'un coup
    finally:
        part.unlink(missing_ok=True)


def explain(error: BaseException) -> str:
    if type(error) is OSError and error.errno is None:  # levée par get_content()
        return str(error)
    for kind, cause in CAUSES.items():
        if isinstance(error, kind):
            return cause
    return explain(error.__context__) if error.__context__ else "échange ou écriture impossible"


async def download(url: str, session: aiohttp.ClientSession) -> bool:
    async with PAGES:  # en mémoire : on reçoit les unes pendant qu'on écrit les autres
        try:
            async with CONNECTIONS:
                started = time.perf_counter()
                content = await get_content(url, session)
            await write_content(content, file_for(url))
            mark, outcome, stream = "✓", f"{len(content)} octets", sys.stdout
        except (aiohttp.ClientError, OSError, ValueError) as error:
            mark, outcome, stream = "✗", explain(error), sys.stderr
    seconds = time.perf_counter() - started
    print(f"{mark} {url} → {file_for(url)} ({seconds:.3f} s) : {outcome}", file=stream, flush=True)
    return mark == "✓"


async def main(file: str) -> int:
    started = time.perf_counter()
    async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=bool(getproxies())) as session:
        succeeded = await asyncio.gather(*(download(url, session) for url in read_urls(file)))
    print(f"{sum(succeeded)} URL sur {len(succeeded)} en {time.perf_counter() - started:.3f} s")
    return 0 if succeeded and all(succeeded) else 1


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        helping = sys.argv[1:] in (["-h"], ["--help"])
        print(__doc__, file=sys.stdout if helping else sys.stderr)
        sys.exit(0 if helping else 2)
    try:
        sys.exit(asyncio.run(main(sys.argv[1])))
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        sys.exit(f"{sys.argv[1]} : fichier introuvable ou illisible")
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
