"""Ce que le contenu laisse deviner."""

import pytest

from grader.discovery.clues import mode_of, role_of, stage_of, topic_of
from tests.grader.discovery.copies import ROOT


@pytest.mark.parametrize("role", ["server", "client"])
@pytest.mark.parametrize("number", [2, 3, 5, 6])
def test_stages_of_this_collection(role: str, number: int) -> None:
    content = (ROOT / f"part2/chat_{role}_ii_{number}.py").read_bytes().lower()
    assert role_of(content) == role
    assert stage_of(content, role) == number


def test_stage_four_of_this_collection() -> None:
    content = (ROOT / "part2/chat_server_ii_4.py").read_bytes().lower()
    assert (stage_of(content, "server"), stage_of(content, "client")) == (4, 0)


@pytest.mark.parametrize(
    ("name", "topic", "mode"),
    [
        ("sleep_and_print", "sleep", "sync"),
        ("sleep_and_print_async", "sleep", "async"),
        ("web_sync", "web", "sync"),
        ("web_async_multiple", "web", "async"),
    ],
)
def test_topics_of_this_collection(name: str, topic: str, mode: str) -> None:
    content = (ROOT / f"part1/{name}.py").read_bytes().lower()
    assert (topic_of(content), mode_of(content)) == (topic, mode)


def test_nothing_to_do_with_the_lab() -> None:
    assert (role_of(b"print(1)"), stage_of(b"print(1)", "server"), topic_of(b"")) == ("", 0, "")
