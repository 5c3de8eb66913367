"""L'aide dit toutes les touches, et toutes les commandes."""

from chatroom.client.faces.commands import COMMANDS
from chatroom.client.faces.screen.keys import KEYS, HelpScreen
from textual.pilot import Pilot

from tests.bonus.client.faces.screen.stage import Stage, play, text_of


def test_the_help_says_everything_and_closes() -> None:
    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        stage.push_screen(HelpScreen(operator=True))
        await pilot.pause()
        text = text_of(stage)
        for key, about in KEYS.items():
            assert f"{key} " in text
            assert about in text
        for command in COMMANDS.values():
            assert command.usage in text
            assert command.help in text
        await pilot.press("escape")
        assert not isinstance(stage.screen, HelpScreen)

    play(scene, size=(100, 62))
