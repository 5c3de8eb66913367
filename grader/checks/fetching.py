"""Étape I.2 : demander des pages, les écrire, toutes ensemble ou l'une après l'autre."""

import asyncio
from collections.abc import Coroutine
from pathlib import PurePosixPath

from grader.checks.learning import hard_coded, learn
from grader.checks.pages import MAX_PAGE, grown, verify
from grader.checks.reached import require_coroutines
from grader.checks.registry import check
from grader.checks.web import COUNT, PAGE, Given, Web, new_url, open_web, place_of, run
from grader.driving.arena import Arena
from grader.driving.failures import Unjudged, Wrong
from grader.driving.program import Program
from grader.driving.waiting import Wait, waits
from grader.model.records import Launch

TOGETHER = 3  # requêtes en cours au même instant, au moins, pour dire qu'elles vont ensemble
AGAIN = 2  # pages redemandées
STILL = 10  # regards de suite qui trouvent le script endormi, pour dire qu'il attend
LOOK = 0.02  # secondes d'un regard à l'autre
RESTLESS = 5.0  # secondes au bout desquelles on répond à un script qui ne dort jamais


@check("I.2.sync.requests", "I.2.async.requests")
async def requests_page(arena: Arena) -> Launch:
    return await learn(arena)


@check("I.2.sync_multiple.requests", "I.2.async_multiple.requests")
async def requests_pages(arena: Arena) -> Launch:
    return await learn(arena)


@check("I.2.sync.file", "I.2.async.file")
async def writes_page(arena: Arena) -> None:
    web = await open_web(arena, 1)
    program = await run(arena, web)
    (page,) = web.pages.values()
    verify(arena, program, page, PAGE)
    await _run_again(arena, web, program, [PAGE])


@check("I.2.sync_multiple.files", "I.2.async_multiple.files")
async def writes_pages(arena: Arena) -> None:
    web = await open_web(arena, COUNT)
    program = await run(arena, web)
    for url, page in web.pages.items():
        verify(arena, program, page, place_of(url))
    await _run_again(arena, web, program, list(map(place_of, web.pages)))


async def _run_again(arena: Arena, web: Web, program: Program, places: list[PurePosixPath]) -> None:
    """Relance le script là où il vient d'écrire, quand les mêmes URL donnent d'autres pages.

    Ce qu'il y trouve n'est que ce qu'il y a mis lui-même : rien n'y gêne une copie juste.
    """
    if arena.setting.sandbox == "none":  # il y trouve déjà ce que la personne y a laissé
        return
    old = dict(list(web.pages.items())[:AGAIN])
    planted = {
        place: content
        for place, _ in zip(places, old, strict=False)
        if (content := program.cell.read(place, MAX_PAGE)) is not None
    }
    await program.close()
    new = {url: web.site.page(url, body=web.site.find(f"{url}?suite").body) for url in old}
    again = Web(web.site, new)
    second = await run(arena, again, Given(planted=planted))
    for place, url in zip(places, old, strict=False):
        if wrong := grown(second, new[url], place, old[url]):
            raise wrong


def _chosen(arena: Arena, least: int) -> None:
    """Wrong si le script n'en fait qu'à sa tête, et que trop peu d'URL sont écrites en lui."""
    script = arena.job.script
    if script.launch.urls and len(script.launch.urls) < least:
        arena.tried = script.launch
        raise Wrong(hard_coded(arena, script, script.launch.urls))


@check("I.2.async_multiple.overlap")
async def overlap(arena: Arena) -> None:
    """Le site ne répond que quand plusieurs requêtes l'attendent, ou que le script s'est endormi
    sans en envoyer d'autre."""
    _chosen(arena, 2)
    web = await open_web(arena, COUNT)
    least = min(TOGETHER, len(web.pages))

    async def release() -> None:
        while True:
            gate = web.site.hold_until(least, patience=RESTLESS * arena.job.patience)
            await _asleep(arena, web)
            gate.open()

    program = await _run_while(arena, web, release())
    most = web.site.most_in_flight
    if most < least:
        raise Wrong(
            "Les pages sont demandées l'une après l'autre : le script est séquentiel."
            if most == 1
            else f"Jamais plus de {most} requêtes ne sont en cours en même temps.",
            sent=web.sent,
            expected=f"au moins {least} requêtes en cours au même instant, sur {len(web.pages)}",
            received=f"{most} au plus",
            timed_out=program.running,
        )


