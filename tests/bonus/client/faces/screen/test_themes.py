"""Les deux thèmes, et celui que l'on montre d'abord."""

import pytest
from chatroom.client.faces.screen.themes import DARK, LIGHT, first_theme
from chatroom.common.colours import luminance
from textual.theme import Theme


@pytest.mark.parametrize(
    ("ground", "theme"),
    [("15;0", DARK), ("0;15", LIGHT), ("0;default;7", LIGHT), ("", DARK), ("n'importe quoi", DARK)],
)
def test_the_one_that_goes_with_the_terminal(
    ground: str, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLORFGBG", ground)
    assert first_theme() == theme.name


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_text_is_legible(theme: Theme) -> None:
    """Un contraste de 4,5 au moins sur chaque fond (WCAG 2, niveau AA)."""
    inks = [theme.primary, theme.secondary, theme.accent, theme.success, theme.warning]
    inks += [theme.error, theme.foreground, theme.variables["text-muted"]]
    for ground in (theme.background, theme.surface, theme.panel):
        for ink in inks:
            low, high = sorted(luminance(int(str(one)[1:], 16)) for one in (ink, ground))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)
