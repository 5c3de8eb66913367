"""Ce qui coûte le plus vient d'abord, et chaque point perdu est compté une fois."""

from dataclasses import replace

import pytest

from grader.model.records import CheckResult, Report, Verdict
from grader.reports.priorities import MAX_SENTENCE, priorities, sentence
from tests.grader.reports import sample


def costs(report: Report) -> list[tuple[tuple[str, ...], float, float]]:
    return [(one.places, one.own, one.held) for one in priorities(report)]


def test_the_dearest_cause_comes_first_with_what_it_holds() -> None:
    assert costs(sample.report()) == [
        # Avec la fin de sa propre étape, et non II.6.client, que tient le premier échec de II.5.
        (("II.5.server.joins",), 0.25, 1.0),
        (("II.5.server.says",), 0.5, 0.5),
        (("II.6.server",), 1.0, 0.0),
        (("I.3.async.session",), 0.5, 0.0),
    ]
    dearest = priorities(sample.report())[0]
    assert dearest.title == "II.5.server : Annoncer une arrivée"
    assert dearest.sentence == "L'annonce d'arrivée n'a pas le texte demandé."
    assert dearest.lost == 1.25


def test_every_lost_point_is_counted_once() -> None:
    report = sample.report()
    found = priorities(report)
    assert sum(one.lost for one in found) == pytest.approx(report.points - report.earned)
    report.steps[3].checks[3].cause = "II.9.ailleurs"
    report.steps[4].checks[0].cause = ""
    found = priorities(report)
    assert sum(one.lost for one in found) == pytest.approx(report.points - report.earned)
    assert {one.sentence for one in found if one.verdict is Verdict.SKIPPED} == {
        "II.9.ailleurs a échoué.",
        "Une étape précédente a échoué.",
    }


def test_what_is_not_submitted_makes_one_entry() -> None:
    report = sample.report()
    (alone,) = (one for one in priorities(report) if one.verdict is Verdict.NOT_SUBMITTED)
    assert alone.title == "II.6.server : Un client s'en va"
    assert alone.sentence == "Le sujet demande part2/chat_server_ii_6.py."
    other = replace(report.steps[4], verdict=Verdict.NOT_SUBMITTED)
    other.checks = [CheckResult(other.step.checks[0], Verdict.NOT_SUBMITTED)]
    report.steps[4] = other
    both = priorities(report)[0]
    assert (both.title, both.places) == ("2 étapes", ("II.6.client", "II.6.server"))
    assert both.sentence == "Aucun script de la copie n'y répond."
    assert both.lost == 2.0


def test_a_step_that_is_missing_holds_the_next_one() -> None:
    report = sample.report()
    report.steps[4].checks[0].cause = "II.6.server"
    absent = next(one for one in priorities(report) if one.verdict is Verdict.NOT_SUBMITTED)
    assert (absent.own, absent.held) == (1.0, 1.0)


def test_causes_that_go_round_in_circles_end() -> None:
    report = sample.report()
    waiting = report.steps[4]
    waiting.checks[0].cause = waiting.step.id
    assert ("II.6.client.quits",) in [one.places for one in priorities(report)]


def test_what_costs_nothing_is_not_there() -> None:
    report = sample.report()
    assert priorities(replace(report, steps=report.steps[:2])) == []


def test_a_sentence_for_what_is_wrong() -> None:
    told = [sentence(check) for check in sample.chat().checks]
    assert told == [
        "L'annonce d'arrivée n'a pas le texte demandé.",
        "Le message relayé arrive une fois sur deux.",
        "",
        "",
    ]
    absent = sample.report().steps[1].checks[0]
    assert sentence(absent) == "le temps accordé à cette copie est écoulé"
    assert sentence(sample.pages().checks[1]) == "Le correcteur s'est trompé, pas vous."
    long = sample.joining()
    assert long.failure
    long.failure.message = "x" * 1000
    assert len(sentence(long)) < MAX_SENTENCE + 40
