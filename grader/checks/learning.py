"""Apprendre à lancer un script du web : où, et comment lui donner son URL ou son fichier.

Chaque essai décide du suivant : on cesse dès que la réponse ne peut plus changer, et ce qu'on dit
d'un échec est ce qu'a montré l'essai allé le plus loin.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.checks.web import COUNT, Given, Web, open_web, options, run
from grader.driving.arena import Arena
from grader.driving.failures import Wrong
from grader.driving.program import Program
from grader.driving.setting import Script
from grader.driving.timeline import Timeline
from grader.model.records import Launch

ANOTHER_FILE = "echo {url} > autre.txt\n{python} autre.txt"
HARD_CODED_CREDIT = 0.5
NEWLINE_CREDIT = 0.5
COMPUTING = (
    4.0  # secondes de processeur : bien plus que n'en prend un script avant sa première page
)
MAX_OPTIONS = 4
MAX_NAMES = 3
# Une autre façon de le lancer n'y changerait rien.
ANYWHERE = ("AttributeError", "IndexError", "NameError", "TypeError", "UnboundLocalError")
# Ce que lève une URL vide, celle d'après le dernier retour à la ligne.
EMPTY = ("IndexError", "ValueError", "requests.", "aiohttp.", "httpx.", "urllib", "IsADirectory")
USAGE = re.compile(r"usage|utilisation|required|unrecognized|argument|option|paramètre", re.I)
MISSING_FILE = re.compile(r"(?:FileNotFoundError|NotADirectoryError).*?'([^'\n]{1,200})'")
# Le dossier où il est lancé peut l'expliquer : un fichier, un module, un réglage manque.
ELSEWHERE = re.compile(r"FileNotFound|NotADirectory|No such file|ModuleNotFound|ImportError|KeyErr")
LIST_NAME = re.compile(r"[\w./ -]{1,80}\.(?:txt|csv|lst|list|url|urls|json|md)|[\w./-]*urls?", re.I)


@dataclass
class Attempt:
    """Un essai, et tout ce qu'il a montré."""

    launch: Launch
    web: Web
    program: Program
    timeline: Timeline
    doing: str  # ce que fait le script, s'il court encore
    endless: bool  # il calcule, ou écrit, sans fin
    asking: bool  # il attend qu'on tape une ligne

    @property
    def exception(self) -> str:
        return self.program.exception

    @property
    def usage(self) -> bool:
        """Vrai si le script refuse les arguments qu'on lui donne."""
        return not self.exception and bool(USAGE.search(self.program.since()))

    @property
    def reach(self) -> int:
        """Jusqu'où il est allé."""
        facts = (
            self.web.complete(),
            self.web.related,
            bool(self.web.asked),
            self.web.site.connections > 0,
            not self.usage and not self.asking,
        )
        return next((len(facts) - place for place, fact in enumerate(facts) if fact), 0)


