"""La liste d'une classe : comme les tableurs l'enregistrent, et comme on s'y trompe."""

import os
from pathlib import Path

import pytest

from grader.classroom import roster
from grader.classroom.copies import ClassError
from grader.classroom.roster import read
from tests.grader.classroom.packing import CODE, zipped
from wording.harmless import hidden

HEADER = "nom;prénom;adresse;groupe;remise;dossier\n"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    for name in ("alice", "bob", "groupe 1"):
        (tmp_path / "copies" / name).mkdir(parents=True)
        (tmp_path / "copies" / name / "a.py").write_bytes(CODE)
    zipped(tmp_path / "copies" / "zoe.zip", {"a.py": CODE})
    return tmp_path


def listed(room: Path, content: str | bytes) -> Path:
    file = room / "liste.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def refusal(room: Path, content: str | bytes) -> str:
    with pytest.raises(ClassError) as caught:
        read(listed(room, content))
    assert not any(map(hidden, str(caught.value)))
    return str(caught.value).partition("liste.csv")[2].lstrip(", ")


FULL = """nom;prénom;adresse;groupe;remise;dossier
Martin;Alice;alice@ecole.fr;;12/11/2026 23:59;copies/alice
Zédé;Bob;bob@ecole.fr;G1;2026-11-13T08:00:00+01:00;copies/groupe 1/
Roy;Éva;eva@ecole.fr;G1;13/11/2026;./copies/groupe 1

Œuf;Zoé;;;;copies/zoe.zip
Roi;Max;;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_reads_what_spreadsheets_write(
    room: Path, encoding: str, delimiter: str, ending: str
) -> None:
    text = FULL.replace(";", delimiter).replace("\n", ending)
    source = read(listed(room, text.encode(encoding)))
    assert [copy.name for copy in source.copies] == ["Alice Martin", "Bob Zédé, Éva Roy", "Zoé Œuf"]
    assert [copy.group for copy in source.copies] == ["", "G1", ""]
    assert [len(copy.students) for copy in source.copies] == [1, 2, 1]
    assert source.copies[0].folder == room / "copies" / "alice"
    assert source.copies[2].archives == (room / "copies" / "zoe.zip",)
    assert [student.name for student in source.absent] == ["Max Roi"]
    assert source.ignored == ("1 élément ignoré : la liste n'en parle pas (copies/bob)",)


def test_the_date_of_each_student(room: Path) -> None:
    copies = read(listed(room, FULL)).copies
    first, second, third = (person for copy in copies[:2] for person in copy.students)
    assert first.submitted
    assert second.submitted
    assert third.submitted
    assert f"{first.submitted:%d/%m/%Y %H:%M}" == "12/11/2026 23:59"
    assert second.submitted.timestamp() == 1794553200
    assert f"{third.submitted:%d/%m/%Y %H:%M}" == "13/11/2026 00:00"
    assert first.submitted.tzinfo
    assert copies[2].students[0].submitted is None


def test_columns_in_any_order_and_no_more_than_needed(room: Path) -> None:
    source = read(listed(room, "Dossier,Note,NOM\ncopies/alice,12,Martin\n"))
    assert [copy.name for copy in source.copies] == ["Martin"]
    assert source.ignored[0] == "1 colonne ignorée : on ne sait qu'en faire (Note)"


def test_short_lines_and_quoted_cells(room: Path) -> None:
    source = read(listed(room, 'nom,dossier,groupe\n"Martin, ""Al""",copies/alice\n,,\n'))
    assert source.copies[0].students[0].last == 'Martin, "Al"'


