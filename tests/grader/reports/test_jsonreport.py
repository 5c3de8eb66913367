"""Le JSON suit son schéma, ne dépend que de la copie et de la graine, et se relit sans risque."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from grader.model.records import REPORT_VERSION, Event, EventKind, Match, Report, Verdict
from grader.reports.jsonreport import (
    MAX_BYTES,
    ReportError,
    contents,
    dump,
    parsed,
    schema,
    unvarying,
)
from tests.grader.reports import sample

ADDED = {"content"}  # depuis le premier rapport de cette version


def facts(report: Report) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(dump(report))
    return content


def valid(report: Report) -> bool:
    return Draft202012Validator(schema()).is_valid(facts(report))


def test_the_schema_is_one_and_knows_the_model() -> None:
    published = schema()
    Draft202012Validator.check_schema(published)
    assert published["$id"].endswith(f":{REPORT_VERSION}")
    assert published["properties"]["version"]["const"] == REPORT_VERSION
    definitions = published["$defs"]
    assert set(definitions["verdict"]["enum"]) == set(Verdict)
    assert set(definitions["match"]["enum"]) == {None, *Match}
    assert set(definitions["event"]["properties"]["kind"]["enum"]) == set(get_args(EventKind))


def objects(node: Any) -> list[dict[str, Any]]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    found = [inner for child in children for inner in objects(child)]
    return [node, *found] if isinstance(node, dict) and node.get("type") == "object" else found


def test_nothing_unknown_is_allowed_and_only_what_was_added_is_optional() -> None:
    for described in objects(schema()):
        assert described["additionalProperties"] is False
        optional = set(described["properties"]) - set(described["required"])
        assert optional == (ADDED & set(described["properties"]))


def test_a_report_follows_the_schema() -> None:
    assert valid(sample.report())
    assert valid(sample.hostile())
    assert valid(replace(sample.report(), steps=[], selection=("II.5",), sandbox="none"))


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("match", [None, *Match])
def test_every_verdict_and_match_follow_the_schema(verdict: Verdict, match: Match | None) -> None:
    report = sample.report()
    result = report.steps[3].checks[0]
    assert result.failure
    result.verdict, result.failure.match = verdict, match
    assert valid(report)
    written = facts(report)["steps"][3]["checks"][0]
    assert (written["verdict"], written["failure"]["match"]) == (verdict, match)


def test_facts_only_no_hint() -> None:
    text = dump(sample.report())
    assert not any(hint in text for hint in sample.HINTS)
    assert text.endswith("}\n")


def test_texts_keep_their_value_and_lose_their_power() -> None:
    text = dump(sample.hostile())
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text
    )
    assert not re.search("[\ud800-\udfff]", text)
    text.encode()
    assert "Zoé" in text
    failure = json.loads(text)["steps"][3]["checks"][0]["failure"]
    assert failure["sent"] == f"{sample.HOSTILE}Hello|ambre"


def test_only_durations_change_between_two_runs() -> None:
    one, two = sample.report(), sample.report()
    two.seconds += 1.5
    two.date += timedelta(days=1)
    for step in two.steps:
        step.others.reverse()  # l'ordre de deux candidats écartés ne dit rien
        for check in step.checks:
            check.seconds += 0.25
            check.runs += 1
            for event in check.timeline:
                event.at += 0.125
            # Les acteurs se croisent autrement, chacun garde l'ordre de ses propres faits.
            check.timeline.sort(key=lambda event: event.actor != "client B")
    assert dump(one) != dump(two)
    assert unvarying(facts(one)) == unvarying(facts(two))
    two.steps[3].checks[0].timeline[0].text = "autre"
    assert unvarying(facts(one)) != unvarying(facts(two))


def test_the_timeline_is_told_actor_by_actor() -> None:
    lanes = facts(sample.report())["steps"][3]["checks"][0]["timeline"]
    assert [lane["actor"] for lane in lanes] == ["client A", "client B", "serveur"]
    assert [event["kind"] for event in lanes[1]["events"]] == [
        "connect",
        "sent",
        "received",
        "close",
    ]


def test_a_huge_report_is_cut_until_it_can_be_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.reports.jsonreport.MAX_BYTES", 300_000)
    text = dump(sample.huge("\U000f0000"))
    assert len(text.encode()) < 300_000
    assert "caractères de plus]" in text
    assert parsed(text)["seed"] == 4217


def test_endless_lists_are_cut_and_say_so() -> None:
    report = replace(sample.report(), notes=[f"note {i}" for i in range(50_000)])
    story = [Event(f"acteur {i % 3000}", "note", "…", 0.0) for i in range(9000)]
    judged = [check for step in report.steps for check in step.checks]
    failed = next(number for number, check in enumerate(judged) if check.failure)
    judged[failed].trial.timeline = story
    assert valid(report)
    written = facts(report)
    assert re.fullmatch(r"\[… \d+ de plus\]", written["notes"][-1])
    check = [check for step in written["steps"] for check in step["checks"]][failed]
    kept = sum(len(lane["events"]) for lane in check["timeline"])
    assert 0 < kept < 9000
    assert check["omitted"] == 9000 - kept


def changed(**fields: Any) -> str:
    return json.dumps({**facts(sample.report()), **fields})


NOT_A_REPORT = "ce n'est pas un rapport"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"{NOT_A_REPORT} : JSON illisible, ligne 1, colonne 1"),
        ('{"version": 1,\n]', f"{NOT_A_REPORT} : JSON illisible, ligne 2, colonne 1"),
        ("[" * 100_000, f"{NOT_A_REPORT} : trop de niveaux imbriqués"),
        ('{"version": NaN}', f"{NOT_A_REPORT} : un nombre est illisible"),
        ('{"version": ' + "9" * 5000 + "}", f"{NOT_A_REPORT} : un nombre est illisible"),
        ("[]", "ce n'est pas un rapport du correcteur"),
        ("{}", "ce n'est pas un rapport du correcteur"),
        (changed(version=1), "ce rapport est de version 1 ; ce correcteur lit la version 2"),
        (changed(version="\x1b["), "de version inconnue"),
        (changed(version=10**4000), "[… 3\u00a0981 caractères de plus]"),
        (changed(points=float("inf")), "un nombre est illisible"),
        (" " * (MAX_BYTES + 1), "ce rapport est trop gros : plus de 20 Mo"),
    ],
)
def test_a_bad_report_is_refused_in_a_line(text: str, message: str) -> None:
    with pytest.raises(ReportError, match=re.escape(message)) as error:
        parsed(text)
    assert str(error.value).isprintable() or "\u00a0" in str(error.value)


def test_an_older_report_has_no_fingerprint() -> None:
    assert valid(replace(sample.report(), content="0" * 64))
    older = facts(sample.report())
    del older["content"]
    assert Draft202012Validator(schema()).is_valid(older)
    assert parsed(json.dumps(older)) == older


def test_a_report_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "rapport.json"
    path.write_text(dump(sample.hostile()), "utf-8")
    assert parsed(contents(path)) == facts(sample.hostile())


def test_a_bad_file_is_refused_in_a_line(tmp_path: Path) -> None:
    binary, huge = tmp_path / "binary", tmp_path / "huge"
    binary.write_bytes(b"\xff\xfe")
    with huge.open("wb") as file:
        file.seek(MAX_BYTES * 50)
        file.write(b"\xff")  # jamais lu, il ne peut pas choquer
    for path, message in (
        (tmp_path / "absent", "fichier introuvable"),
        (tmp_path, "ce n'est pas un fichier"),
        (Path("/dev/zero"), "ce n'est pas un fichier"),
        (tmp_path / ("x" * 5000), "fichier illisible"),
        (tmp_path / "a\0b", "fichier"),
        (binary, "n'est pas en UTF-8"),
        (huge, "trop gros"),
    ):
        with pytest.raises(ReportError, match=message):
            parsed(contents(path))
