"""Reconnaître un nom, d'une liste à l'autre : ni majuscules, ni accents, ni ordre ne comptent."""

import unicodedata

MAX_NAME = 200  # caractères ; le reste ne distingue plus personne, et coûterait à mettre en ordre


def folded(name: str) -> str:
    """Le même pour « Zoé  DURAND » et « zoé durand », quelle que soit leur façon de l'accentuer."""
    return " ".join(unicodedata.normalize("NFC", name[:MAX_NAME]).casefold().split())


def unordered(name: str) -> str:
    """Le même aussi pour « Durand Zoe » : chaque liste a son ordre, et garde ou non les accents."""
    letters = unicodedata.normalize("NFKD", folded(name).replace("-", " "))
    return " ".join(sorted("".join(c for c in letters if not unicodedata.combining(c)).split()))