class Learner:
    """Les essais d'un script, du premier au plus instructif."""

    def __init__(self, arena: Arena, script: Script) -> None:
        self.arena, self.script = arena, script
        self.single = arena.step.kind == "fetch"
        self.name = "{url}" if self.single else "{file}"
        self.attempts: list[Attempt] = []

    async def learn(self) -> Launch:
        for launch in self._launches():
            attempt = await self._try(launch)
            self.attempts.append(attempt)
            if attempt.web.complete():
                return self._learnt(attempt)
        raise self._verdict()

    @property
    def best(self) -> Attempt:
        return max(self.attempts, key=lambda one: one.reach)

    def _launches(self) -> Iterator[Launch]:
        """Les façons de le lancer, chacune d'après ce qu'ont donné les précédentes."""
        own = str(self.script.path.parent)
        yield Launch(own, (self.name,))
        first = self.attempts[0]
        if first.endless:
            return
        folder = own
        if own != "." and self._misplaced(first):
            yield Launch(".", (self.name,))
            folder = self.best.launch.folder
        if not self.best.web.related:
            yield from self._other_ways(folder)
        best = self.best
        if not best.web.related or best.exception:
            for name in self._fixed_names(best):
                note = f"La liste est toujours lue dans « {name} »."
                yield replace(best.launch, file=name, note=note)
        if not self.single and (best.web.related or best.exception.startswith(EMPTY)):
            yield replace(best.launch, unended=True)

    def _other_ways(self, folder: str) -> Iterator[Launch]:
        first = self.attempts[-1]
        if first.usage or first.web.asked:
            program = first.program if first.usage else None
            for option in options(self.script, program)[:MAX_OPTIONS]:
                note = f"L'argument s'annonce par {option}."
                yield Launch(folder, (option, self.name), note=note)
                if folder != "." and self._misplaced(self.attempts[-1]):
                    yield Launch(".", (option, self.name), note=note)
                if self.best.web.related or self.attempts[-1].exception.startswith(ANYWHERE):
                    return
        if first.asking or not self.best.reach:
            yield Launch(folder, (), note="Rien ne se passe en argument.")

    def _misplaced(self, attempt: Attempt) -> bool:
        """Vrai si le dossier où il est lancé peut expliquer qu'il n'aille pas plus loin."""
        return not attempt.web.asked and bool(ELSEWHERE.search(attempt.program.since()))

    def _fixed_names(self, best: Attempt) -> list[str]:
        """Les noms de fichier écrits dans le script, où il peut chercher sa liste."""
        strings = [text for source in self.script.sources for text in source.strings]
        present = {file.path.name for file in self.arena.setting.submission.files}
        missing = MISSING_FILE.findall(best.program.since())
        found = []
        for text in dict.fromkeys(strings):
            name = text.strip()
            wanted = name.rpartition("/")[2]
            known = wanted in present or any(one.endswith(wanted) for one in missing)
            safe = ".." not in name and (not name.startswith("/") or name.startswith("/tmp/"))
            if LIST_NAME.fullmatch(name) and wanted and known and safe:
                found.append(name)
        return found[:MAX_NAMES]

    async def _try(self, launch: Launch) -> Attempt:
        arena = self.arena
        arena.timeline = Timeline()
        web = await open_web(arena, 1 if self.single else COUNT, launch=launch)
        started: list[Program] = arena.programs

        def enough() -> bool:
            program = started[-1]
            return web.complete() or (not web.asked and program.computed > COMPUTING)

        program = await run(
            arena, web, Given(ended=True), script=self.script, launch=launch, enough=enough
        )
        running = program.running
        # Au bout du délai, sur une machine chargée, il n'a pu calculer autant.
        computing = running and not web.asked and program.computed > COMPUTING / 2
        attempt = Attempt(
            launch=replace(launch, answers=web.answers),
            web=web,
            program=program,
            timeline=arena.timeline,
            doing=arena.doing(program) if running or program.flooded else "",
            endless=program.flooded or computing,
            asking=running and arena.asks(program),
        )
        arena.timeline.closed = True
        await program.close()
        await web.site.close()
        return attempt

    def _learnt(self, attempt: Attempt) -> Launch:
        launch = attempt.launch
        if typed := [answer for answer in launch.answers if answer != "enter"]:
            what = "L'URL" if typed[-1] == "url" else "Le nom du fichier"
            launch = replace(launch, note=f"{what} se tape au clavier.")
        self.arena.tried = launch
        if launch.file:
            self.arena.launch = launch
            raise Wrong(
                f"Le script lit toujours « {launch.file} » : on ne peut pas choisir le fichier.",
                sent=self.attempts[0].web.sent,
                expected="le fichier donné en argument",
                received=launch.file,
                reproduce=(ANOTHER_FILE,),
                credit=HARD_CODED_CREDIT,
            )
        if launch.unended:
            self.arena.launch = launch
            self._blame_newline()
        return launch

    def _blame_newline(self) -> None:
        """Le même essai, à un retour à la ligne près, ne réussissait pas."""
        failed = max(self.attempts[:-1], key=lambda one: one.reach)
        self._show(failed)
        cause = f" ({failed.exception})" if failed.exception else ""
        raise Wrong(
            "Le retour à la ligne qui finit le fichier, comme tout fichier de texte, est pris pour "
            f"une URL de plus{cause}.",
            sent=failed.web.sent,
            expected="les pages demandées, avec ou sans ce dernier retour à la ligne",
            received=_asked(failed),
            credit=NEWLINE_CREDIT,
        ).showing(failed.program.last_lines)

    def _show(self, attempt: Attempt) -> None:
        """Le récit et la façon de lancer seront ceux de cet essai."""
        self.arena.timeline = attempt.timeline
        self.arena.tried = attempt.launch

    def _verdict(self) -> Wrong:
        """Ce que montre l'essai allé le plus loin."""
        best = self.best
        self._show(best)
        if best.web.related or not best.web.asked:
            return not_asked(best)
        urls = tuple(dict.fromkeys(request.url for request in best.web.site.requests))[:COUNT]
        self.arena.launch = replace(best.launch, urls=urls)
        return Wrong(
            hard_coded(self.arena, self.script, urls),
            sent=best.web.sent,
            expected="l'URL donnée en argument" if self.single else "celles du fichier donné",
            received="\n".join(urls),
            credit=HARD_CODED_CREDIT,
        ).showing(best.program.last_lines)


def hard_coded(arena: Arena, script: Script, urls: tuple[str, ...]) -> str:
    """Dans quel fichier de la copie se lit l'URL que demande toujours le script."""
    host, where = urls[0].partition("://")[2].partition("/")[0], "dans le script"
    strings = [text for source in script.sources for text in source.strings]
    if not any(host in text for text in strings):
        for file in arena.setting.submission.files:
            if not file.is_python and host.encode() in file.content:
                where = f"dans {file.path}"
                break
    return f"L'URL est écrite {where} : on ne peut pas la choisir."


def not_asked(attempt: Attempt) -> Wrong:
    web, exception = attempt.web, attempt.exception
    missing = [url for url in web.pages if url.rstrip("/") not in web.asked]
    what = "la page" if len(web.pages) == 1 else "toutes les pages"
    cause = f" ({exception})" if exception else ""
    if not exception and attempt.doing:
        cause = f" : il {attempt.doing}"
    return Wrong(
        f"Le script ne demande pas {what}{cause}.",
        sent=web.sent,
        expected="\n".join(missing) if web.asked or len(missing) == 1 else "une requête par URL",
        received=_asked(attempt),
        credit=HARD_CODED_CREDIT if 0 < len(missing) < len(web.pages) else 0.0,
        timed_out=bool(attempt.doing) and not attempt.endless,
    ).showing(attempt.program.last_lines)


def _asked(attempt: Attempt) -> str:
    return "\n".join(sorted(attempt.web.asked)) or attempt.program.last_lines


async def learn(arena: Arena, script: Script | None = None) -> Launch:
    """La façon de lancer ce script ; Wrong s'il ne demande pas les pages qu'on lui donne."""
    return await Learner(arena, script or arena.job.script).learn()
