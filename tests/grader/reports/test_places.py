"""Les chemins de la machine : ceux de Python s'abrègent, ceux de la copie restent."""

import time
from dataclasses import asdict

import pytest

from grader.reports.places import homely, without_places
from tests.grader.reports import sample


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '  File "/opt/py/3.13.0/lib/python3.13/asyncio/runners.py", line 118, in run',
            '  File "…/asyncio/runners.py", line 118, in run',
        ),
        (
            '  File "/srv/Zoé Durand/.venv/lib/python3.11/site-packages/aiohttp/client.py", line 1',
            '  File "…/aiohttp/client.py", line 1',
        ),
        ("(/usr/lib/python3/dist-packages/yaml/x.py:12)", "(…/yaml/x.py:12)"),
        ('File "/opt/lib/python311.zip/os.py"', 'File "…/os.py"'),
        ('File "/opt/lib/python3.11/site-packages/x/lib/python3.11/a.py"', 'File "…/a.py"'),
        # Ceux de la copie, et ce qui n'est pas un chemin.
        ('File "/home/etudiant/tp6/part1/web.py"', 'File "/home/etudiant/tp6/part1/web.py"'),
        ("un mot /lib/pythonesque", "un mot /lib/pythonesque"),
        ("", ""),
    ],
)
def test_the_folder_of_python_is_abridged(text: str, shown: str) -> None:
    assert homely(text) == shown


def test_the_folder_of_the_copy_becomes_a_dot() -> None:
    assert homely('File "/srv/classe/Zoé/a.py"', "/srv/classe/Zoé") == 'File "./a.py"'
    assert homely("/tmp/web_page", "/tmp") == "/tmp/web_page"
    assert homely("a/b", "/") == "a/b"


def test_every_text_of_a_report_is_abridged() -> None:
    path = '"/srv/copies/lib/python3.11/asyncio/x.py"'
    spoiled = sample._spoiled(sample.report(), path)
    result = without_places(spoiled).steps[3]
    joins = result.checks[0]
    assert joins.failure
    for text in (
        *(joins.failure.message, joins.failure.expected, joins.failure.received),
        *(joins.failure.output, joins.notes[0], joins.timeline[0].text, result.note),
        without_places(spoiled).notes[0],
    ):
        assert "/srv" not in text


def test_the_report_itself_is_left_alone() -> None:
    report = sample.report()
    before = asdict(report)
    assert asdict(without_places(report, report.folder)) == before
    assert asdict(report) == before


@pytest.mark.parametrize("text", ["/" * 300_000, '"' * 300_001, "/lib/python" * 30_000])
def test_a_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    homely(text + "/lib/python3.11/" + text)
    assert time.process_time() - started < 1
