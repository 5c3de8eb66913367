"""À quoi l'on reconnaît le fichier d'une étape : des règles, de la plus sûre à la moins sûre.

La première qui convient à un fichier et à une étape est la leur ; leurs exemples sont leurs tests.
Un nom qui dit l'étape n'est jamais démenti par le contenu : un serveur qui en serait mal un se
juge, il ne se cherche pas ailleurs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from grader.discovery.candidates import CHAT_PART, Candidate, Source, Target

Matches = Callable[[Target, Candidate], bool]


@dataclass(frozen=True)
class Rule:
    name: str
    matches: Matches
    examples: tuple[tuple[str, str, str], ...]  # un chemin, un contenu, le nom que donne le sujet
    sure: bool = True  # sinon, le nom ne suffisait pas, et le rapport le dit


def rank(target: Target, one: Candidate) -> int | None:
    """Le rang de la première règle qui convient ; None : ce fichier n'est pas de cette étape."""
    return next((at for at, rule in enumerate(RULES) if rule.matches(target, one)), None)


def _is_in_its_folder(target: Target, one: Candidate) -> bool:
    outer = one.outer[: len(target.outer)]
    return one.name == target.name and outer == target.outer and not one.is_copy


def _is_alias(target: Target, one: Candidate) -> bool:
    contradicted = one.number.source < Source.READ and one.number.value != target.number
    return one.name in target.aliases and not (target.role and contradicted)


def _known_by(source: Source) -> Matches:
    """De ce qu'il fallait savoir du fichier, le moins sûr vient de là."""

    def matches(target: Target, one: Candidate) -> bool:
        return _source(target, one) is source and (source is Source.READ or _suits(target, one))

    return matches


def _suits(target: Target, one: Candidate) -> bool:
    """Le fichier n'est pas sous un dossier d'une autre partie du sujet."""
    return not target.role or one.part == CHAT_PART


def _source(target: Target, one: Candidate) -> Source | None:
    return (_chat_source if target.role else _first_source)(target, one)


def _chat_source(target: Target, one: Candidate) -> Source | None:
    """Le rôle et le numéro de l'étape."""
    if not _may_chat(target, one) or one.number.value != target.number:
        return None
    return max(one.role.source, one.number.source)


def _may_chat(target: Target, one: Candidate) -> bool:
    if one.role.value != target.role or one.stem.topics - {"chat"}:
        return False
    if one.number.source is Source.READ and not one.names_the_chat:
        return False  # le contenu ne suffit que si le rôle ou le chat sont nommés
    return one.stem.part in (None, CHAT_PART)


def _first_source(target: Target, one: Candidate) -> Source | None:
    """Les scripts de la première partie : leur sujet, synchrones ou non, une page ou plusieurs."""
    if one.stem.roles or one.topic.value != target.topic:
        return None
    if target.topic == "measure":
        plain = not one.stem.oddities and not one.stem.modes
        return one.topic.source if plain or one.topic.source is Source.NAME else None
    if not _may_be_first(target, one) or one.mode.value != target.mode:
        return None
    return max(one.topic.source, one.mode.source)


def _may_be_first(target: Target, one: Candidate) -> bool:
    if len(one.stem.modes) > 1 or one.multiple != target.words.multiple:
        return False
    said = one.topic.source is Source.NAME or one.mode.source is not Source.READ_MODE
    return said or one.multiple  # sinon, aucun mot du nom ne parle de cette étape


def _is_plain_count(target: Target, one: Candidate) -> bool:
    """Le sujet ne dit pas « sync » dans ce nom-là : qu'un autre ne le dise pas est normal."""
    return (
        target.topic == "sleep"
        and target.mode == "sync"
        and _known_by(Source.READ_MODE)(target, one)
    )


def _is_any_count(target: Target, one: Candidate) -> bool:
    wanted = target.topic == "sleep" and target.mode == "sync" and not one.stem.roles
    told = one.topic.value == "sleep" and one.mode.source is Source.READ_MODE
    return wanted and told and _may_be_first(target, one)


def _is_client_of_step_4(target: Target, one: Candidate) -> bool:
    """L'étape 4 garde le client de la précédente."""
    client = (target.role, target.number, one.number.value) == ("client", 3, 4)
    return client and _may_chat(target, one)


