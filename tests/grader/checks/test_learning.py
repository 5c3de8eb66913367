"""Apprendre à lancer un script du web, sur de petits scripts qui n'écrivent rien."""

from pathlib import Path

import pytest

from grader.checks import learning
from grader.model.records import Launch, Outcome
from tests.grader.checks.playing import message, play

HEAD = """
import sys, time, argparse
from urllib.request import urlopen
def get(url): return urlopen(url, timeout=20).read()
"""
PARSER = "parser = argparse.ArgumentParser()\nparser.add_argument({name!r}, required=True)\n"
ONE, MANY = "I.2.sync", "I.2.sync_multiple"
LINES = "for line in open({file}): get(line.strip())"


def _learn(tmp_path: Path, step: str, script: str, **others: str) -> Outcome:
    return play(tmp_path, step, HEAD + script, "requests", others=others)


def _attempts(outcome: Outcome) -> int:
    return sum(event.kind == "start" for event in outcome.timeline)


@pytest.mark.parametrize(
    ("step", "script", "arguments", "answers"),
    [
        (ONE, "get(sys.argv[1])", ("{url}",), ()),
        (ONE, f"{PARSER.format(name='-u')}get(parser.parse_args().u)", ("-u", "{url}"), ()),
        (
            ONE,
            f"{PARSER.format(name='--lien')}get(parser.parse_args().lien)",
            ("--lien", "{url}"),
            (),
        ),
        (ONE, "get(input('Quelle URL ? ')); input('Appuyez sur Entrée')", (), ("url",)),
        (MANY, LINES.format(file="sys.argv[1]"), ("{file}",), ()),
        (MANY, LINES.format(file="input('Fichier : ')"), (), ("file",)),
    ],
)
def test_learns(
    tmp_path: Path, step: str, script: str, arguments: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    outcome = _learn(tmp_path, step, script)
    assert not outcome.failure
    assert outcome.launch
    assert (outcome.launch.arguments, outcome.launch.answers) == (arguments, answers)
    assert bool(outcome.launch.note) == (len(arguments) != 1)


def test_the_message_and_the_story_are_of_the_furthest_attempt(tmp_path: Path) -> None:
    script = f"{PARSER.format(name='-u')}get(parser.parse_args().url)"
    outcome = _learn(tmp_path, ONE, script)
    assert "AttributeError" in message(outcome)
    assert outcome.failure
    assert "AttributeError" in outcome.failure.output
    assert outcome.tried
    assert outcome.tried.arguments == ("-u", "{url}")
    (started,) = (event for event in outcome.timeline if event.kind == "start")
    assert started.text == f"python x.py -u {outcome.failure.sent}"


@pytest.mark.proof
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("url = argv[1]", "la page (NameError"),
        ("import absent", "la page (ModuleNotFoundError"),
        ("print('bonjour')", "ne demande pas la page."),
        ("time.sleep(600)", "ne demande pas la page : il dort"),
        ("while True: pass", "ne demande pas la page : il calcule sans fin"),
        ("while True: print('bonjour')", "ne demande pas la page : il écrit sans fin"),
    ],
)
def test_what_downloads_nothing_is_not_tried_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    tried: list[Launch] = []
    attempt = learning.Learner._try

    async def count(self: learning.Learner, launch: Launch) -> learning.Attempt:
        tried.append(launch)
        return await attempt(self, launch)

    monkeypatch.setattr(learning.Learner, "_try", count)
    monkeypatch.setattr(learning, "COMPUTING", 1.0)
    outcome = _learn(tmp_path, ONE, script)
    assert said in message(outcome)
    assert (outcome.credit, outcome.timed_out) == (0.0, False)
    assert len(tried) == 1


def test_an_url_of_its_own(tmp_path: Path) -> None:
    script = "get(sys.argv[1].rpartition('/')[0] + '/fixe')"
    outcome = _learn(tmp_path, ONE, script)
    assert "L'URL est écrite dans le script" in message(outcome)
    assert outcome.credit == 0.5
    assert outcome.launch
    assert len(outcome.launch.urls) == 1


def test_an_url_written_beside(tmp_path: Path) -> None:
    script = "get(sys.argv[1].rpartition('/')[0] + '/fixe')"
    outcome = _learn(tmp_path, ONE, script, **{"urls.json": '["https://127.0.0.1:1"]'})
    assert "dans le script" in message(outcome)  # ce fichier ne dit pas d'où l'URL vient
    host = "x = sys.argv[1].split('/')[2]; get(f'https://{x}/fixe')"
    found = play(tmp_path, ONE, HEAD + host, "requests", others={"urls.json": "127.0.0.1"})
    assert "dans le script" in message(found)


@pytest.mark.parametrize(
    ("script", "said", "credit"),
    [
        ("get(open(sys.argv[1]).readline().strip())", "ne demande pas toutes les pages", 0.5),
        ("for u in [l.split('//')[1] for l in open(sys.argv[1]).read().split('\\n')]:\n"
         "    get('https://' + u)", "Le retour à la ligne qui finit le fichier", 0.5),
        (LINES.format(file="'sites.txt'"), "Le script lit toujours « sites.txt »", 0.5),
        (LINES.format(file="'/tmp/' + sys.argv[1]"), "toutes les pages (FileNotFoundError", 0.0),
    ],
)  # fmt: skip
def test_lists(tmp_path: Path, script: str, said: str, credit: float) -> None:
    outcome = _learn(tmp_path, MANY, script)
    assert said in message(outcome)
    assert outcome.credit == credit
    assert outcome.failure
    assert outcome.failure.sent.endswith("\n")
    assert outcome.launch is None or outcome.launch.unended == ("retour" in said)
    assert outcome.launch is None or bool(outcome.launch.file) == ("lit toujours" in said)
