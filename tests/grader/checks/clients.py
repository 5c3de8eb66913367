"""Des clients à juger : ceux de la copie modèle, retouchés, sur un port que donne le système."""

import socket
from pathlib import Path

from grader.model.records import Launch, Outcome
from tests.grader.checks.playing import Play, play
from tests.grader.variants import TEXTBOOK

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def source(step: str, *edits: tuple[str, str]) -> str:
    """Le client de cette étape dans la copie modèle, où l'on remplace chaque texte par un autre."""
    name = step.removesuffix(".client").replace(".", "_").lower()
    text = (TEXTBOOK / f"part2/chat_client_{name}.py").read_text("utf-8")
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def judged(
    folder: Path,
    step: str,
    check: Play | str,
    *edits: tuple[str, str],
    script: str = "",
    port: int = 0,
    deadline: float = 0.0,
) -> Outcome:
    """Ce que vaut ce client pour ce contrôle, une fois qu'on sait comment le lancer."""
    port = port or free_port()
    text = (script or source(step, *edits)).replace("8888", str(port))
    launch = Launch(host=HOST, port=port)
    return play(folder, step, text, check, launch=launch, deadline=deadline)
