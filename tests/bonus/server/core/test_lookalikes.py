"""Les noms qui se ressemblent, et ceux qui ne se ressemblent pas : une classe n'y voit rien."""

import re
import time
import unicodedata
from itertools import combinations

import pytest
from chatroom.server.core.lookalikes import one_script, skeletons
from hypothesis import given
from hypothesis import strategies as st

from tests.bonus.server.core import tables

# Les fichiers d'Unicode, en quelques lignes.
CONFUSABLES = """\ufeff# confusables.txt
# Date: 2025-07-22, 05:49:37 GMT
# Version: 17.0.0
FF21 ;\t0041 ;\tMA\t# ( Ａ → A ) FULLWIDTH LATIN CAPITAL LETTER A\t#
0410 ;\t0041 ;\tMA\t# ( А → A ) CYRILLIC CAPITAL LETTER A\t#
006D ;\t0072 006E ;\tMA\t# ( m → rn ) LATIN SMALL LETTER M\t#
"""
SCRIPTS = """# Scripts-17.0.0.txt
# Date: 2025-07-24, 13:28:55 GMT
0020..0040    ; Common # Zs   SPACE
0041..0043    ; Latin # L&   LATIN CAPITAL LETTER A
0045          ; Latin # L&   LATIN CAPITAL LETTER E
0640          ; Common # Lm  ARABIC TATWEEL
"""
EXTENSIONS = "0640 ; Syrc Arab # Lm  ARABIC TATWEEL\n"
ALIASES = "sc ; Arab ; Arabic\nsc ; Latn ; Latin\nsc ; Zyyy ; Common\nage; 1.1 ; V1_1\n"


def alike(one: str, other: str) -> bool:
    return not set(skeletons(one)).isdisjoint(skeletons(other))


@pytest.mark.parametrize(
    ("known", "newcomer"),
    [
        ("alice", "аӏісе"),  # tout en cyrillique
        ("alice", "alıce"),
        ("alice", "aIice"),  # I majuscule
        ("ALICE", "aIice"),
        ("Iucas", "lucas"),  # l'imitation est arrivée la première
        ("EMILIE", "emi1ie"),
        ("Tim", "ТІМ"),  # en cyrillique
        ("moi", "ΜΟΙ"),  # en grec
        ("alice", "ALlCE"),
        ("iris", "lris"),
        ("Jean Ivan", "jean lvan"),
        ("prof", "pr0f"),
        ("Sam", "Sarn"),
        ("SAM", "Sarn"),
        ("groupe10", "groupe1O"),
        ("O'Neil", "O’Neil"),
        ("Jean-Luc", "Jean\u2010Luc"),
        ("👩\u200d🎓", "👩🎓"),
        ("❤", "❤\ufe0f"),
        ("Straße", "STRASSE"),
    ],
)
def test_names_that_look_alike(known: str, newcomer: str) -> None:
    assert alike(known, newcomer)
    assert alike(newcomer, known)


def test_the_names_of_a_class_do_not() -> None:
    """Une série de comptes, des prénoms proches, des pseudos courts : personne n'est refusé."""
    names = [f"eleve{number}" for number in range(1, 41)] + [f"it{number}" for number in range(40)]
    names += ["élodie", "elodie", "Il", "Al", "bob1", "bob", "bob2", "Ella", "Elia", "Éléa", "Léa"]
    names += ["LEA2", "LILI", "EMILIE", "IT41", "TP1", "lola", "lise", "lina", "lila", "liam"]
    names += ["Lou", "Louis", "Lois", "Loïs", "Loic", "Loïc", "Mia", "Lia", "Nina", "Ninon", "Tim"]
    names += ["Iris", "Ines", "Inès", "Zoé", "Zoe", "Noa", "Noah", "Noé", "Jean Luc", "Jean-Luc"]
    assert [pair for pair in combinations(names, 2) if alike(*pair)] == []


@given(st.text(max_size=20))
def test_a_skeleton_is_its_own(name: str) -> None:
    for one in skeletons(name):
        assert one in skeletons(one)


def test_a_skeleton_holds_nothing_unseen() -> None:
    assert skeletons("A\u200d❤\ufe0f")[0] == "a❤"


@pytest.mark.parametrize(
    "name",
    [
        *("Élodie", "Đặng Thị Hà", "Ştefan", "ʻOkina", "L·L", "it4 ❤", ""),
        *("Иван 2", "Ωμέγα", "محمد", "אברהם", "राम", "น้ำ"),
        *("山田太郎", "ヤマダ太郎 abc", "bobの部屋", "김철수 abc", "王小明", "ㄅ王 x"),
    ],
)
def test_one_alphabet(name: str) -> None:
    assert one_script(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    "name",
    [
        *("аlice", "alіce", "αlice", "Ελένη K", "𝛂lice", "ali\u0640ce"),
        *("ꓽ prof", "김の", "Иван山", "राم"),
    ],
)
def test_two_alphabets(name: str) -> None:
    assert not one_script(name)


def test_a_name_is_judged_at_once() -> None:
    """Dans la boucle d'événements, à chaque nouveau venu."""
    start = time.process_time()
    for number in range(200):
        assert skeletons(f"Jean de la Lune {number}")
        assert one_script("Jean de la Lune")
    assert time.process_time() - start < 0.5


def test_a_table_is_written_from_what_unicode_publishes() -> None:
    confusables = tables.confusables(CONFUSABLES)
    assert "Unicode 17.0.0 du 2025-07-22" in confusables
    assert confusables.endswith("0041 < 0410 FF21; 0072 006E < 006D\n")
    scripts = tables.scripts(SCRIPTS, EXTENSIONS, ALIASES)
    assert "Unicode 17.0.0 du 2025-07-24" in scripts
    assert scripts.endswith("\nArab Syrc < 0640\nLatn < 0041..0043 0045\n")


def test_the_tables_kept_are_whole_and_name_their_licence() -> None:
    for name, models in (("confusables.txt", 10_000), ("scripts.txt", 1_700)):
        text = (tables.TABLES / name).read_text("utf-8")
        found = len(re.findall(r"\b[0-9A-F]{4,6}\b", text))
        assert found > models
        assert "LICENSE" in text.splitlines()[1]
    assert "UNICODE LICENSE V3" in (tables.TABLES / "LICENSE").read_text("utf-8")
