"""Ce qu'ont en commun les attaques : leurs ordres, l'aveu de leurs succès, une mine innocente."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Ce que le test leur confie : un port, un secret à trouver…
orders: dict[str, Any] = json.loads(Path(__file__).with_name("ordres.json").read_text("utf-8"))


def succeeded(what: str) -> None:
    print(f"RÉUSSI : {what}", flush=True)


@contextlib.contextmanager
def attempt(what: str) -> Iterator[None]:
    """Ce qui suit est une attaque : aller jusqu'au bout, sans exception, c'est réussir."""
    try:
        yield
    except Exception:  # peu importe ce qui l'arrête
        return
    succeeded(what)


def behave() -> None:
    """Fait le travail de l'étape I.1 : qui en arrive là a survécu, et a tous ses points."""
    for _ in range(2):
        for number in range(1, 11):
            print(number, flush=True)
