"""La feuille de Moodle : nos notes, et pas un octet de plus."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from grader.classroom.adjustments import Adjustments, Decision
from grader.classroom.marks import Adjusted, Recipient, apply
from grader.classroom.moodle import MAX_BYTES, SheetError, fill
from tests.grader.reports import sample
from wording.harmless import visible

FRENCH = (
    'Identifiant,"Nom complet","Adresse de courriel",Statut,Note,"Note maximale",'
    '"La note peut être modifiée","Dernière modification (travail remis)",'
    '"Dernière modification (note)","Feedback par commentaires"'
)
ENGLISH = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"'
)
MARK, LAST = 3.5, '"jeudi 15 janvier 2026, 23:12",-,'


def french(number: int, name: str, email: str = "", grade: str = "", more: str = "Oui") -> str:
    state = '"Remis pour évaluation"'
    return f'"Participant {number}","{name}",{email},{state},{grade},"8,50",{more},{LAST}'


def sheet(*lines: str, header: str = FRENCH, end: str = "\r\n") -> bytes:
    return "".join(f"{line}{end}" for line in (header, *lines)).encode()


def result(mark: float = MARK) -> Adjusted:
    """Une note sur tout : rien n'y est laissé sans être jugé."""
    names = [step.step.id for step in sample.report().steps]
    settled = [Decision("*", name, "Vu.") for name in names]
    more = Decision("*", "", "Vu.", mark - sample.report().earned)
    return apply(sample.report(), "x", Adjustments(points=(*settled, more)))


ZOE = Recipient("Durand", "Zoé", "zoe@ecole.fr", identifier="101", copy="z", result=result())


def said(content: bytes, *recipients: Recipient) -> Sequence[str]:
    return fill(content, recipients).remarks


def refused(content: bytes, *recipients: Recipient) -> str:
    with pytest.raises(SheetError) as refusal:
        fill(content, recipients)
    return str(refusal.value)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_only_the_grade_changes(bom: bytes, end: str) -> None:
    odd = french(102, 'Ali ""Bob"" Ben', more='"Oui"').replace("-,", f'"deux{end}lignes",')
    before = bom + sheet(french(101, "Zoé Durand"), odd, end=end)
    filled = fill(before, [ZOE])
    expected = french(101, "Zoé Durand", grade='"3,50"')
    assert filled.content == bom + sheet(expected, odd, end=end)
    assert filled.graded == 1
    assert filled.remarks == ('Ali "Bob" Ben : aucune copie, ligne laissée telle quelle',)


def test_filling_twice_changes_nothing_more() -> None:
    once = fill(sheet(french(101, "Zoé Durand")), [ZOE])
    twice = fill(once.content, [ZOE])
    assert twice.content == once.content
    assert twice.remarks == ()


def test_nobody_means_not_a_byte() -> None:
    before = sheet(french(101, "Zoé Durand", grade='"12,00"'))
    assert fill(before, []).content == before


def test_an_english_sheet_keeps_its_point() -> None:
    line = "Participant 101,Zoé Durand,,Submitted,{},8.50,Yes,-,-,"
    filled = fill(sheet(line.format(""), header=ENGLISH), [ZOE])
    assert filled.content == sheet(line.format("3.50"), header=ENGLISH)


def test_the_numbers_of_a_sheet_say_more_than_its_language() -> None:
    line = "Participant 101,Zoé Durand,,Remis,{},8.50,Oui,-,-,"
    assert fill(sheet(line.format("")), [ZOE]).content == sheet(line.format("3.50"))
    line = 'Participant 101,Zoé Durand,,Remis,{},"8,50",Yes,-,-,'
    filled = fill(sheet(line.format(""), header=ENGLISH), [ZOE])
    assert filled.content == sheet(line.format('"3,50"'), header=ENGLISH)


@pytest.mark.parametrize(("header", "written"), [(FRENCH, '"1,00"'), (ENGLISH, "1.00")])
def test_without_decimals_its_language_decides(header: str, written: str) -> None:
    whole = Adjusted(replace(sample.report(), steps=sample.report().steps[:1]))
    line = "Participant 101,Zoé Durand,,Remis,{},1,Oui,-,-,"
    filled = fill(sheet(line.format(""), header=header), [replace(ZOE, result=whole)])
    assert filled.content == sheet(line.format(written), header=header)


def test_nothing_is_rounded() -> None:
    line = french(101, "Zoé Durand", grade='"3,8125"')
    filled = fill(sheet(french(101, "Zoé Durand")), [replace(ZOE, result=result(3.8125))])
    assert filled.content == sheet(line)


def test_a_sheet_saved_by_excel() -> None:
    """Points-virgules, et l'encodage de Windows : il la rend ainsi, Moodle sait la relire."""
    line = "Participant 101;Zoé Durand;;Remis;{};8,5;Oui;-;-;"
    header = FRENCH.replace('"', "").replace(",", ";")
    before = sheet(line.format(""), header=header).decode().encode("cp1252")
    filled = fill(before, [ZOE])
    assert filled.content == sheet(line.format("3,50"), header=header).decode().encode("cp1252")


