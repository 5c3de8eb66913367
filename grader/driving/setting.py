"""Ce que tous les contrôles d'une correction ont en commun."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from grader.discovery.files import Submission
from grader.discovery.sources import SourceFacts
from grader.model.records import Check, Launch, Step
from grader.sandbox.cell import Runtime
from grader.sandbox.limits import CellLimits
from grader.world.authority import Authority


@dataclass(frozen=True)
class Script:
    """Le script d'une étape, tel qu'on l'a trouvé dans la copie."""

    path: PurePosixPath  # depuis la racine de la copie
    runtime: Runtime
    version: str  # de Python
    sources: tuple[SourceFacts, ...]  # le sien, et ceux des fichiers qu'il importe
    launch: Launch = field(default_factory=Launch)


@dataclass(frozen=True)
class Setting:
    sandbox: Literal["bwrap", "none"]
    place: Path  # là où l'arène monte ce qu'elle prépare ; sans elle, un dossier temporaire
    submission: Submission
    limits: CellLimits = field(default_factory=CellLimits)
    alarms: int = -1  # le descripteur où le chien de garde dit ce qu'il arrête, s'il y en a un
    authority: Authority = field(default_factory=Authority)


@dataclass(frozen=True)
class Job:
    """Un essai d'un contrôle."""

    step: Step
    check: Check
    scripts: Mapping[str, Script]  # par étape
    seed: int
    patience: float = 1.0  # multiplie les attentes

    @property
    def script(self) -> Script:
        return self.scripts[self.step.id]
