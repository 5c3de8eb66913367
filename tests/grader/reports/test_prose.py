"""Aucune ligne ne commence par « : », ni ne finit par un guillemet ouvert."""

import io

import pytest
from rich.console import Console

from grader.reports.prose import Prose, paragraph, unbroken

SENTENCE = (
    "Les autres reçoivent « Annonce : it4 a rejoint la chatroom » ; rien ? Si ! À 50 % : oui."
)


@pytest.mark.parametrize("width", range(12, 60))
def test_a_sign_is_never_alone_at_the_edge(width: int) -> None:
    file = io.StringIO()
    Console(file=file, width=width).print(paragraph(Prose(SENTENCE)))
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert not [line for line in lines if line.endswith("«") or line[0] in "»:;!?%"]
    assert max(map(len, lines)) <= width
    assert " ".join(lines) == SENTENCE  # les espaces, elles, n'ont pas changé


def test_styles_stay_in_place() -> None:
    text = Prose("« a » : b", "dim")
    text.stylize("red", 2, 3)
    (line,) = text.wrap(Console(file=io.StringIO()), 80)
    assert (line.plain, line.style, line.spans) == ("« a » : b", "dim", text.spans)


def test_spaces_that_do_not_break() -> None:
    assert unbroken("« a » : b c") == "«\u00a0a\u00a0»\u00a0: b c"
    assert unbroken("a:b http://x") == "a:b http://x"
