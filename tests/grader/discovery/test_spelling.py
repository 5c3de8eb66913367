"""Des mots collés, ou mal tapés."""

import pytest

from grader.discovery.spelling import MAX_WORD, split


@pytest.mark.parametrize(
    ("token", "words", "oddities"),
    [
        ("server", ["server"], 0),
        ("24", ["24"], 0),
        ("websyncmultiple", ["web", "sync", "multiple"], 0),
        ("chatserverii", ["chat", "server", "ii"], 0),
        ("sevreur", ["serveur"], 1),  # deux lettres échangées
        ("mutiple", ["multiple"], 1),  # une de moins
        ("asyncc", ["async"], 1),  # une de trop
        ("websycn", ["web", "sync"], 1),
        ("aync", ["async"], 1),
        ("zync", ["zync"], 1),  # la première lettre ne se tape pas mal
        ("syn", ["syn"], 1),  # trop court
        ("sum", ["sum"], 1),
        ("x" * (MAX_WORD + 1), ["x" * (MAX_WORD + 1)], 1),
        ("web" * 10, ["web" * 10], 1),
    ],
)
def test_the_words_of_a_token(token: str, words: list[str], oddities: int) -> None:
    assert split(token) == (words, oddities)
