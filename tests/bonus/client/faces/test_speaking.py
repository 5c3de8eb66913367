"""Ce qu'une ligne tapée fait faire au participant."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest
from chatroom.client.faces.names import Names
from chatroom.client.faces.speaking import Speaker
from chatroom.protocol.limits import Limits

from tests.bonus.pictures import PNG


class Scene:
    """Un participant qui note ce qu'on lui demande, et ce qui est reproché à la personne."""

    def __init__(self) -> None:
        self.link = Mock()
        self.asked: Mock = self.link.participant
        self.complaints: list[str] = []
        names = Names()
        names.pseudos["Jean Paul"] = None
        self.speaker = Speaker(self.link, names, Limits(), self.complaints.append)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize(
    ("command", "rest", "asked"),
    [
        ("", "oui", lambda one: one.say("salon", "oui")),
        ("/join", "jeux", lambda one: one.join("jeux")),
        ("/rooms", "", lambda one: one.list_rooms()),
        ("/who", "", lambda one: one.list_rooms("salon")),
        ("/who", "jeux", lambda one: one.list_rooms("jeux")),
        ("/msg", "jean paul psst", lambda one: one.whisper("Jean Paul", "psst")),
        ("/history", "", lambda one: one.older("salon")),
    ],
)
def test_each_command_is_a_request(
    scene: Scene, command: str, rest: str, asked: Callable[[Mock], object]
) -> None:
    assert scene.speaker.obey("salon", command, rest)
    wanted = Mock()
    asked(wanted)
    assert scene.asked.mock_calls == wanted.mock_calls
    scene.link.flush.assert_called_once_with()


def test_why_it_cannot_be(scene: Scene) -> None:
    scene.asked.say.side_effect = ValueError("Un message vide.")
    assert not scene.speaker.obey("salon", "", "")
    assert not scene.speaker.obey("salon", "/msg", "bob")
    assert not scene.speaker.ask(lambda: int("x" * 5))
    assert scene.complaints[:2] == ["Un message vide.", "Usage : /msg PSEUDO TEXTE"]
    assert len(scene.complaints) == 3
    scene.link.flush.assert_not_called()


def test_a_picture(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    asyncio.run(scene.speaker.send_image("salon", str(path)))
    scene.asked.send_image.assert_called_once_with("salon", "a.png", PNG)
    asyncio.run(scene.speaker.send_image("salon", str(tmp_path / "absent")))
    assert scene.complaints == ["« absent » n'existe pas."]
