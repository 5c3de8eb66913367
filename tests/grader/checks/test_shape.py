"""Ce que le sujet impose dans le texte des scripts, qui n'est pas lancé."""

from pathlib import Path

import pytest

from tests.grader.checks.playing import message, play

GET, WRITE = "def get_content(url): ...", "def write_content(content, file): ..."


@pytest.mark.parametrize(
    ("script", "said", "credit"),
    [
        (f"{GET}\n{WRITE}\nabsent()", "", 1.0),
        (f"class Web:\n    {GET}\n    {WRITE}", "", 1.0),
        (f"def main():\n    {GET}\n    {WRITE}", "", 1.0),
        (WRITE, "Il manque get_content().", 0.25),
        ("", "Il manque get_content() et write_content().", 0.0),
        (f"async {GET}\n{WRITE}", "get_content() n'est pas une fonction ordinaire", 0.5),
        (f"{GET}\ndef write_content(content): ...", "ne prend pas 2 arguments", 0.5),
        (f"{WRITE}\ndef get_content(): ...", "ne prend pas 1 argument.", 0.5),
    ],
)
def test_functions(tmp_path: Path, script: str, said: str, credit: float) -> None:
    outcome = play(tmp_path, "I.2.sync", script, "functions")
    assert said in message(outcome)
    assert outcome.credit == credit
    assert bool(said) == bool(outcome.failure)


@pytest.mark.parametrize(
    ("step", "script", "said"),
    [
        ("I.2.async", f"async {GET}\nasync {WRITE}", ""),
        ("I.2.async", f"{GET}\nasync {WRITE}", "n'est pas une fonction asynchrone"),
        ("II.3.client", "async def async_input(): ...\nasync def async_receive(): ...", ""),
        ("II.3.client", "def async_input(): ...\nasync def async_receive(): ...", "asynchrone"),
        ("II.3.client", "async def async_input(): ...", "Il manque async_receive()"),
    ],
)
def test_asynchronous_functions(tmp_path: Path, step: str, script: str, said: str) -> None:
    outcome = play(tmp_path, step, script, "functions")
    assert said in message(outcome)
    assert bool(said) == bool(outcome.failure)


@pytest.mark.parametrize(
    ("script", "right"), [("CLIENTS = {}", True), ("clients = {}", False), ("print(1)", False)]
)
def test_clients(tmp_path: Path, script: str, right: bool) -> None:
    outcome = play(tmp_path, "II.4.server", script, "clients")
    assert right == (outcome.failure is None)
    assert right or "variable globale CLIENTS" in message(outcome)
