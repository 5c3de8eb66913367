"""Un script en jetons : ce qu'il en reste quand on a changé les noms, les textes, la mise en page.

Un lexique à nous plutôt que `tokenize` : il ne refuse rien, et une copie peut ne pas se lire ; il
lit de même sous tous les Python, alors que les f-chaînes y ont changé ; son temps est linéaire.
"""

import itertools
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from wording.numbers import count

MAX_BYTES = 100_000  # d'un script : ceux du TP en font quelques milliers
MAX_TOKENS = 4_000  # cinq cents lignes : au-delà, ce n'est plus l'étape d'un TP

# Aucun retour en arrière : chaque répétition est possessive (« *+ »), et des blancs mènent toujours
# à quelque chose, ne serait-ce qu'à la fin.
_LEXER = re.compile(
    r'''
    (?: [^\S\n]++ | \#[^\n]*+ | \\\n )*+
    (?:
      (?P<end>     \n | ; | \Z )
    | (?P<string>  [bfrtu]{0,2} (?: """ (?: [^\\"]++ | \\. | "(?!"") )*+ (?: """ )?
                                  | \'\'\' (?: [^\\']++ | \\. | '(?!'') )*+ (?: \'\'\' )?
                                  | " (?: [^\\"\n]++ | \\. )*+ "?
                                  | ' (?: [^\\'\n]++ | \\. )*+ '? ) )
    | (?P<number>  \.? [0-9] [\w.]*+ )
    | (?P<name>    \w++ )
    | (?P<sign>    \*\*= | //= | >>= | <<= | \.\.\. | -> | := | \*\* | // | >> | <<
                 | [-+*/%@&|^=!<>]= | . )
    )
    ''',
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
# Un octet par sorte de jeton. Les noms qu'on se choisit n'en font qu'une, comme les textes.
_SIGNS = "**= //= >>= <<= ... -> := ** // >> << -= += *= /= %= @= &= |= ^= == != <= >= ( ) [ ] { }"
_KINDS = (
    "string",
    "number",
    "name",
    "other",
    *keyword.kwlist,
    *_SIGNS.split(),
    *"-+*/%@&|^=<>.,:~",
)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_IMPORTS = frozenset({"import", "from"})


@dataclass(frozen=True)
class Tokens:
    """Les jetons d'un script, et la ligne où chacun commence."""

    codes: bytes  # un octet par jeton : sa sorte
    lines: tuple[int, ...]  # la première est 1
    note: str = ""  # ce qui n'a pas été lu, en français


def tokens(source: bytes) -> Tokens:
    """Les jetons de ce script, sans commentaires, docstrings ni imports ; toujours une réponse.

    Les imports n'y sont pas : le sujet dit lesquels, et leur ordre ne dit rien de qui écrit.
    """
    if b"\0" in source:
        return Tokens(b"", (), "illisible : contient des octets nuls, ce n'est pas du texte")
    note = "" if len(source) <= MAX_BYTES else f"lu jusqu'à {count(MAX_BYTES, 'octet')}"
    found = list(itertools.islice(_kept(readable(source[:MAX_BYTES])), MAX_TOKENS + 1))
    if len(found) > MAX_TOKENS:
        note = f"lu jusqu'à {count(MAX_TOKENS, 'jeton')}"
    found = found[:MAX_TOKENS]
    return Tokens(bytes(code for code, _ in found), tuple(line for _, line in found), note)


def readable(source: bytes) -> str:
    """Ce script en texte, quel que soit son encodage ; ses lignes sont celles de `Tokens`."""
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:  # du Windows-1252, ou coupé au milieu d'une lettre : c'est assez
        text = source.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _kept(text: str) -> Iterator[tuple[int, int]]:
    """Le code et la ligne des jetons qui comptent, une instruction après l'autre."""
    for statement in _statements(text):
        words = [word for word, _ in statement]
        if words[0] in _IMPORTS or words == ["string"]:  # une docstring, un texte en commentaire
            continue
        for word, line in statement:
            yield _CODES.get(word, _CODES["other"]), line


def _statements(text: str) -> Iterator[list[tuple[str, int]]]:
    """Les instructions, sans blancs : des noms de sortes, et leurs lignes."""
    statement: list[tuple[str, int]] = []
    line, depth = 1, 0
    for match in _LEXER.finditer(text):
        kind = match.lastgroup or ""
        word = match[kind]
        newlines = match[0].count("\n")
        if kind == "end":
            if statement and not depth:
                yield statement
                statement = []
        else:
            if kind == "sign":
                depth = max(0, depth + (word in _OPENING) - (word in _CLOSING))
            start = line + newlines - word.count("\n")
            named = word if kind == "sign" or keyword.iskeyword(word) else kind
            # Deux textes côte à côte n'en font qu'un.
            if named != "string" or not statement or statement[-1][0] != "string":
                statement.append((named, start))
        line += newlines
    if statement:
        yield statement