def test_columns_in_another_order() -> None:
    header = "Note,Note maximale,Dernière modification (note),Groupe,Identifiant"
    filled = fill(sheet('"","8,5",-,B,Participant 101', header=header), [ZOE])
    assert filled.content == sheet('"3,50","8,5",-,B,Participant 101', header=header)


@pytest.mark.parametrize(
    "line",
    [
        french(101, "Quelqu'un d'autre", "autre@ecole.fr"),
        french(999, "Z. Durand", "ZOE@ecole.fr"),
        french(999, "DURAND Zoe"),
    ],
)
def test_a_student_is_known_by_identifier_then_address_then_name(line: str) -> None:
    others = (french(1, "Ali Ben", "ali@ecole.fr"), french(10, "Zoé Dupont"))
    filled = fill(sheet(*others, line), [ZOE])
    assert filled.content == sheet(*others, line.replace('tion",,', 'tion","3,50",'))


def test_who_is_not_found_is_told() -> None:
    lost = Recipient("Perdu", "Jean", "jean@ecole.fr", identifier="7", result=result())
    assert said(sheet(french(101, "Zoé Durand")), ZOE, lost) == (
        "Jean Perdu : absent de la feuille",
    )


def test_who_could_be_two_is_left_alone() -> None:
    twins = sheet(french(1, "Zoé Durand"), french(2, "Durand Zoé"))
    zoe = replace(ZOE, identifier="")
    assert fill(twins, [zoe]).content == twins
    assert said(twins, zoe) == (
        "Zoé Durand : plusieurs lignes lui ressemblent, aucune n'est remplie",
    )
    other = Recipient("Durand", "Zoé", identifier="2", copy="a", result=result())
    assert fill(twins, [zoe, other]).content == sheet(
        french(1, "Zoé Durand"), french(2, "Durand Zoé", grade='"3,50"')
    )
    one = sheet(french(101, "Zoé Durand"))
    assert fill(one, [ZOE, zoe]).content == one
    assert set(said(one, ZOE, zoe)) == {
        "Zoé Durand : un autre étudiant a la même ligne, elle n'est pas remplie"
    }


@pytest.mark.parametrize("locked", ["Non", "No"])
def test_a_locked_grade_is_left(locked: str) -> None:
    before = sheet(french(101, "Zoé Durand", grade='"12,00"', more=locked))
    filled = fill(before, [ZOE])
    assert filled.content == before
    assert filled.remarks == (
        "Zoé Durand : Moodle a verrouillé sa note, sa ligne est laissée telle quelle",
    )


def test_what_is_not_wholly_judged_is_not_a_grade() -> None:
    before = sheet(french(101, "Zoé Durand"))
    partial = replace(ZOE, result=Adjusted(sample.report()))
    assert fill(before, [partial]).content == before
    assert said(before, partial) == (
        "Zoé Durand : 2 points non jugés, ce n'est pas une note : ligne laissée telle quelle",
    )
    assert said(before, replace(ZOE, result=None)) == (
        "Zoé Durand : aucune copie, ligne laissée telle quelle",
    )


def test_a_grade_that_was_there_is_told() -> None:
    before = sheet(french(101, "Zoé Durand", grade='"12,00"'))
    assert said(before, ZOE) == ("Zoé Durand : 12,00 est remplacé par 3,5",)


def test_a_sheet_over_another_total_is_refused() -> None:
    assert refused(sheet(french(101, "Zoé Durand").replace("8,50", "100,00")), ZOE) == (
        "cette feuille note sur 100,00, et le correcteur sur 8,5 : changez la note maximale du "
        "devoir dans Moodle, puis reprenez sa feuille."
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            b"nom;note\r\n",
            "ce n'est pas une feuille d'évaluation de Moodle : il y manque « Identifiant », "
            "« Note maximale », « Dernière modification (note) ».",
        ),
        (
            sheet(header=FRENCH.replace('"Note maximale"', "Barème")),
            "ce n'est pas une feuille d'évaluation de Moodle : il y manque « Note maximale ».",
        ),
        (b"PK\x03\x04\0\0", "cette feuille n'est pas du texte : il faut celle de Moodle, en CSV."),
        (
            sheet(french(1, "a"), "deux,cellules"),
            "ligne 3 de la feuille : 2 cellules au lieu de 10.",
        ),
        (b"a" * (MAX_BYTES + 1), "cette feuille est trop grosse : plus de 5 Mo."),
    ],
)
def test_what_is_not_such_a_sheet(content: bytes, why: str) -> None:
    assert refused(content, ZOE) == why


def test_an_empty_file_is_not_one_either() -> None:
    assert "« Identifiant », « Note »" in refused(b"")


def test_hostile_names_are_shown_harmless() -> None:
    poison = sample.HOSTILE.replace('"', '""').replace("\0", "").encode("utf-8", "replace").decode()
    (remark,) = said(sheet(french(1, f"{poison}{'é' * 5000}")), ZOE)[1:]
    assert remark == visible(remark)
    assert len(remark) < 400
