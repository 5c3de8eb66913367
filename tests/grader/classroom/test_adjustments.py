"""ajustements.toml : ce qui se lit, et ce qui se refuse en disant où."""

import math
import os
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.classroom.adjustments import (
    MAX_BYTES,
    MAX_ENTRIES,
    Adjustments,
    AdjustmentsError,
    Decision,
    Lateness,
    parse,
    read,
)
from grader.model.records import RefusedError
from tests.grader.reports import sample

COPIES = ("Zoé Durand", "Ali Ben")
STEPS = [result.step for result in sample.report().steps]
PARIS = timezone(timedelta(hours=1))
WHOLE = """\
[retard]
limite = 2026-01-15T23:59:00+01:00
par_jour = 1
au_plus = 4.5

[[ajustement]]
copie = "zoé durand"
etape = "ii.5.SERVER"
points = -0.5
raison = "Le serveur vient d'un camarade."

[[ajustement]]
copie = "*"
points = 1
raison = "Le sujet laissait un doute."

[[fichier]]
copie = "Zoé Durand"
etape = "II.5.server"
chemin = "essais/./serveur.py"
raison = "Elle me l'a confirmé."

[[oral]]
copie = "Ali Ben"
raison = "Faire expliquer."
"""


def test_when_a_copy_was_handed_in() -> None:
    text = '[[remise]]\ncopie = "zoé durand"\ndate = 2026-01-16T08:00:00+01:00\n'
    decisions = parse(text, COPIES, STEPS)
    assert decisions.handed_in("Zoé Durand") == datetime(2026, 1, 16, 8, tzinfo=PARIS)
    assert decisions.handed_in("Ali Ben") is None
    day = parse(text.replace("T08:00:00+01:00", ""), COPIES, STEPS).handed_in("Zoé Durand")
    assert day == datetime(2026, 1, 16).astimezone()
    assert "une autre remise" in refused(text * 2)
    assert "copie par copie" in refused(text.replace("zoé durand", "*"))


def refused(text: str) -> str:
    with pytest.raises(AdjustmentsError) as refusal:
        parse(text, COPIES, STEPS)
    message = str(refusal.value)
    assert message.endswith(".")
    assert "\n" not in message
    return message.removesuffix(".").removeprefix("ajustements.toml")


def one(table: str = "ajustement", **values: str) -> str:
    """Une table juste, sauf ces clés ; une valeur vide ôte la clé."""
    first = {"copie": '"Ali Ben"', "etape": '"II.5.server"'}
    more = {"points": "0.5"} if table == "ajustement" else {"chemin": '"a.py"'}
    merged = first | (more if table != "oral" else {}) | {"raison": '"Vu."'} | values
    return f"[[{table}]]\n" + "".join(f"{k} = {v}\n" for k, v in merged.items() if v)


def test_everything_one_can_decide() -> None:
    decisions = parse(WHOLE.replace("\n", "\r\n"), COPIES, STEPS)
    assert decisions.late == Lateness(datetime(2026, 1, 15, 23, 59, tzinfo=PARIS), 1.0, 4.5)
    mine, every = decisions.points
    assert mine == Decision("zoé durand", "II.5.server", "Le serveur vient d'un camarade.", -0.5)
    assert every == Decision("*", "", "Le sujet laissait un doute.", 1.0)
    assert decisions.orals == (Decision("ali ben", "", "Faire expliquer."),)


def test_a_decision_concerns_its_copy_or_all() -> None:
    mine, every = parse(WHOLE, COPIES, STEPS).points
    assert [mine.concerns(name) for name in COPIES] == [True, False]
    assert [every.concerns(name) for name in COPIES] == [True, True]


def test_the_chosen_files_of_a_copy() -> None:
    decisions = parse(WHOLE, COPIES, STEPS)
    assert decisions.chosen("ZOÉ Durand") == {"II.5.server": "essais/serveur.py"}
    assert decisions.chosen("Ali Ben") == {}


def test_an_empty_file_decides_nothing() -> None:
    decisions = parse("# rien encore\n", COPIES, STEPS)
    assert decisions == Adjustments()


