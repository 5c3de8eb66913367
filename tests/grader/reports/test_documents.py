"""Ce qu'ont en commun nos pages : rien d'une copie n'y agit."""

import base64
import hashlib

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from grader.reports.documents import digest, environment, harmless, ours


def rendered(template: str, **values: object) -> str:
    filters = {"twice": lambda text: text * 2}
    return environment("reports", filters).from_string(template).render(**values)


def test_a_text_is_neutralised_then_escaped() -> None:
    assert rendered("{{ text }}", text="\x1b[2J<b>\n") == "␛[2J&lt;b&gt;\n"
    assert rendered("{{ text | twice }}", text="\u202e") == harmless("\u202e") * 2
    assert "\u202e" not in rendered("{{ text }}", text="\u202e")


def test_what_is_ours_stays_as_it_is() -> None:
    assert rendered("{{ text }}", text=Markup("<b>")) == "<b>"
    assert rendered("{{ number }}", number=3) == "3"
    style = ours("reports", "page.css")
    assert rendered("{{ style }}", style=style) == str(style)
    assert isinstance(style, Markup)


def test_what_is_missing_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ absent }}")


def test_the_digest_is_that_of_the_policy() -> None:
    expected = base64.b64encode(hashlib.sha256("é".encode()).digest()).decode()
    assert digest("é") == f"sha256-{expected}"
