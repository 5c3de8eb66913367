"""La feuille de style de la page : ce qui s'y lit se lit partout."""

import re
from importlib import resources

import pytest

VERDICTS = ("passed", "failed", "partial", "unstable", "unjudged", "error")


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrasts_are_at_least_aa(scheme: str) -> None:
    style = resources.files("grader.reports").joinpath("page.css").read_text("utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(roots) == 2
    colors = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", roots[scheme == "dark"]))
    for ground in ("paper", "card", "code"):
        for ink in ("ink", "muted", "accent", *VERDICTS):
            assert contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)
    assert contrast(colors["ink"], colors["mark"]) >= 4.5