WRONG = {
    "": f": {roster.NO_LIST}.",
    "print(1)\n": f": {roster.NO_LIST}.",
    "groupe;nom de famille\n": "ligne 1 : l'en-tête ne nomme pas de colonne « nom ».",
    "nom;prénom\n": "ligne 1 : l'en-tête ne nomme pas de colonne « dossier ».",
    "\n\nnom;Nom;dossier\n": "ligne 3 : deux colonnes « nom ».",
    f"{HEADER};Alice;;;;copies/alice": "ligne 2 : il manque le nom.",
    f"{HEADER}M;A;;;;copies/alice;x": "ligne 2 : plus de cellules que les 6 colonnes de l'en-tête.",
    f'{HEADER}\n"M;A;;;;\n': "ligne 3 : des guillemets mal placés, ou jamais refermés.",
    f'{HEADER}"M\nN";A;;;;\n': "ligne 2 : un caractère invisible dans « nom » (M␊N).",
    f"{HEADER}\x1b[2J;A;;;;\n": "ligne 2 : un caractère invisible dans « nom » (␛[2J).",
    f"{HEADER}M;A;;;;{'x' * 1001}": "ligne 2 : plus de 1\u00a0000 caractères pour « dossier ».",
    f"{HEADER}M;A;;;hier;": "ligne 2 : « hier » n'est pas une date comme 31/12/2026 23:59.",
    f"{HEADER}M;A;;;31/02/2026;": (
        "ligne 2 : « 31/02/2026 » n'est pas une date comme 31/12/2026 23:59."
    ),
    f"{HEADER}M;A;;;0001-01-01T00:00+14:00;": (
        "ligne 2 : « 0001-01-01T00:00+14:00 » n'est pas une date comme 31/12/2026 23:59."
    ),
    f"{HEADER}M;A;;;;copies/absent": "ligne 2 : « copies/absent » n'existe pas.",
    f"{HEADER}M;A;;;;/etc": "ligne 2 : « /etc » doit être un chemin depuis le dossier de la liste.",
    f"{HEADER}M;A;;;;../x": "ligne 2 : « ../x » doit être un chemin depuis le dossier de la liste.",
    f"{HEADER}M;A;;;;.": "ligne 2 : « . » doit être un chemin depuis le dossier de la liste.",
    f"{HEADER}M;A;;;;copies/{'x' * 300}": (
        f"ligne 2 : « copies/{'x' * 32}…{'x' * 19}… » : ce nom est trop long."
    ),
    f"{HEADER}M;A;;;;liste.csv": (
        "ligne 2 : « liste.csv » n'est ni un dossier, ni un zip, ni un tar.gz."
    ),
    f"{HEADER}M;A;;;;liste.csv/x": (
        "ligne 2 : « liste.csv/x » : un fichier tient la place d'un dossier."
    ),
    f"{HEADER}M;A;a@b;;;copies/alice\nN;B;A@B;;;copies/bob": "ligne 3 : A@B est déjà à la ligne 2.",
    f"{HEADER}M;A;;;;copies/bob\nM;A;;;;copies/bob": "ligne 3 : A M est déjà à la ligne 2.",
    f"{HEADER}M;A;;1;;copies/bob\nN;B;;;;copies/bob\nO;C;;2;;copies/bob": (
        "ligne 4 : le groupe « 2 », et « 1 » ligne 2, pour un même dossier."
    ),
    f"{HEADER}M;A;;;;": ": elle ne nomme aucun dossier.",
}


@pytest.mark.parametrize(("content", "why"), WRONG.items(), ids=range(len(WRONG)))
def test_says_which_line_is_wrong(room: Path, content: str, why: str) -> None:
    assert refusal(room, content) == why


def test_what_the_list_forgets_is_told(room: Path) -> None:
    (room / "copies" / "alice" / "tp6").mkdir()
    source = read(listed(room, f"{HEADER}M;A;;;;copies/alice/tp6\nN;B;;;;copies/bob\n"))
    assert source.ignored == (
        "2 éléments ignorés : la liste n'en parle pas (copies/groupe 1, copies/zoe.zip)",
    )


def test_homonyms_are_two_persons(room: Path) -> None:
    source = read(listed(room, f"{HEADER}M;A;;;;copies/alice\nM;A;;;;copies/bob\n"))
    assert len({copy.name for copy in source.copies}) == 2


def test_no_link_is_followed(room: Path) -> None:
    (room / "lien").symlink_to("copies")
    (room / "copies" / "lien.zip").symlink_to("zoe.zip")
    for place in ("lien/alice", "lien", "copies/lien.zip"):
        assert refusal(room, f"{HEADER}M;A;;;;{place}") == (
            f"ligne 2 : « {place} » passe par un lien, on n'en suit aucun."
        )


def test_accents_decomposed_by_macos(room: Path) -> None:
    (room / "Zoe\u0301").mkdir()
    source = read(listed(room, f"{HEADER}M;A;;;;Zo\xe9\n"))
    assert source.copies[0].folder == room / "Zoe\u0301"
    assert source.copies[0].note == "aucun script Python"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEADER.encode("utf-16"), "enregistrée en UTF-16, il faut « CSV UTF-8 »"),
        (b"%PDF\0", "ce n'est pas une liste au format CSV"),
        (b"nom;\x81\xff\n", "ni en UTF-8 ni en Windows-1252, il faut « CSV UTF-8 »"),
        (b"x" * (roster.LARGEST + 1), "cette liste est trop grosse pour une classe"),
    ],
)
def test_says_what_is_not_a_list(room: Path, content: bytes, why: str) -> None:
    assert refusal(room, content) == f": {why}."


def test_a_list_that_cannot_be_opened(room: Path) -> None:
    os.mkfifo(room / "tube")
    for name, why in (
        ("tube", "ce n'est pas un fichier ordinaire"),
        ("absent", "il n'existe pas"),
        ("nul\0", "il n'existe pas"),
    ):
        with pytest.raises(ClassError, match=f" : {why}\\.$"):
            read(room / name)


def test_a_list_far_too_long(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "MOST_COPIES", 1)
    assert "bien trop pour une classe" in refusal(
        room, f"{HEADER}M;A;;;;copies/alice\nN;A;;;;copies/bob\n"
    )
