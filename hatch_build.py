"""Ce dont a besoin le correcteur installé : les paquets du sujet, et son groupe de dépendances."""

import tomllib
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        root = Path(self.root)
        groups = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
        assignment = (root / "requirements.txt").read_text("utf-8").split()
        metadata["dependencies"] = [*assignment, *groups["grader"]]