def _is_elsewhere(sources: set[Source]) -> Matches:
    return lambda target, one: _source(target, one) in sources and not _suits(target, one)


def _is_near(target: Target, one: Candidate) -> bool:
    read = one.number.source is Source.READ and one.number.value
    gap = abs(one.number.value - target.number)
    return bool(target.role and read) and gap == 1 and _may_chat(target, one)


_SERVER, _CLIENT = "asyncio.start_server(", "asyncio.open_connection("
_PSEUDO, _ASYNC = "hello|pseudo", "async def"
RULES = (
    Rule(
        "le chemin du sujet",
        lambda target, one: one.path == target.path,
        (("part1/web_sync.py", "", "web_sync"),),
    ),
    Rule(
        "le nom du sujet, dans un dossier de ce nom",
        _is_in_its_folder,
        (("TP6/part1/web_sync.py", "", "web_sync"), ("Part 1/Web-Sync.py", "", "web_sync")),
    ),
    Rule(
        "le nom du sujet",
        lambda target, one: one.name == target.name,
        (("Chat Server II.5.py", "", "chat_server_ii_5"), ("websync.py", "", "web_sync")),
    ),
    Rule(
        "un autre nom de l'étape, que le numéro d'un dossier ne dément pas",
        _is_alias,
        (("compteur.py", "", "sleep_and_print"),),
    ),
    Rule(
        "tout ce qu'il faut, dans son nom",
        lambda target, one: _known_by(Source.NAME)(target, one) and not one.is_copy,
        (("serveur_2.py", "", "chat_server_ii_2"), ("requetes_aio.py", "", "web_async")),
    ),
    Rule(
        "le numéro dans son nom ou ses dossiers, le rôle dans son contenu",
        _known_by(Source.READ_ROLE),
        (("ii_5.py", _SERVER, "chat_server_ii_5"),),
    ),
    Rule(
        "tout ce qu'il faut, dans son nom ; mais c'est une copie, ou un brouillon",
        _known_by(Source.NAME),
        (("server_5 (1).py", "", "chat_server_ii_5"), ("old/web_aio.py", "", "web_async")),
    ),
    Rule(
        "son nom et ceux de ses dossiers",
        _known_by(Source.FOLDER),
        (("part2/3/server.py", "", "chat_server_ii_3"), ("part1/async/web.py", "", "web_async")),
    ),
    Rule(
        "tout ce qu'il faut, dans son nom ; mais sous le dossier d'une autre partie",
        _is_elsewhere({Source.NAME}),
        (("Partie 1/server_5.py", "", "chat_server_ii_5"),),
    ),
    Rule(
        "un mot du titre de l'étape",
        _known_by(Source.TITLE),
        (("serveur_deconnexion.py", "", "chat_server_ii_6"),),
    ),
    Rule(
        "un compte que rien ne dit asynchrone",
        _is_plain_count,
        (("dormir.py", "", "sleep_and_print"),),
    ),
    Rule(
        "le client de l'étape 4",
        _is_client_of_step_4,
        (("chat_client_ii_4.py", "", "chat_client_ii_3"),),
    ),
    Rule(
        "de quoi le reconnaître, mais sous le dossier d'une autre partie",
        _is_elsewhere({Source.READ_ROLE, Source.FOLDER, Source.TITLE}),
        (("Partie 1/5/server.py", "", "chat_server_ii_5"),),
    ),
    Rule(
        "le sujet dans son nom, le reste dans son contenu",
        _known_by(Source.READ_MODE),
        (("part1/page.py", _ASYNC, "web_async"),),
        sure=False,
    ),
    Rule(
        "le rôle ou le chat dans son nom, l'étape dans son contenu",
        _known_by(Source.READ),
        (("client_final.py", _CLIENT + _PSEUDO, "chat_client_ii_5"),),
        sure=False,
    ),
    Rule(
        "de même, à une étape près",
        _is_near,
        (("client_final.py", _CLIENT + _PSEUDO, "chat_client_ii_6"),),
        sure=False,
    ),
    Rule(
        "un compte, faute de mieux",
        _is_any_count,
        (("dormir.py", _ASYNC, "sleep_and_print"),),
        sure=False,
    ),
)
