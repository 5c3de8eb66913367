"""Le web d'un contrôle : les pages que le script doit demander, et son passage."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from grader.checks.ending import finish
from grader.driving.arena import Arena
from grader.driving.program import Program
from grader.driving.prompts import converse
from grader.driving.setting import Script
from grader.model.records import Launch
from grader.world.site import Page, Site

PAGE = PurePosixPath("/tmp/web_page")
COUNT = 10  # URL dans un fichier, comme le dit le sujet


@dataclass
class Web:
    """Le site, les pages que le script doit y prendre, et ce qu'on lui a donné."""

    site: Site
    pages: dict[str, Page]
    answers: tuple[str, ...] = ()  # ce qu'il a fallu taper
    sent: str = ""  # l'URL, ou le contenu du fichier
    name: str = ""  # du fichier qui les énumère
    lasted: float = 0.0  # secondes, démarrage de Python compris

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


@dataclass(frozen=True)
class Given:
    """Ce que contient le fichier d'URL, quand ce n'est pas une page par ligne."""

    lines: Sequence[str] | None = None
    ended: bool = False  # finit-il par un retour à la ligne ?
    planted: dict[PurePosixPath, bytes] = field(default_factory=dict)  # déjà dans /tmp


def nonce_of(page: Page) -> str:
    """Ce qui n'est que dans cette page, et en prouve la provenance."""
    return page.body.partition(b"<title>")[2].partition(b"<")[0].decode()


def place_of(url: str) -> PurePosixPath:
    """/tmp/web_<URL>, l'URL sans son https://."""
    name = url.removeprefix("https://").removeprefix("http://").rstrip("/")
    return PurePosixPath(f"/tmp/web_{name.replace('/', '%2F')}")


async def open_web(
    arena: Arena, count: int, *, latency: float = 0.0, launch: Launch | None = None
) -> Web:
    """`count` pages neuves, ou celles dont le script de `launch` a écrit les URL en lui."""
    site = await arena.open_site()
    launch = launch or arena.job.script.launch
    urls = launch.urls or [new_url(arena, site) for _ in range(count)]
    return Web(site, {url: site.page(url, latency=latency) for url in urls})


def new_url(arena: Arena, site: Site) -> str:
    if arena.setting.sandbox == "none":  # sans DNS à soi, seules les adresses de la machine
        return f"https://127.0.0.1:{site.https_port}/{arena.words.word()}"
    return f"https://www.{arena.words.word()}.fr"


async def run(
    arena: Arena,
    web: Web,
    given: Given = Given(),
    *,
    script: Script | None = None,
    launch: Launch | None = None,
    enough: Callable[[], object] = bool,
) -> Program:
    """Lance le script sur les pages de `web`, comme on a appris à le faire ou comme le dit
    `launch` ; jusqu'à sa fin, ou jusqu'à `enough`."""
    script = script or arena.job.script
    launch = launch or script.launch
    loop = asyncio.get_running_loop()
    started = loop.time()
    program = await _start(arena, web, given, replace(script, launch=launch))
    answers = {"enter": ""}
    silent: tuple[str, ...] = ()
    if not launch.arguments and not launch.file:
        answers |= {"url": next(iter(web.pages)), "file": web.name}
        silent = ("url", "file") if arena.step.kind == "fetch" else ("file", "url")

    def begun() -> bool:
        return bool(web.asked or enough())

    web.answers = tuple(await converse(arena, program, answers, begun, silent=silent))
    if begun() or not arena.asks(program):
        web.answers += await finish(arena, program, arena.check.deadline, enough)
    web.lasted = loop.time() - started
    return program


async def _start(arena: Arena, web: Web, given: Given, script: Script) -> Program:
    launch = script.launch
    urls = list(web.pages)
    # Au hasard, que le script ne puisse le deviner ; ou celui qu'il veut.
    web.name = name = launch.file or f"{arena.words.word()}.txt"
    single = arena.step.kind == "fetch"
    web.sent = "\n".join(given.lines or (urls[:1] if single else urls))
    if given.ended and not launch.unended and not single:
        web.sent += "\n"
    values = {"url": urls[0], "file": name}
    arguments = [argument.format(**values) for argument in launch.arguments]
    files: dict[str, str] = {}
    planted = dict(given.planted)
    if name.startswith("/"):
        planted[PurePosixPath(name)] = web.sent.encode()
    elif not single or launch.file:
        files = {name: web.sent}
    return await arena.start(arguments, script=script, files=files, planted=planted)


def options(script: Script, program: Program | None = None) -> list[str]:
    """Les options que le script déclare, ou que son mode d'emploi énumère."""
    found = [text for source in script.sources for text in source.strings if OPTION.fullmatch(text)]
    if program:
        found += OPTION.findall(program.since())
    named = {name.rstrip("=") for name in found} - IGNORED
    known = [name for name in ("-u", "--url", "-f", "--file") if name in named]
    return [*known, *sorted(named - set(known))]


OPTION = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*=?")
IGNORED = {"-h", "--help", "--version", "-v", "--verbose", "-c", "-m"}
