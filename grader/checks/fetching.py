"""Étape I.2 : demander des pages, les écrire, toutes ensemble ou l'une après l'autre."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.checks.registry import check
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.model import Launch, Match
from grader.world.site import Page, Site

PAGE = PurePosixPath("/tmp/web_page")
LIST = "urls.txt"
OLD = b"<p>une page d'avant, plus longue que la nouvelle</p>\n" * 400
ELSEWHERE_CREDIT = 0.5  # la bonne page, au mauvais endroit
ALTERED_CREDIT = 0.25  # au bon endroit, une page abîmée
HARD_CODED_CREDIT = 0.5
COUNT = 4  # URL dans un fichier
TOGETHER = 3  # requêtes en cours au même instant, au moins, pour dire qu'elles vont ensemble
MAX_PAGE = 1_000_000
# Des fautes que le dossier où le script est lancé n'explique pas.
ANYWHERE = ("AttributeError", "IndexError", "NameError", "TypeError")


@dataclass
class Web:
    """Le site, les pages que le script doit y prendre, et son passage."""

    site: Site
    pages: dict[str, Page]
    answers: tuple[str, ...] = ()  # ce à quoi il a fallu répondre

    @property
    def asked(self) -> set[str]:
        return {request.url.rstrip("/") for request in self.site.requests}

    @property
    def related(self) -> bool:
        """Vrai si ce qui est demandé vient, même abîmé, de ce qu'on a donné."""
        hosts = {url.rstrip("/").partition("://")[2] for url in self.pages}
        return any(host in url for host in hosts for url in self.asked)

    def complete(self) -> bool:
        return {url.rstrip("/") for url in self.pages} <= self.asked


def nonce_of(page: Page) -> str:
    """Ce qui n'est que dans cette page, et en prouve la provenance."""
    return page.body.partition(b"<title>")[2].partition(b"<")[0].decode()


async def open_web(arena: Arena, count: int, *, latency: float = 0.0) -> Web:
    site = await arena.open_site()
    urls = arena.job.script.launch.urls or [_new_url(arena, site) for _ in range(count)]
    return Web(site, {url: site.page(url, latency=latency) for url in urls})


def _new_url(arena: Arena, site: Site) -> str:
    if arena.setting.sandbox == "none":  # sans DNS à soi, seules les adresses de la machine
        return f"https://127.0.0.1:{site.https_port}/{arena.words.word()}"
    return f"https://www.{arena.words.word()}.fr"


