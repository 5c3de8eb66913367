"""Les images à l'écran : demandées une fois, dessinées à la largeur."""

import asyncio
from collections.abc import Callable
from unittest.mock import Mock

import pytest
from chatroom.client.core.events import ImageReceived
from chatroom.client.faces.screen import pictures
from chatroom.client.faces.screen.pictures import Pictures
from chatroom.client.faces.screen.rooms import Entry
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import Pictured
from rich.text import Text

from tests.bonus.pictures import PNG


def entry(seq: int = 1) -> Entry:
    return Entry("a.png", "bob", picture=Pictured(7, seq, 0, 2, 1, 0, "bob", "a.png", 9, 8, 4))


class Scene:
    def __init__(self) -> None:
        self.participant = Mock(welcomed=True)
        self.art: dict[Entry, list[Text]] = {}
        self.times = 0
        self.pictures = Pictures(self.participant, self._ask, self.art, self._drawn, Limits())

    def _ask(self, request: Callable[[], object]) -> bool:
        request()
        return True

    def _drawn(self) -> None:
        self.times += 1

    @property
    def asked(self) -> int:
        return int(self.participant.fetch.call_count)

    def draw(self, *entries: Entry, columns: int = 20) -> None:
        asyncio.run(self.pictures.draw(list(entries), columns, 40))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_each_is_asked_for_once(scene: Scene) -> None:
    one, words = entry(), Entry("du texte", "bob")
    scene.pictures.missing("Salon", [one, words])
    scene.pictures.missing("salon", [one])
    scene.participant.fetch.assert_called_once_with(one.picture)
    assert scene.pictures.received(ImageReceived("SALON", 1, PNG)) is one
    assert scene.pictures.received(ImageReceived("salon", 1, PNG)) is None  # pas demandée
    scene.pictures.missing("salon", [one])  # on l'a
    assert scene.asked == 1


def test_a_lost_connection_asks_again(scene: Scene) -> None:
    one = entry()
    scene.pictures.missing("salon", [one])
    scene.pictures.lost()
    scene.participant.welcomed = False
    scene.pictures.missing("salon", [one])
    assert scene.asked == 1
    scene.participant.welcomed = True
    scene.pictures.missing("salon", [one])
    assert scene.asked == 2


def test_drawn_again_only_when_the_width_changes(scene: Scene) -> None:
    one, other = entry(), entry(2)
    scene.pictures.missing("salon", [one])
    scene.pictures.received(ImageReceived("salon", 1, PNG))
    scene.draw(one, other)  # de l'autre, on n'a rien
    assert scene.art.keys() == {one}
    assert len(scene.art[one][0]) == 20
    scene.draw(one)
    assert scene.times == 1
    scene.draw(one, columns=30)
    assert (scene.times, len(scene.art[one][0])) == (2, 30)


def test_what_cannot_be_drawn_says_why(scene: Scene) -> None:
    one = entry()
    scene.pictures.missing("salon", [one])
    scene.pictures.received(ImageReceived("salon", 1, b"?"))
    scene.draw(one)
    assert [line.plain for line in scene.art[one]] == ["Ce n'est pas une image PNG ou JPEG."]


def test_the_oldest_are_forgotten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "HELD", 1)
    one, two = entry(1), entry(2)
    scene.pictures.missing("salon", [one, two])
    scene.pictures.received(ImageReceived("salon", 1, PNG))
    scene.draw(one)
    scene.pictures.received(ImageReceived("salon", 2, PNG))
    assert one not in scene.art
    scene.pictures.missing("salon", [one])
    assert scene.asked == 3
