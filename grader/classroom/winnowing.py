"""Les empreintes d'une suite : peu nombreuses, et communes à deux suites qui se copient.

L'algorithme est celui de S. Schleimer, D. S. Wilkerson et A. Aiken, « Winnowing: Local Algorithms
for Document Fingerprinting », SIGMOD 2003 : de chaque fenêtre de `window` grammes, on garde celui
dont le condensé est le plus petit. Deux suites qui ont en commun `window + size - 1` éléments
d'affilée ont alors une empreinte commune au moins ; moins de `size` éléments n'en donnent jamais.
"""

import zlib
from collections.abc import Sequence


def grams(codes: bytes, size: int) -> list[bytes]:
    """Toutes les suites de `size` octets, une par position de départ."""
    return [codes[start : start + size] for start in range(len(codes) - size + 1)]


def hashed(gram: bytes) -> int:
    """Un condensé d'apparence quelconque, le même à chaque lancement ; hash() en change."""
    return zlib.crc32(gram)


def winnow(hashes: Sequence[int], window: int) -> list[int]:
    """Les positions gardées, croissantes ; une suite plus courte qu'une fenêtre en est une.

    C'est la version robuste (définition 4 de l'article) : à égalité, le condensé déjà gardé dans la
    fenêtre précédente, sinon le plus à droite. Un script qui se répète en laisse ainsi très peu.
    """
    kept: list[int] = []
    for end in range(min(window, len(hashes)), len(hashes) + 1 if hashes else 0):
        start, last = max(0, end - window), end - 1
        if not kept or kept[-1] < start:
            kept.append(min(range(start, end), key=lambda position: (hashes[position], -position)))
        elif hashes[last] < hashes[kept[-1]]:
            kept.append(last)
    return kept