def ways(kind: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Les façons connues de donner une URL ou un fichier : les arguments, et ce qu'on en dit."""
    name, short = ("{url}", "-u") if kind == "fetch" else ("{file}", "-f")
    long = "--url" if kind == "fetch" else "--file"
    yield (name,), ""
    yield (), "Rien ne se passe en argument."
    yield (short, name), f"L'argument s'annonce par {short}."
    yield (long, name), f"L'argument s'annonce par {long}."


async def run(
    arena: Arena, web: Web, launch: Launch | None = None, lines: Sequence[str] | None = None
) -> Program:
    """Lance le script sur les pages de `web`, comme on a appris à le faire ou comme le dit
    `launch`, jusqu'à sa fin."""
    launch = launch or arena.job.script.launch
    script = replace(arena.job.script, launch=launch)
    urls = list(web.pages)
    content = "\n".join(lines if lines is not None else urls) + "\n"
    values = {"url": urls[0], "file": LIST}
    arguments = [argument.format(**values) for argument in launch.arguments]
    files = {LIST: content} if arena.step.kind != "fetch" else {}
    single = arena.step.kind == "fetch"
    places = [PAGE] if single else [place_of(url) for url in urls]
    planted = dict.fromkeys(places, OLD)
    program = await arena.start(arguments, script=script, files=files, planted=planted)
    patience = arena.check.deadline * arena.job.patience
    if not launch.arguments:
        given = await converse(
            arena,
            program,
            {"url": urls[0], "file": LIST},
            lambda: bool(web.asked),
            silent=("url",) if single else ("file", "url"),
        )
        web.answers = tuple(given)
    await program.finish(patience)
    return program


async def learn(arena: Arena) -> Launch:
    """Cherche comment donner au script son URL ou son fichier, et dans quel dossier le lancer."""
    folder = str(arena.job.script.path.parent)
    first: Wrong | None = None
    asked: list[str] = []
    asking: tuple[str, ...] = ()
    for arguments, note in ways(arena.step.kind):
        for place in dict.fromkeys((folder, ".")):
            launch = Launch(place, arguments, note=note)
            web = await open_web(arena, 1 if arena.step.kind == "fetch" else COUNT)
            program = await run(arena, web, launch)
            await program.close()
            await web.site.close()
            if web.complete():
                if web.answers:
                    what = "L'URL" if arena.step.kind == "fetch" else "Le nom du fichier"
                    launch = replace(launch, note=f"{what} se tape au clavier.")
                return replace(launch, answers=web.answers)
            first = first or _not_asked(web, program)
            if web.related and arguments:
                raise _not_asked(web, program)
            if web.asked and not asked:
                asked = [r.url for r in web.site.requests][:COUNT]
                asking, folder = arguments, place
            if program.exception.startswith(ANYWHERE):
                break  # un autre dossier n'y changerait rien
    assert first
    if asked:
        arena.launch = Launch(folder, asking, urls=tuple(dict.fromkeys(asked)))
        raise Wrong(
            "L'URL est écrite dans le script : on ne peut pas la choisir.",
            expected="l'URL donnée en argument",
            received="\n".join(arena.launch.urls),
            credit=HARD_CODED_CREDIT,
        )
    raise first


def _not_asked(web: Web, program: Program) -> Wrong:
    cause = f" ({program.exception})" if program.exception else ""
    missing = [url for url in web.pages if url.rstrip("/") not in web.asked]
    return Wrong(
        f"Le script ne demande pas {'la page' if len(web.pages) == 1 else 'toutes les pages'}"
        f"{cause}.",
        sent="\n".join(web.pages),
        expected="\n".join(missing),
        received="\n".join(sorted(web.asked)) or program.last_lines,
        credit=HARD_CODED_CREDIT if 0 < len(missing) < len(web.pages) else 0.0,
        timed_out=program.running,
    )


@check("I.2.sync.requests", "I.2.async.requests")
async def requests_page(arena: Arena) -> Launch:
    return await learn(arena)


@check("I.2.sync_multiple.requests", "I.2.async_multiple.requests")
async def requests_pages(arena: Arena) -> Launch:
    return await learn(arena)


def verify(program: Program, page: Page, path: PurePosixPath) -> None:
    """La page est au bon endroit, à l'octet près."""
    content = program.cell.read(path, MAX_PAGE)
    if content == page.body:
        return
    nonce = nonce_of(page)
    shown = (content or b"")[:400].decode(errors="backslashreplace")
    if content and content.startswith((b"b'", b'b"')) and nonce.encode() in content:
        raise Wrong(
            f"{path} contient str(octets) : la page est entre b'…'.",
            expected=page.body[:400].decode(errors="backslashreplace"),
            received=shown,
            match=Match.WORD,
            credit=ALTERED_CREDIT,
        )
    if content and OLD[:100] in content and nonce.encode() in content:
        raise Wrong(
            f"La page s'ajoute à celle d'avant dans {path}, au lieu de la remplacer.",
            expected=page.body[:400].decode(errors="backslashreplace"),
            received=shown,
            match=Match.WORD,
            credit=ALTERED_CREDIT,
        )
    if content and nonce.encode() in content:
        raise Wrong(
            f"{path} ne contient pas la page à l'octet près.",
            expected=page.body.decode(errors="backslashreplace"),
            received=content[:20_000].decode(errors="backslashreplace"),
            match=Match.WORD,
            credit=ALTERED_CREDIT,
        )
    for other in program.cell.files():
        found = program.cell.read(other, MAX_PAGE)
        if found and nonce.encode() in found:
            raise Wrong(
                f"La page est écrite dans {other} au lieu de {path}.",
                expected=str(path),
                received=str(other),
                match=Match.WORD,
                credit=ELSEWHERE_CREDIT,
            )
    raise Wrong(
        f"La page n'est pas dans {path}.",
        expected=str(path),
        received=program.exception or program.last_lines,
        timed_out=program.running,
    )


@check("I.2.sync.file", "I.2.async.file")
async def writes_page(arena: Arena) -> None:
    web = await open_web(arena, 1)
    program = await run(arena, web)
    (page,) = web.pages.values()
    verify(program, page, PAGE)


def place_of(url: str) -> PurePosixPath:
    """/tmp/web_<URL>, l'URL sans son https://."""
    name = url.removeprefix("https://").removeprefix("http://").rstrip("/")
    return PurePosixPath(f"/tmp/web_{name.replace('/', '%2F')}")


@check("I.2.sync_multiple.files", "I.2.async_multiple.files")
async def writes_pages(arena: Arena) -> None:
    web = await open_web(arena, COUNT)
    program = await run(arena, web)
    for url, page in web.pages.items():
        verify(program, page, place_of(url))


@check("I.2.async_multiple.overlap")
async def overlap(arena: Arena) -> None:
    """Le site ne répond que quand plusieurs requêtes l'attendent, ou au bout d'un moment."""
    web = await open_web(arena, COUNT)
    web.site.hold_until(TOGETHER, patience=arena.job.patience)
    program = await run(arena, web)
    most = web.site.most_in_flight
    if most < min(TOGETHER, len(web.pages)):
        raise Wrong(
            "Les pages sont demandées l'une après l'autre."
            if most == 1
            else f"Jamais plus de {most} requêtes ne sont en cours en même temps.",
            expected=f"au moins {TOGETHER} requêtes en cours au même instant, sur {COUNT}",
            received=f"{most} au plus",
            timed_out=program.running,
        )


@check("I.2.sync_multiple.rough", "I.2.async_multiple.rough")
async def rough_list(arena: Arena) -> None:
    """Un fichier d'URL comme on en écrit : ligne vide, / final, http://."""
    web = await open_web(arena, COUNT)
    urls = list(web.pages)
    slashed = f"{_new_url(arena, web.site)}/"
    plain_url = _new_url(arena, web.site)
    if arena.setting.sandbox == "bwrap":
        plain_url = plain_url.replace("https://", "http://")
    for url in (slashed, plain_url):
        web.site.page(url)
    lines = [urls[0], "", slashed, urls[1], plain_url, *urls[2:], ""]
    program = await run(arena, web, lines=lines)
    if program.exception or not web.complete():
        raise Wrong(
            "Une ligne vide, un / final ou un http:// dans le fichier empêche de prendre les "
            f"autres pages. {program.exception}".strip(),
            sent="\n".join(lines),
            expected="\n".join(urls),
            received=program.last_lines,
            timed_out=program.running,
        )
    for url in (slashed, plain_url):
        if url.rstrip("/") not in web.asked:
            raise Wrong(
                f"{url} n'est pas demandée.",
                sent="\n".join(lines),
                expected=url,
                received="\n".join(sorted(web.asked)),
                credit=0.5,
            )
