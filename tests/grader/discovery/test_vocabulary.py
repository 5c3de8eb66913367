"""Les mots connus."""

from grader.discovery.vocabulary import _WORDS, MEANINGS, ROMANS
from grader.discovery.words import plain


def test_a_word_has_one_meaning_and_is_written_plainly() -> None:
    words = [word for line in _WORDS.values() for word in line.split()]
    assert len(words) == len(set(words)) == len(MEANINGS)
    assert [word for word in words if plain(word) != word] == []


def test_the_words_of_the_assignment_are_known() -> None:
    assert (MEANINGS["serveur"], MEANINGS["aio"]) == ("role server", "mode async")
    assert list(ROMANS.values()) == [1, 2, 3, 4, 5, 6]