def test_a_day_alone_is_a_whole_day_and_an_hour_is_that_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        for written in ("2026-01-15", "2026-01-16T00:00:00"):
            late = parse(f"[retard]\nlimite = {written}\npar_jour = 1\n", COPIES, STEPS).late
            assert late
            assert late.due == datetime(2026, 1, 16, tzinfo=PARIS)
            assert late.at_most == math.inf
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[ajustement]\n", ", ligne 1, colonne 13 : ce n'est pas du TOML"),
        ("a = 1\n\n[[", ", la fin du fichier : ce n'est pas du TOML"),
        ("points = 0,5\n", ", ligne 1, colonne 11 : un nombre s'écrit avec un point : 0.5"),
        ("\nétape = 1\n", ", ligne 2, colonne 1 : une clé s'écrit sans accent"),
        (
            "copie = « Zoé »\n",
            ', ligne 1, colonne 9 : un texte s\'écrit entre guillemets droits : "…"',
        ),
        (f"a = {'9' * 5000}\n", " : ce n'est pas du TOML lisible"),
        ("a = " + "[" * 5000, " : ce n'est pas du TOML lisible"),
        (
            "# \n[[ajustements]]\n",
            ", ligne 2, table « ajustements » : cette table n'existe pas ; "
            "peut-être « ajustement »",
        ),
        (
            "[ajustement]\n",
            ", ligne 1, table « ajustement » : cette table s'écrit « [[ajustement]] », "
            "une par décision",
        ),
        (
            "[[retard]]\n",
            ", ligne 1, table « retard » : cette table s'écrit « [retard] », une seule fois",
        ),
    ],
)
def test_what_is_not_such_a_file(text: str, message: str) -> None:
    assert refused(text) == message


def test_a_name_that_could_be_two_copies_is_refused() -> None:
    with pytest.raises(AdjustmentsError, match="deux copies s'appellent « Ali Ben », ou presque"):
        parse(one(), [*COPIES, "ALI BEN"], STEPS)
    assert parse(one(copie='"*"'), [*COPIES, "ALI BEN"], STEPS).points


def test_decisions_are_not_endless() -> None:
    assert refused("[[oral]]\n" * (MAX_ENTRIES + 1)) == (
        ", ligne 1, table « oral » : il y en a plus de 2\u00a0000 décisions"
    )


@pytest.mark.parametrize(
    ("values", "line", "key", "why"),
    [
        ({"raison": ""}, 7, "raison", "elle manque"),
        ({"raison": '"  "'}, 11, "raison", "elle est vide"),
        ({"raison": "3"}, 11, "raison", "il faut un texte, entre guillemets"),
        ({"raison": f'"{"a" * 501}"'}, 11, "raison", "plus de 500 caractères"),
        (
            {"copie": '"Ali Bem"'},
            8,
            "copie",
            "aucune copie ne s'appelle « Ali Bem » ; peut-être « Ali Ben »",
        ),
        ({"copie": r'"\u001b[2J"'}, 8, "copie", "aucune copie ne s'appelle « ␛[2J »"),
        (
            {"etape": '"II.5.serveur"'},
            9,
            "etape",
            "il n'y a pas d'étape « II.5.serveur » ; peut-être « II.5.server »",
        ),
        (
            {"points": '"0,5"'},
            10,
            "points",
            "il faut un nombre, sans guillemets, avec un point : 0.5",
        ),
        (
            {"points": "true"},
            10,
            "points",
            "il faut un nombre, sans guillemets, avec un point : 0.5",
        ),
        ({"points": "nan"}, 10, "points", "il faut un nombre entre -2 et 2"),
        ({"points": "-2.01"}, 10, "points", "il faut un nombre entre -2 et 2"),
        ({"etape": "", "points": "10"}, 9, "points", "il faut un nombre entre -8,5 et 8,5"),
        ({"point": "1"}, 12, "point", "cette clé n'existe pas ici ; peut-être « points »"),
        ({'"a b"': "1"}, 12, "a b", "cette clé n'existe pas ici"),
    ],
)
def test_a_key_is_refused_with_its_line(
    values: dict[str, str], line: int, key: str, why: str
) -> None:
    """Derrière une autre table de même nom : c'est la seconde qui a tort."""
    assert refused(f"{one()}\n{one(**values)}") == f", ligne {line}, clé « {key} » : {why}"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ('limite = "2026-01-15"', "il faut une date, sans guillemets : 2026-01-15T23:59:00"),
        ("limite = 23:59:00", "il faut une date, sans guillemets : 2026-01-15T23:59:00"),
        ("limite = 0206-01-15", "l'année 206 est sans doute une faute de frappe"),
    ],
)
def test_a_due_date_is_a_date(lines: str, why: str) -> None:
    assert refused(f"[retard]\npar_jour = 1\n{lines}\n") == f", ligne 3, clé « limite » : {why}"


