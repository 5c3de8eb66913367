"""Ce qu'on dit d'un contrôle à l'étudiant : tout ce qui l'aide, rien d'autre."""

from dataclasses import replace

import pytest

from grader.classroom.handed import details, line, summary, title
from grader.model.records import CheckResult, Verdict
from tests.grader.reports import sample
from wording.harmless import visible

JOINING = sample.joining()


@pytest.mark.parametrize(
    ("verdict", "cause", "said"),
    [
        (Verdict.PASSED, "", ""),
        (Verdict.FAILED, "", "L'annonce d'arrivée n'a pas le texte demandé. (0,25 / 0,5)"),
        (Verdict.UNSTABLE, "", "L'annonce d'arrivée n'a pas le texte demandé. (0,25 / 0,5)"),
        (Verdict.NOT_SUBMITTED, "", "Non rendu."),
        (Verdict.SKIPPED, "II.5.server.says", "En suspens : II.5.server.says d'abord."),
        (Verdict.NOT_JUDGED, "le temps a manqué", "Non jugé : le temps a manqué."),
        (
            Verdict.ERROR,
            "",
            "Le correcteur s'est trompé, pas vous : ces points ne comptent pas.",
        ),
    ],
)
def test_each_verdict_has_its_sentence(verdict: Verdict, cause: str, said: str) -> None:
    assert summary(replace(JOINING, verdict=verdict, cause=cause)) == said


def test_the_proofs_of_a_failure() -> None:
    assert details(JOINING).split("\n\n") == [
        "Demandé : À une arrivée, tous reçoivent « Annonce : <PSEUDO> a rejoint la chatroom ».",
        "Envoyé : Hello|ambre",
        "Attendu : Annonce : ambre a rejoint la chatroom",
        "Reçu : Annonce : ambre a rejoin la chatroom",
        "Dernières lignes du programme :\nServeur lancé ✨\nnouveau client ('10.1.2.3', 40001)",
        "Pour le voir vous-même :\n"
        "python server.py -p 9000\nprintf 'Hello|ambre' | nc -q 2 127.0.0.1 9000",
        "Remarque : Un retour à la ligne suit chaque message.",
    ]


def test_nothing_received_is_told() -> None:
    assert "\n\nReçu : rien\n\n" in details(sample.relaying())


def test_neither_hint_nor_trace_is_handed() -> None:
    for report in (sample.report(), sample.hostile()):
        for check in (check for step in report.steps for check in step.checks):
            text = f"{title(check)}{summary(check)}{details(check)}"
            assert "Traceback" not in text or check.failure
            assert not any(hint in text for hint in sample.HINTS)
            assert sample.TRACE not in text


def test_what_passed_has_no_proof() -> None:
    passed = sample.passed(JOINING.check)
    assert details(passed) == ""
    assert details(CheckResult(JOINING.check, Verdict.ERROR, trial=passed.trial)) == ""


def test_the_title_is_that_of_the_check() -> None:
    assert title(JOINING) == "Annoncer une arrivée"


@pytest.mark.proof
def test_whatever_a_copy_wrote_is_bounded_and_harmless() -> None:
    for report in (sample.hostile(), sample.huge("é"), sample.huge("\x1b")):
        for check in (check for step in report.steps for check in step.checks):
            assert visible(details(check), newlines=True) == details(check)
            assert visible(summary(check)) == summary(check)
            assert len(details(check)) < 30_000
            assert len(summary(check)) < 3_000
    assert line(" \x1b[2J\n") == "␛[2J"
