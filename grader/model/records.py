"""Ce que le correcteur se dit d'un étage à l'autre : étapes, verdicts, preuves, rapport.

Les durées et les instants sont en secondes ; les instants partent du début du contrôle. Les textes
venus de la copie sont gardés tels quels : c'est à qui les montre de les neutraliser.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from grader.model.version import VERSION

REPORT_VERSION = 2


class RefusedError(Exception):
    """Ce qui empêche de juger ; le message, en français, se montre tel quel."""


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # ce dont il dépend a échoué : une cause, une ligne rouge
    NOT_SUBMITTED = "not_submitted"
    UNSTABLE = "unstable"  # deux essais se contredisent
    NOT_JUDGED = "not_judged"  # la machine ou le temps a manqué : n'apporte ni ne coûte rien
    ERROR = "error"  # le correcteur s'est trompé : n'apporte ni ne coûte rien
    PARTIAL = "partial"  # d'une étape seulement : des points, et pas tous


UNJUDGED = frozenset({Verdict.NOT_JUDGED, Verdict.ERROR})  # hors de la note


class Match(StrEnum):
    """Jusqu'où un texte reçu ressemble au texte attendu."""

    EXACT = "exact"  # à l'octet près
    TOLERANT = "tolerant"  # aux couleurs et aux blancs des bords près : compte autant
    WORD = "word"  # le mot tiré au sort y est, la phrase non
    NONE = "none"


Kind = Literal["script", "fetch", "fetch_many", "measure", "server", "client"]


@dataclass(frozen=True)
class Check:
    """Un contrôle, tel que steps.toml le décrit."""

    id: str  # « II.5.server.joins »
    title: str
    asks: str  # ce que le sujet demande
    points: float
    deadline: float  # attente la plus longue d'une réponse de la copie
    needs: tuple[str, ...]  # les contrôles sans lesquels celui-ci n'a pas de sens
    static: bool  # se juge dans le texte du script, qui n'est pas lancé
    hints: tuple[str, str, str]  # du plus vague au plus précis
    reproduce: tuple[str, ...]  # commandes à coller, avec {script}, {host}, {port}…


@dataclass(frozen=True)
class Step:
    """Une étape du TP : un script à rendre."""

    id: str  # « II.5.server »
    title: str
    kind: Kind
    file: str  # le nom que donne le sujet, depuis la racine
    aliases: tuple[str, ...]  # d'autres noms rencontrés, sans dossier ni extension
    needs: tuple[str, ...]  # les étapes sans lesquelles celle-ci n'a pas de sens
    checks: tuple[Check, ...]

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)


EventKind = Literal[
    "start",  # un programme démarre ; text : sa ligne de commande
    "exit",  # il finit ; text : son code de sortie
    "typed",  # on tape ceci dans son terminal
    "screen",  # il écrit ceci dans son terminal
    "connect",  # une connexion s'ouvre ; text : « IP:port → IP:port »
    "sent",  # le correcteur envoie ceci
    "received",  # le correcteur reçoit ceci
    "close",  # fin annoncée (FIN)
    "reset",  # disparition (RST)
    "request",  # une page est demandée au faux Internet ; text : « GET https://… »
    "response",  # elle est donnée ; text : « 200, 1234 octets »
    "note",  # ce que le correcteur conclut ou décide
]


@dataclass
class Event:
    """Un fait, sur la ligne de vie d'un acteur."""

    actor: str  # « serveur », « client A », « it4 (10.1.2.3:4567) », « site »…
    kind: EventKind
    text: str
    at: float


@dataclass
class Failure:
    """Pourquoi un contrôle échoue, preuves à l'appui. Vide : sans objet."""

    message: str  # une phrase, en français
    sent: str = ""  # ce que le correcteur a envoyé ou tapé
    expected: str = ""
    received: str = ""
    match: Match | None = None
    output: str = ""  # les dernières lignes du programme
    reproduce: tuple[str, ...] = ()  # commandes à coller, prêtes


