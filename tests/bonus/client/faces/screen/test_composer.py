"""La ligne où l'on écrit : le passé, Tab, ce que l'on colle ; et celle où l'on cherche."""

from chatroom.client.faces.screen.composer import Composer, Search
from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot

from tests.bonus.client.faces.screen.stage import Stage, play


def proposed(line: str) -> list[str]:
    known = ["/help", "/history", "/image ", "été "]
    return [one for one in known if one.startswith(line)] if line else []


def typed(stage: Stage) -> list[tuple[list[str], str]]:
    """Ce qui a été envoyé."""
    return [(one.pasted, one.line) for one in stage.heard if isinstance(one, Composer.Typed)]


def hints(stage: Stage) -> list[str]:
    return [one.text for one in stage.heard if isinstance(one, Composer.Hint)]


def paste(composer: Composer, text: str) -> Message:
    event = Paste(text)
    composer.post_message(event)
    return event


def test_a_line_is_said_and_the_next_one_is_empty() -> None:
    composer = Composer(proposed)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"oui", "enter", "enter", "space", "enter")
        assert typed(stage) == [([], "oui")]  # une ligne vide ne se dit pas

    play(scene, composer)


def test_lines_already_said_come_back() -> None:
    composer = Composer(proposed)

    async def scene(_: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"un", "enter", *"deux", "enter", *"deux", "enter", *"en cours")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(composer.value)
        assert seen == ["deux", "un", "un", "deux", "en cours", "en cours"]
        assert composer.cursor_position == len("en cours")

    play(scene, composer)


def test_tab_completes_then_turns() -> None:
    composer = Composer(proposed)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"/h", "tab")
        seen = [composer.value]
        for _ in range(2):
            await pilot.press("tab")
            seen.append(composer.value)
        assert seen == ["/help", "/history", "/help"]
        assert composer.proposed == "/help"
        assert hints(stage)[-1] == "/help   /history"
        composer.value = ""
        await pilot.press(*"/im", "tab")
        assert (composer.value, hints(stage)[-1]) == ("/image ", "")
        composer.value = ""
        await pilot.press(*"zz", "tab")
        assert composer.value == "zz"

    play(scene, composer)


def test_what_follows_the_cursor_stays() -> None:
    composer = Composer(proposed)

    async def scene(_: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"/im")
        composer.value = "/im chat.png"
        composer.cursor_position = 3
        await pilot.press("tab")
        assert composer.value == "/image  chat.png"
        assert composer.cursor_position == len("/image ")

    play(scene, composer)


def test_several_lines_pasted_wait_for_enter() -> None:
    composer = Composer(proposed)

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"av", "left")
        paste(composer, "un\n\ndeux\ntrois")
        await pilot.pause()
        assert (composer.value, composer.pasted) == ("", True)
        assert hints(stage)[-1] == "3 lignes collées : Entrée les envoie, Échap les oublie"
        await pilot.press(*"/quit", "enter")
        assert typed(stage) == [(["aun", "deux", "troisv"], "/quit")]
        assert not composer.pasted
        paste(composer, "un\ndeux")
        await pilot.pause()
        composer.forget_pasted()
        await pilot.press("enter")
        assert len(typed(stage)) == 1
        assert hints(stage)[-1] == ""

    play(scene, composer)


def test_one_line_pasted_is_typed() -> None:
    composer = Composer(proposed)

    async def scene(_: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"ab", "left")
        paste(composer, "x\x1b\n")
        await pilot.pause()
        assert (composer.value, composer.pasted) == ("ax�b", False)

    play(scene, composer)


def test_keys_of_a_search() -> None:
    search = Search()

    async def scene(stage: Stage, pilot: Pilot[None]) -> None:
        await pilot.press(*"oui", "up", "enter", "down")
        assert search.value == "oui"
        assert [one.step for one in stage.heard if isinstance(one, Search.Moved)] == [-1, -1, 1]

    play(scene, search)
