"""Ce qu'ont en commun nos pages web : un gabarit où rien d'une copie n'agit, une feuille à nous.

Deux gardes pour un texte de la copie : `harmless` neutralise tout ce qu'écrit le gabarit, puis
jinja2 l'échappe. Les filtres, eux, bornent.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wording.harmless import visible


def environment(room: str, filters: Mapping[str, Callable[..., object]]) -> Environment:
    """De quoi lire les gabarits de grader/ROOM, avec ces filtres."""
    made = Environment(
        loader=PackageLoader("grader", room),
        autoescape=True,
        finalize=harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters
    return made


def harmless(value: Any) -> Any:
    """Ce qu'une expression du gabarit s'apprête à écrire."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, newlines=True)
    return value


def ours(room: str, file: str) -> Markup:
    """Notre feuille, notre script : tels quels dans la page, qui n'admet qu'eux."""
    return Markup(resources.files(f"grader.{room}").joinpath(file).read_text("utf-8"))


def digest(text: str) -> str:
    """L'empreinte qui fait admettre ce texte par la page (Content-Security-Policy)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