@dataclass
class Outcome:
    """Un essai d'un contrôle."""

    credit: float  # de 0 (rien) à 1 (tout)
    failure: Failure | None = None
    error: str = ""  # trace du correcteur, quand c'est lui qui se trompe
    unjudged: str = ""  # ce qui a manqué pour juger, en français : la machine, le temps
    timed_out: bool = False  # l'échec ne prouve rien : l'attente fut trop courte, la mémoire manqua
    notes: list[str] = field(default_factory=list)  # ce qui n'ôte rien, mais se dit
    timeline: list[Event] = field(default_factory=list)
    launch: "Launch | None" = None  # la façon de lancer, apprise par le premier contrôle
    tried: "Launch | None" = None  # celle de l'essai jugé, quand il n'a rien appris
    seconds: float = 0.0


@dataclass(frozen=True)
class Launch:
    """Comment lancer le script d'une étape, et où le trouver ensuite."""

    folder: str = ""  # dossier de travail, depuis la racine de la copie
    arguments: tuple[str, ...] = ()  # avec {url}, {file}, {host}, {port}
    answers: tuple[str, ...] = ()  # les questions auxquelles il faut répondre : "url", "file"…
    host: str = ""  # où le serveur écoute, ou bien où le client se connecte
    port: int = 0
    urls: tuple[str, ...] = ()  # les URL écrites dans le script, quand on ne peut les choisir
    note: str = ""  # ce qui sort de l'ordinaire, en français
    file: str = ""  # le nom qu'a toujours la liste d'URL, quand le script n'en lit pas d'autre
    unended: bool = False  # la liste ne doit pas finir par un retour à la ligne


@dataclass
class CheckResult:
    check: Check
    verdict: Verdict
    earned: float = 0.0  # points
    cause: str = ""  # SKIPPED : l'identifiant de ce qui a échoué ; NOT_JUDGED : ce qui a manqué
    trial: Outcome = field(default_factory=lambda: Outcome(0.0))  # l'essai qui a été jugé
    runs: int = 0  # essais joués
    seconds: float = 0.0  # de tous les essais

    @property
    def failure(self) -> Failure | None:
        return self.trial.failure

    @property
    def error(self) -> str:
        return self.trial.error

    @property
    def notes(self) -> list[str]:
        return self.trial.notes

    @property
    def timeline(self) -> list[Event]:
        return self.trial.timeline

    @property
    def points(self) -> float:
        """Ce que compte ce contrôle dans la note : rien s'il n'a pu être jugé."""
        return 0.0 if self.verdict in UNJUDGED else self.check.points


@dataclass
class StepResult:
    step: Step
    verdict: Verdict
    checks: list[CheckResult]
    file: str = ""  # le script jugé, depuis la racine de la copie
    others: list[str] = field(default_factory=list)  # les autres candidats, écartés
    python: str = ""  # « 3.12.1 »
    launch: Launch | None = None
    note: str = ""

    @property
    def earned(self) -> float:
        return sum(result.earned for result in self.checks)

    @property
    def points(self) -> float:
        """Sur combien on a pu la juger."""
        return sum(result.points for result in self.checks)


@dataclass
class Report:
    folder: str
    seed: int
    sandbox: Literal["bwrap", "none"]
    steps: list[StepResult]
    notes: list[str] = field(default_factory=list)  # fichiers ignorés, bac à sable absent…
    selection: tuple[str, ...] = ()  # étapes demandées ; vide : toutes
    content: str = ""  # l'empreinte de la copie : ce qui a changé depuis est à juger de nouveau
    seconds: float = 0.0
    version: int = REPORT_VERSION
    grader: str = VERSION  # la version du correcteur, qui seule explique certaines différences
    date: datetime = field(default_factory=lambda: datetime.now().astimezone())

    @property
    def points(self) -> float:
        """Sur combien on a pu juger : les contrôles qui n'ont pu l'être n'y sont pas."""
        return sum(result.points for result in self.steps)

    @property
    def possible(self) -> float:
        """Ce que valent en tout les étapes demandées."""
        return sum(result.step.points for result in self.steps)

    @property
    def earned(self) -> float:
        return sum(result.earned for result in self.steps)