def test_a_penalty_is_never_a_gift() -> None:
    text = "[retard]\nlimite = 2026-01-15\npar_jour = -1\n"
    assert refused(text) == ", ligne 3, clé « par_jour » : il faut un nombre d'au moins 0"
    text = "[retard]\nlimite = 2026-01-15\npar_jour = 1\nau_plus = inf\n"
    assert refused(text) == ", ligne 4, clé « au_plus » : il faut un nombre d'au moins 0"
    assert refused("[retard]\nlimite = 2026-01-15\n").endswith("clé « par_jour » : elle manque")


@pytest.mark.parametrize("path", ["/etc/passwd", "../autre/a.py", "a/../../b.py", ".", r"\u0000"])
def test_a_chosen_file_stays_in_the_copy(path: str) -> None:
    message = refused(one("fichier", chemin=f'"{path}"'))
    assert message.startswith(", ligne 4, clé « chemin » : il faut un chemin depuis la racine")


def test_one_file_for_one_step_of_one_copy() -> None:
    twice = one("fichier") + one("fichier", copie='"ALI ben"', etape='"ii.5.server"')
    assert refused(twice) == (
        ", ligne 8, clé « etape » : un autre fichier est déjà choisi pour cette étape"
    )
    assert refused(one("fichier", copie='"*"')) == (
        ", ligne 2, clé « copie » : un fichier se choisit copie par copie"
    )
    assert refused(one("fichier", etape="")) == ", ligne 1, clé « etape » : elle manque"


def test_what_has_no_header_is_found_too() -> None:
    assert refused('\noral = [{copie = "*", raison = 1}]\n') == (
        ", ligne 2, clé « raison » : il faut un texte, entre guillemets"
    )
    assert refused("\n\npoints = 1\n") == (", ligne 3, table « points » : cette table n'existe pas")
    assert refused('[["oral"]]\nraison = 1\ncopie="*"\n') == (
        ", « oral » n° 1, clé « raison » : il faut un texte, entre guillemets"
    )


def test_a_dotted_key_does_not_fill_the_memory() -> None:
    assert refused(f"#\n{'a.' * 101}a = 1\n") == ", ligne 2 : plus de 100 points"
    assert parse(f"# {'.' * 98}\n", COPIES, STEPS) == Adjustments()


def test_a_file_is_read_within_bounds(tmp_path: Path) -> None:
    file = tmp_path / "ajustements.toml"
    file.write_text(f"\ufeff{WHOLE}", encoding="utf-8")
    assert len(read(file, COPIES, STEPS).points) == 2
    for content, why in (
        (b"#" * (MAX_BYTES + 1), "plus de 200 ko."),
        ("# é".encode("latin-1"), "le texte n'est pas en UTF-8."),
    ):
        file.write_bytes(content)
        with pytest.raises(RefusedError) as refusal:
            read(file, COPIES, STEPS)
        assert str(refusal.value) == f"ajustements.toml : {why}"
    os.mkfifo(tmp_path / "tube")
    for name, why in (("tube", "ce n'est pas un fichier."), ("absent", "il n'existe pas.")):
        with pytest.raises(RefusedError, match=why):
            read(tmp_path / name, COPIES, STEPS)
