"""Dans quel encodage un script a été enregistré, quand Python ne peut pas le lire."""

import codecs

# Ceux des éditeurs d'ici, le plus courant d'abord.
_USUAL = {
    "cp1252": "Windows-1252 (ou latin-1)",
    "mac_roman": "Mac OS Roman",
    "cp850": "CP850 (MS-DOS)",
}
# Ce qu'un Français écrit hors de l'ASCII : d'autres signes trahissent un mauvais encodage.
_FRENCH = frozenset("àâæçéèêëîïôœöùûüÿÀÂÆÇÉÈÊËÎÏÔŒÖÙÛÜŸ«»’‘“”–—…€°•·²³½×\xa0")
_MARKS = (  # les plus longues d'abord : la marque de l'UTF-32 commence par celle de l'UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_ENOUGH = 20_000  # octets examinés


def unreadable(source: bytes) -> str:
    """Pourquoi Python n'a pu décoder ce script, en français."""
    if name := _recorded(source):
        return f"illisible : enregistré en {name}, alors que Python attend de l'UTF-8"
    if b"\0" in source:
        return "illisible : contient des octets nuls, ce n'est pas du texte"
    return "illisible : ni de l'UTF-8, ni l'encodage annoncé"


def _recorded(source: bytes) -> str:
    """Le nom de l'encodage ; vide si rien ne le dit."""
    for mark, name in _MARKS:
        if source.startswith(mark):
            return name
    start = source[:_ENOUGH]
    if b"\0" in start:  # de l'UTF-16 sans marque : un octet nul sur deux
        empty = [half.count(0) > 0.8 * len(half) for half in (start[::2], start[1::2])]
        return "UTF-16" if any(empty) and not all(empty) else ""
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        unusual = {codec: _unusual(source, codec) for codec in _USUAL}
        best = min(unusual, key=lambda codec: unusual[codec])
        return _USUAL[best] if not unusual[best] else ""
    return ""  # c'est bien de l'UTF-8 : c'est l'encodage annoncé qui est faux


def _unusual(source: bytes, codec: str) -> int:
    """Combien de ses signes un Français n'écrirait pas, ainsi décodé."""
    text = source.decode(codec, "replace")
    return sum(char > "\x7f" and char not in _FRENCH for char in text)
