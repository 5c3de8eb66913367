"""Un JUnit XML que toute forge lit, quoi que la copie ait écrit."""

import subprocess
import sys
import tarfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from grader.classroom.junit import render
from grader.model.records import Report, Verdict
from tests.grader.classroom.junit_schema import broken
from tests.grader.reports import sample

NAME = "Zoé Durand"
XSD = "testing/example_scripts/junit-10.xsd"
VALIDATE = """\
import sys, xmlschema
schema = xmlschema.XMLSchema(sys.argv[1])
for file in sys.argv[2:]:
    schema.validate(file)
"""


def parsed(report: Report, name: str = NAME) -> ET.Element:
    return ET.fromstring(render(report, name).encode())


def reports() -> list[Report]:
    every = []
    for verdict in Verdict:
        report = sample.report()
        report.steps[3].checks[0].verdict = verdict
        every.append(report)
    return [sample.hostile(), replace(sample.report(), steps=[]), *every]


def test_one_suite_a_step_one_case_a_check() -> None:
    root = parsed(sample.report())
    assert root.attrib == {
        "name": NAME,
        "time": "12.340",
        "tests": "11",
        "failures": "4",
        "errors": "1",
    }
    assert [suite.get("name") for suite in root][3] == "II.5.server Un pseudo, côté serveur"
    assert root[3].attrib == {
        "name": "II.5.server Un pseudo, côté serveur",
        "time": "1.250",
        "timestamp": "2026-01-15T09:05:00+01:00",
        "tests": "4",
        "failures": "2",
        "errors": "0",
        "skipped": "1",
    }
    assert root[3][0].attrib == {
        "classname": "II.5.server",
        "name": "joins : Annoncer une arrivée",
        "time": "1.250",
    }


def test_each_verdict_has_its_element() -> None:
    root = parsed(sample.report())
    tags = [[child.tag for child in case] for case in root.iter("testcase")]
    assert tags == [
        *([], ["skipped"], [], ["error"], ["failure"]),
        *(["failure"], ["failure"], [], ["skipped"], ["skipped"], ["failure"]),
    ]
    assert [(one.get("type"), one.get("message")) for one in root.iter("failure")][-1] == (
        *("not_submitted", "Non rendu."),
    )


def test_a_failure_has_its_sentence_and_its_proofs() -> None:
    failure = next(parsed(sample.report())[3].iter("failure"))
    assert failure.get("message") == ("L'annonce d'arrivée n'a pas le texte demandé. (0,25 / 0,5)")
    assert failure.text
    assert "\n\nReçu : Annonce : ambre a rejoin la chatroom\n\n" in failure.text


def test_counts_add_up() -> None:
    for report in reports():
        root = parsed(report)
        for name in ("tests", "failures", "errors"):
            assert int(root.get(name, "")) == sum(int(suite.get(name, "")) for suite in root)
        assert len(list(root.iter("skipped"))) == sum(int(s.get("skipped", "")) for s in root)


def test_whatever_a_copy_wrote_the_document_is_valid() -> None:
    for report in (*reports(), sample.huge("]]>")):
        text = render(report, NAME)
        assert broken(ET.fromstring(text.encode())) == []
        assert len(text) < 200_000


@pytest.mark.parametrize("name", [sample.HOSTILE, "\ufffe\uffff\ud800", "a" * 100_000, ""])
def test_whatever_its_name_the_document_is_valid(name: str) -> None:
    root = parsed(sample.report(), name)
    assert broken(root) == []
    assert len(root.get("name", "")) < 2_000


def test_the_rules_can_be_broken() -> None:
    assert broken(ET.fromstring('<testsuites time="1e3"><testcase>x</testcase></testsuites>')) == [
        *("testsuites : durée 1e3", "testsuites : contient testcase"),
        *("testcase : sans name", "testcase : du texte"),
    ]
    assert broken(ET.fromstring('<testsuite name="" tests="" failures="" errors="" a=""/>')) == [
        "testsuite : a de trop"
    ]
    assert broken(ET.fromstring("<skip/>")) == ["skip : inconnu"]


def test_nothing_of_others_nor_of_us() -> None:
    text = render(sample.report(), NAME)
    report = sample.report()
    assert report.folder not in text
    assert str(report.seed) not in text
    assert not any(hint.splitlines()[0] in text for hint in sample.HINTS)
    assert "KeyError" not in text


@pytest.mark.registry
def test_the_schema_that_pytest_keeps(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet"]
    wanted = f"pytest=={version('pytest')}"
    source = ["download", "--no-deps", "--no-binary", "pytest", "--dest", str(tmp_path), wanted]
    subprocess.run([*pip, *source], check=True)
    subprocess.run([*pip, "install", "--target", str(tmp_path / "lib"), "xmlschema"], check=True)
    (archive,) = tmp_path.glob("pytest-*.tar.gz")
    with tarfile.open(archive) as content:
        schema = content.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{XSD}")
        assert schema
        (tmp_path / "junit.xsd").write_bytes(schema.read())
    documents = []
    for rank, report in enumerate(reports()):
        documents.append(tmp_path / f"{rank}.xml")
        documents[-1].write_text(render(report, sample.HOSTILE), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", VALIDATE, tmp_path / "junit.xsd", *documents],
        env={"PYTHONPATH": str(tmp_path / "lib")},
        check=True,
    )
