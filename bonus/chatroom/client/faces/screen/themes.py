"""Deux thèmes, l'un sombre, l'autre clair ; leurs textes ont un contraste AA (WCAG 2)."""

import os

from textual.theme import Theme

DARK = Theme(
    name="sombre",
    dark=True,
    primary="#7cb7ff",
    secondary="#8bd5ca",
    accent="#ffb454",
    success="#7fd88f",
    warning="#f2c55c",
    error="#ff8080",
    foreground="#dfe5ee",
    background="#12161d",
    surface="#171c25",
    panel="#1e2530",
    variables={
        "text-muted": "#8f9bad",
        "footer-key-foreground": "#7cb7ff",
        "footer-background": "#1e2530",
        "input-cursor-background": "#dfe5ee",
        "input-cursor-foreground": "#12161d",
        "rule": "#39434f",
    },
)
LIGHT = Theme(
    name="clair",
    dark=False,
    primary="#0b57c4",
    secondary="#0a6b62",
    accent="#a34700",
    success="#17702d",
    warning="#7d5700",
    error="#b3261e",
    foreground="#1d232c",
    background="#fbfcfe",
    surface="#f3f5f9",
    panel="#e7ebf2",
    variables={
        "text-muted": "#566173",
        "footer-key-foreground": "#0b57c4",
        "footer-background": "#e7ebf2",
        "input-cursor-background": "#1d232c",
        "input-cursor-foreground": "#fbfcfe",
        "rule": "#c3cad6",
    },
)


def first_theme() -> str:
    """Selon le fond que dit le terminal, s'il le dit (rxvt, Konsole) : « encre;fond »."""
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if ground in ("7", "15") else DARK.name
