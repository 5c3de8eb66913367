"""notes.csv s'ouvre dans un tableur français, s'additionne, et n'y exécute rien."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from grader.classroom.adjustments import Adjustments, Decision, Lateness
from grader.classroom.marks import Adjusted, Recipient, apply
from grader.classroom.notes import render, safe
from grader.model.records import CheckResult, Verdict
from tests.grader.reports import sample

ZOE = Recipient("Durand", "Zoé", "zoe@ecole.fr", "B2", copy="Zoé Durand")
DECISIONS = Adjustments(
    late=Lateness(datetime(2026, 1, 15, tzinfo=UTC), 0.5),
    points=(
        Decision("*", "II.5.server", "Doute.", -0.5),
        Decision("*", "", "Propre.", 1),
        Decision("*", "I.2.sync", "Lu à la main.", 0.75),
    ),
    orals=(Decision("*", "", "Expliquer."),),
)


def decided() -> Adjusted:
    when = datetime(2026, 1, 16, 12, tzinfo=UTC)
    return apply(sample.report(), "Zoé Durand", DECISIONS, when)


def test_no_copy_and_no_report_are_not_the_same() -> None:
    absent, failed = table(replace(ZOE, copy=""), ZOE)
    assert (absent["remarque"], failed["remarque"]) == ("aucune copie", "pas de rapport")


def table(*recipients: Recipient) -> list[dict[str, str]]:
    text = render(recipients)
    assert text.startswith('\ufeff"nom";"prénom";')
    reader = csv.DictReader(io.StringIO(text[1:], newline=""), delimiter=";", strict=True)
    return list(reader)


def value(cell: str) -> Decimal:
    return Decimal(cell.replace(",", "."))


def test_one_line_a_student_one_column_a_step() -> None:
    ali = Recipient("Ben", "Ali", copy="Zoé Durand", result=decided())
    first, second = table(replace(ZOE, result=Adjusted(sample.report())), ali)
    assert list(first)[:8] == [
        *("nom", "prénom", "adresse", "groupe", "copie", "note", "sur", "mesurée"),
    ]
    assert list(first)[8:-3] == [result.step.id for result in sample.report().steps]
    assert list(first)[-3:] == ["ajustement", "retard", "remarque"]
    assert list(first.values()) == [
        *("Durand", "Zoé", "zoe@ecole.fr", "B2", "Zoé Durand", "2,75", "6,5", "2,75"),
        *("1", "", "1", "0,75", "0", "0", "0", "0", "2 points non jugés"),
    ]
    assert (second["prénom"], second["copie"]) == ("Ali", "Zoé Durand")


def test_the_columns_add_up_to_the_mark() -> None:
    (line,) = table(replace(ZOE, result=decided()))
    assert (line["note"], line["sur"], line["mesurée"]) == ("3", "7,5", "2,75")
    assert (line["II.5.server"], line["I.2.sync"]) == ("0,25", "0,75")
    assert (line["ajustement"], line["retard"]) == ("1", "-1")
    assert sum(value(cell) for cell in list(line.values())[8:-1]) == value(line["note"])
    assert line["remarque"] == (
        "1 point non jugé ; I.2.sync : +0,75, Lu à la main. ; II.5.server : -0,5, Doute. ; "
        "+1, Propre. ; -1, 2 jours de retard : remis le 16 janvier 2026 à 12 h 00, "
        "limite le 15 janvier 2026 à 0 h 00 ; à voir à l'oral : Expliquer."
    )


def test_a_student_without_a_copy_or_a_mark_has_an_empty_one() -> None:
    steps = [
        replace(
            result, checks=[CheckResult(one.check, Verdict.NOT_JUDGED) for one in result.checks]
        )
        for result in sample.report().steps
    ]
    unjudged = replace(sample.report(), steps=steps)
    absent, blocked = table(replace(ZOE, copy=""), replace(ZOE, result=Adjusted(unjudged)))
    assert absent["remarque"] == "aucune copie"
    assert blocked["remarque"] == "rien n'a pu être jugé"
    for line in (absent, blocked):
        assert set(list(line.values())[5:-1]) == {""}


def test_texts_are_quoted_and_numbers_are_not() -> None:
    line = render([replace(ZOE, group="1/2", result=decided())]).splitlines()[1]
    assert line.startswith('"Durand";"Zoé";"zoe@ecole.fr";"1/2";"Zoé Durand";3;7,5;2,75;1;')
    assert render([replace(ZOE, copy="")]).endswith(
        ';"Zoé";"zoe@ecole.fr";"B2";"";;;;;;"aucune copie"\r\n'
    )


def test_no_cell_of_others_becomes_a_formula() -> None:
    starts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "－1"]
    lines = table(*(Recipient(start, start, start, start, copy=start) for start in starts))
    for start, line in zip(starts, lines, strict=True):
        cells = [line[name] for name in ("nom", "prénom", "adresse", "groupe", "copie")]
        assert all(cell.startswith("'") for cell in cells), start


def test_a_reason_is_not_a_formula_either() -> None:
    whole = replace(sample.report(), steps=sample.report().steps[:1])
    (line,) = table(replace(ZOE, result=Adjusted(whole, private=("=HYPERLINK(1)",))))
    assert line["remarque"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("name", ['Du"rand; fils', "a\r\nb;c", sample.HOSTILE, "é" * 5000, ""])
def test_a_hostile_name_stays_in_its_cell(name: str) -> None:
    (line,) = table(replace(ZOE, last=name, result=decided()))
    assert line["nom"] == safe(name)
    assert len(line["nom"]) < 1100
    assert line["note"] == "3"
    assert "\n" not in line["nom"]


def test_a_harmless_text_is_left_as_it_is() -> None:
    for text in ("Durand", "D'Arc", "Jean-Pierre", "a=b", "O'Neil; père", "Μαρία 李"):
        assert safe(text) == text
