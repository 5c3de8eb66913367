"""La page web : ses fichiers, gardés en mémoire, et ce qu'on répond à qui les demande."""

import gzip
import hashlib
import ipaddress
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from chatroom.protocol.limits import Limits

SOCKET = "/socket"  # où se demande la WebSocket
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
# Ce que la page a besoin de savoir des bornes du serveur.
TOLD = ["pseudo", "room", "text", "image", "image_name", "pixels", "side"]
TOLD += ["rate", "burst", "ping", "idle"]
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
ALWAYS = (
    ("Cache-Control", "no-cache"),  # à chaque fois, demander si c'est encore le même
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
)
OF_A_PAGE = (
    ("Content-Security-Policy", POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
)
HSTS = ("Strict-Transport-Security", "max-age=31536000")  # un an
# Seul sur ses lignes : ailleurs, ce pourrait être le bout d'une adresse ou d'une expression.
COMMENT = re.compile(rb"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*$", re.MULTILINE | re.DOTALL)
ZIPPED = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    headers: Fields
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class File:
    headers: Fields
    body: bytes
    zipped: bytes  # trois fois moins
    tag: str  # change avec le contenu


class Site:
    """`names` : les noms de cette machine, en plus de « localhost » et de ses adresses IP.

    `public` : ceux que lui donne un mandataire, et que ses demandes ne disent pas toujours.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        names: Collection[str] = (),
        public: Collection[str] = (),
        *,
        encrypted: bool = False,
    ) -> None:
        self._encrypted = encrypted
        self._public = {name.lower() for name in public}
        self._names = {name.lower() for name in names} | self._public
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": _file(path.suffix, _sent(path))
            for path in folder.rglob("*")
            if path.suffix in TYPES
        }
        told = {name: getattr(limits, name) for name in TOLD}
        self._files["/limits.json"] = _file(".json", json.dumps(told).encode())
        self._files["/"] = self._files["/index.html"]

    def answer(self, method: str, target: str, tag: str | None, encodings: str) -> Answer:
        """À une demande de fichier.

        `tag` : celui que le navigateur a déjà (If-None-Match) ; `encodings` : Accept-Encoding.
        """
        file = self._files.get(_path(target))
        if file is None:
            return error(HTTPStatus.NOT_FOUND, "Il n'y a rien ici.")
        if method not in {"GET", "HEAD"}:
            text = "Cela ne se demande que par GET."
            return error(HTTPStatus.METHOD_NOT_ALLOWED, text, ("Allow", "GET, HEAD"))
        if tag == file.tag:
            return Answer(HTTPStatus.NOT_MODIFIED, (("ETag", tag), *ALWAYS))
        zipped = "gzip" in encodings
        body = file.zipped if zipped else file.body
        more = ZIPPED if zipped else ()
        headers = (*file.headers, *more, ("Content-Length", str(len(body))))
        return Answer(HTTPStatus.OK, headers, body)

    def secured(self, answer: Answer, host: str) -> Answer:
        """La même réponse ; en HTTPS, elle demande au navigateur de ne plus venir en clair (HSTS).

        Sous un nom de `public` seulement : HSTS vaut pour tous les ports d'un nom, et « localhost »
        est aussi celui d'autres programmes.
        """
        if self._encrypted and _hostname(f"//{host}") in self._public:
            return replace(answer, headers=(*answer.headers, HSTS))
        return answer

    def knows(self, host: str) -> bool:
        """Sommes-nous bien celui que nomme cet en-tête Host ?

        Une page hostile peut faire pointer son propre nom sur notre adresse (DNS rebinding) : elle
        aurait alors la même origine que nous.
        """
        name = _hostname(f"//{host}")
        return bool(name) and (_is_address(name) or _is_local(name) or name in self._names)

    def welcomes(self, origin: str | None, host: str) -> bool:
        """Une page de cette origine peut-elle nous parler ? Sans origine, ce n'est pas une page."""
        if origin is None:
            return True
        origin = origin.lower()
        return (
            origin in {f"http://{host}".lower(), f"https://{host}".lower()}
            or _hostname(origin) in self._public
        )


def error(status: HTTPStatus, text: str, *more: tuple[str, str]) -> Answer:
    body = f"{text}\n".encode()
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))))
    return Answer(status, (*headers, *ALWAYS, *more), body)


def _sent(path: Path) -> bytes:
    """Sans les commentaires, le quart de ce qui voyagerait ; chaque ligne garde son numéro."""
    body = path.read_bytes()
    if path.suffix not in {".js", ".css"}:
        return body
    return COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), body)


def _file(suffix: str, body: bytes) -> File:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    own = OF_A_PAGE if suffix == ".html" else ()
    headers = (("Content-Type", TYPES[suffix]), ("ETag", tag), *ALWAYS, *own)
    return File(headers, body, gzip.compress(body, mtime=0), tag)


def _path(target: str) -> str:
    try:
        return urlsplit(target).path
    except ValueError:  # un crochet d'IPv6 mal fermé
        return ""


def _hostname(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # le même
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_local(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost")