@check("I.2.async.asynchronous", "I.2.async_multiple.asynchronous")
async def asynchronous(arena: Arena) -> None:
    """Pendant que le site retient ses réponses, un seul sélecteur attend toutes les connexions."""
    _chosen(arena, 1 if arena.step.kind == "fetch" else 2)
    web = await open_web(arena, 1 if arena.step.kind == "fetch" else COUNT)
    gate = web.site.hold_until(len(web.pages) + 1, patience=3600)
    asleep: list[Wait] = []
    held: set[int] = set()

    async def watch() -> None:
        try:
            asleep.extend(await _asleep(arena, web))
            held.update(_held(arena, web))
        finally:
            gate.open()

    program = await _run_while(arena, web, watch())
    if not held:
        raise Wrong(
            "Le script ne demande aucune page.",
            received=program.last_lines,
            timed_out=program.running,
        )
    if not all(wait.known for wait in asleep):
        raise Unjudged("le système ne dit pas où dort un programme")
    if not any(held <= wait.sockets and _loops(wait) for wait in asleep):
        raise Wrong(
            "Les réponses ne sont pas attendues dans une même boucle d'événements."
            if len(held) > 1
            else "La réponse n'est pas attendue dans une boucle d'événements.",
            sent=web.sent,
            expected="un seul fil, qui dort dans la boucle d'événements et y attend "
            + (f"les {len(held)} connexions" if len(held) > 1 else "la connexion"),
            received=_how(asleep, held),
        )
    await require_coroutines(arena, program, ("get_content",))


async def _run_while(arena: Arena, web: Web, watch: Coroutine[None, None, None]) -> Program:
    """Lance le script, pendant que `watch` décide de ce que le site retient."""
    watching = asyncio.create_task(watch)
    try:
        return await run(arena, web)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _asleep(arena: Arena, web: Web) -> list[Wait]:
    """Où dort le script quand ses requêtes sont parties, et que plus rien ne bouge."""
    before: tuple[object, ...] = ()
    still = 0
    while True:
        await asyncio.sleep(LOOK)
        if not arena.programs or not web.site.in_flight:
            continue
        found = waits(arena.programs[-1].processes())
        now = (web.site.in_flight, *((wait.thread, wait.turns) for wait in found or ()))
        still = still + 1 if found and now == before else 0
        before = now
        if found and still >= STILL:
            return found


def _held(arena: Arena, web: Web) -> set[int]:
    """Les sockets, côté script, des requêtes que le site retient."""
    ends = [arena.diag.connection(*request.ends) for request in web.site.waiting]
    return {end.inode for end in ends if end and end.inode}


def _loops(wait: Wait) -> bool:
    """Vrai d'une boucle d'événements : elle attend aussi qu'un autre fil la réveille ; le poll()
    de requests, qui borne son attente, ne regarde que sa connexion."""
    return wait.selector and len(wait.descriptors) > 1


def _how(asleep: list[Wait], held: set[int]) -> str:
    waiting = [wait for wait in asleep if wait.sockets & held]
    if len(waiting) > 1:
        return f"{len(waiting)} fils, qui attendent chacun de leur côté"
    return "un fil qui attend hors de toute boucle d'événements (requests, urllib)"


@check("I.2.sync_multiple.rough", "I.2.async_multiple.rough")
async def rough_list(arena: Arena) -> None:
    """Un fichier d'URL comme on en écrit : ligne vide, / final, http://."""
    _chosen(arena, COUNT + 1)
    web = await open_web(arena, COUNT)
    urls = list(web.pages)
    slashed = f"{new_url(arena, web.site)}/"
    plain_url = new_url(arena, web.site)
    if arena.setting.sandbox == "bwrap":
        plain_url = plain_url.replace("https://", "http://")
    for url in (slashed, plain_url):
        web.site.page(url)
    # Qui prend le dernier retour à la ligne pour une URL vide l'a déjà entendu.
    empty = [] if arena.job.script.launch.unended else [""]
    lines = [urls[0], *empty, slashed, urls[1], plain_url, *urls[2:]]
    program = await run(arena, web, Given(lines))
    if program.exception or not web.complete():
        raise Wrong(
            "Une ligne vide, un / final ou un http:// dans le fichier empêche de prendre les "
            f"autres pages. {program.exception}".strip(),
            sent=web.sent,
            expected="\n".join(urls),
            received=program.last_lines,
            timed_out=program.running,
        )
    for url in (slashed, plain_url):
        if url.rstrip("/") not in web.asked:
            raise Wrong(
                f"{url} n'est pas demandée.",
                sent=web.sent,
                expected=url,
                received="\n".join(sorted(web.asked)),
                credit=0.5,
            )
