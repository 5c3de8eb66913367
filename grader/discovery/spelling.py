"""Retrouver les mots d'un nom : collés les uns aux autres, ou mal tapés."""

from grader.discovery.vocabulary import MEANINGS, ROMANS

# Les mots dont on comprend aussi les fautes de frappe : assez longs pour ne tromper personne.
_TYPED = [
    *("server", "serveur", "client", "sync", "async", "synchrone", "asynchrone", "multiple"),
    *("sleep", "print", "mesure", "measure", "benchmark"),
]
_GLUED = sorted(
    [word for word in MEANINGS if len(word) > 2 and word != "cli"] + ["ii", "iii", "iv", "vi"],
    key=lambda word: (-len(word), word),
)
MAX_WORD = 20  # au-delà, un mot n'est ni collé ni mal tapé : c'est autre chose


def split(token: str) -> tuple[list[str], int]:
    """Les mots connus d'un morceau de nom, et le nombre de bizarreries."""
    if token.isdigit() or token in MEANINGS or token in ROMANS:
        return [token], 0
    if len(token) > MAX_WORD:
        return [token], 1
    if parts := _unglued(token):
        return parts, 0
    for word in _GLUED:  # « websycn »
        rest = token.removeprefix(word)
        if rest != token and (typed := _mistyped(rest)):
            return [word, typed], 1
    return [_mistyped(token) or token], 1


def _unglued(token: str) -> list[str]:
    """« websyncmultiple » : web, sync, multiple. Vide si un bout n'est pas un mot connu."""
    if not token:
        return []
    for word in _GLUED:
        if token == word:
            return [word]
        if token.startswith(word) and (rest := _unglued(token.removeprefix(word))):
            return [word, *rest]
    return []


def _mistyped(token: str) -> str:
    """Le mot qu'on a voulu taper, ou "".

    La première lettre doit y être : c'est elle qui sépare « aync » de « sycn ».
    """
    if len(token) < 4:
        return ""
    close = [
        (distance, word)
        for word in _TYPED
        if word[0] == token[0]
        and (distance := _distance(token, word)) <= (2 if len(word) >= 8 else 1)
    ]
    return min(close)[1] if close else ""


def _distance(left: str, right: str) -> int:
    """Combien de lettres à ajouter, ôter, changer ou échanger avec leur voisine."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left):
        row = [i + 1]
        for j, b in enumerate(right):
            cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a != b))
            if i and j and (a, left[i - 1]) == (right[j - 1], b):
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before, previous = previous, row
    return previous[-1]
