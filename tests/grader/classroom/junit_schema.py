"""Ce que dit junit-10.xsd, du plugin xUnit de Jenkins, que pytest garde dans ses sources.

Ce n'est pas le schéma : ses règles pour nos éléments, relues le 29 novembre 2026 (pytest 9.1.1).
`make groups` applique le vrai, là où pip trouve les sources de pytest.
"""

import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?")


class Rule(NamedTuple):
    required: frozenset[str]
    optional: frozenset[str]
    children: frozenset[str]
    text: bool = False


def rule(required: str, optional: str, children: str, *, text: bool = False) -> Rule:
    needed, possible, inside = (frozenset(n.split()) for n in (required, optional, children))
    return Rule(needed, possible, inside, text)


RULES = {
    "testsuites": rule("", "name time tests failures errors", "testsuite"),
    "testsuite": rule(
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url version",
        "testsuite properties testcase system-out system-err",
    ),
    "testcase": rule(
        "name",
        "time classname group",
        "skipped error failure rerunFailure rerunError flakyFailure flakyError "
        "system-out system-err",
    ),
    "failure": rule("", "type message", "", text=True),
    "error": rule("", "type message", "", text=True),
    "skipped": rule("", "type message", "", text=True),
}


def broken(element: ET.Element) -> list[str]:
    """Les règles que cet élément, ou l'un de ceux qu'il contient, ne suit pas."""
    allowed = RULES.get(element.tag)
    if not allowed:
        return [f"{element.tag} : inconnu"]
    given = frozenset(element.keys())
    found = [f"{element.tag} : sans {name}" for name in allowed.required - given]
    others = given - allowed.required - allowed.optional
    found += [f"{element.tag} : {name} de trop" for name in others]
    if element.tag in ("testsuites", "testsuite") and not TIME.fullmatch(element.get("time", "")):
        found.append(f"{element.tag} : durée {element.get('time')}")
    if not allowed.text and "".join([element.text or "", *(e.tail or "" for e in element)]).strip():
        found.append(f"{element.tag} : du texte")
    for child in element:
        if child.tag not in allowed.children:
            found.append(f"{element.tag} : contient {child.tag}")
        found += broken(child)
    return found
