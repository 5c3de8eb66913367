"""Un mot de passe, demandé par-dessus la conversation."""

from chatroom.client.faces.screen.asking import AskScreen
from textual.pilot import Pilot
from textual.widgets import Static

from tests.bonus.client.faces.screen.stage import Stage, play, text_of


def asked(*keys: str) -> tuple[list[str | None], str]:
    answers: list[str | None] = []
    shown: list[str] = []

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        stage.push_screen(AskScreen("Le salon [jeux] demande un mot de passe."), answers.append)
        await pilot.pause()
        await pilot.press(*keys[:-1])
        shown.append(text_of(stage))
        await pilot.press(keys[-1])
        await pilot.pause()

    play(scene, Static("derrière"), size=(60, 12))
    return answers, shown[0]


def test_given() -> None:
    answers, shown = asked("m", "o", "t", "enter")
    assert answers == ["mot"]
    assert "[jeux]" in shown
    assert "mot\n" not in shown.replace("mot de passe", "")  # ce que l'on tape ne se lit pas


def test_given_up() -> None:
    assert asked("m", "escape")[0] == [""]
