"""Juger une page écrite : au bon endroit, entière ; sinon où elle est, et ce qu'elle a subi."""

import re
from pathlib import PurePosixPath

from grader.checks.web import nonce_of
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.model.records import Match
from grader.world.site import Page

ELSEWHERE_CREDIT = 0.5  # la bonne page, au mauvais endroit
ALTERED_CREDIT = 0.25  # au bon endroit, une page abîmée
MAX_PAGE = 1_000_000
SHOWN = 400  # octets montrés d'une page
EDGES = b"\r\n"
FORGOTTEN = re.compile(rb"\A<(?:coroutine|async_generator|generator|_asyncio\.|Task|Future)[^>\n]")
REPR = re.compile(rb"\A<(?:Response|ClientResponse|bound method|http\.client)[^\n]{0,200}")
# Ces encodages perdent les accents d'une page en UTF-8 ; à ceux que nous donnons, latin-1 et
# Windows-1252 font de même.
WRITTEN_AS = (
    ("latin-1", "latin-1 (ou Windows-1252)"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16"),
    ("utf-8-sig", "UTF-8 précédé d'une marque (BOM)"),
)
LOST = ("ignore", "replace", "xmlcharrefreplace", "backslashreplace")


def verify(arena: Arena, program: Program, page: Page, path: PurePosixPath) -> None:
    """La page est au bon endroit, à l'octet près ; un retour à la ligne final ne coûte rien."""
    content = program.cell.read(path, MAX_PAGE)
    if content is not None and content.strip(EDGES) == page.body.strip(EDGES):
        if content != page.body:
            arena.notes.append(f"{path} : la page est juste au retour à la ligne final près.")
        return
    if content is not None and (harm := damage(content, page)):
        raise Wrong(
            f"{path} ne contient pas la page à l'octet près : {harm}.",
            expected=_shown(page.body),
            received=_shown(content),
            match=Match.WORD,
            credit=ALTERED_CREDIT if _holds(content, page) else 0.0,
            timed_out=program.running,
        )
    _look_elsewhere(program, page, path)
    raise Wrong(
        f"La page n'est pas dans {path}.",
        expected=str(path),
        received=program.exception or program.last_lines,
        timed_out=program.running,
    )


def _look_elsewhere(program: Program, page: Page, path: PurePosixPath) -> None:
    """Wrong si la page est dans un autre fichier : payée si elle y est entière."""
    damaged: tuple[PurePosixPath, str] | None = None
    for other in program.cell.files():
        content = program.cell.read(other, MAX_PAGE) or b""
        if not _holds(content, page):
            continue
        if content.strip(EDGES) == page.body.strip(EDGES):
            raise Wrong(
                f"La page est écrite dans {other} au lieu de {path}.",
                expected=str(path),
                received=str(other),
                credit=ELSEWHERE_CREDIT,
            )
        damaged = damaged or (other, damage(content, page))
    if damaged:
        other, harm = damaged
        raise Wrong(
            f"La page est écrite dans {other} au lieu de {path}, et abîmée : {harm}.",
            expected=str(path),
            received=str(other),
            timed_out=program.running,
        )


def _holds(content: bytes, page: Page) -> bool:
    """Vrai si ce contenu vient de cette page."""
    nonce = nonce_of(page)
    return any(nonce.encode(encoding) in content for encoding in ("ascii", "utf-16-le"))


def damage(content: bytes, page: Page) -> str:
    """Ce qu'a subi la page ; vide si ce contenu n'a rien à voir avec elle."""
    body = page.body
    if FORGOTTEN.match(content):
        return "c'est une coroutine que rien n'attend, il y manque un await"
    if REPR.match(content):
        return "c'est la réponse elle-même, et non son contenu"
    if not _holds(content, page):
        return "elle est vide" if not content else ""
    if content.startswith((b"b'", b'b"')):
        return "c'est str(octets), la page est entre b'…'"
    return _mistaken(content, body) or _cut_or_grown(content, body) or "elle a changé"


def _mistaken(content: bytes, body: bytes) -> str:
    """L'encodage, ou les fins de ligne, changés en chemin."""
    text = body.decode()
    if content == body.decode("latin-1").encode():
        return "elle est en UTF-8, et a été lue en latin-1 (ou Windows-1252)"
    for name, said in WRITTEN_AS:
        if content == text.encode(name, "replace"):
            return f"elle est en UTF-8, et a été écrite en {said}"
    if any(content == text.encode("ascii", errors) for errors in LOST):
        return "les accents sont perdus"
    return _broken_lines(content, body)


def _broken_lines(content: bytes, body: bytes) -> str:
    if content.replace(b"\r\n", b"\n") == body:
        return "les fins de ligne sont devenues \\r\\n"
    if content == body.replace(b"\n", b""):
        return "les retours à la ligne sont perdus"
    if content == body.replace(b"\n", b"\n\n"):
        return "les retours à la ligne sont doublés"
    return ""


def _cut_or_grown(content: bytes, body: bytes) -> str:
    if content in body:
        return f"elle est tronquée, {len(content)} octets sur {len(body)}"
    if body.strip(EDGES) in content:
        return "autre chose y est ajouté"
    return ""


def grown(program: Program, page: Page, path: PurePosixPath, before: Page) -> Wrong | None:
    """Ce qui reste de la page d'avant, si elle n'a pas été remplacée."""
    content = program.cell.read(path, MAX_PAGE) or b""
    if not _holds(content, page) or not _holds(content, before):
        return None
    return Wrong(
        f"La page s'ajoute à celle d'avant dans {path}, au lieu de la remplacer.",
        expected=_shown(page.body),
        received=_shown(content),
        match=Match.WORD,
        credit=ALTERED_CREDIT,
    )


def _shown(content: bytes) -> str:
    cut = "…" if len(content) > SHOWN else ""
    return content[:SHOWN].decode(errors="backslashreplace") + cut
