"""La même frise, et la courbe de croissance, en image (matplotlib)."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesure_support.compare import Comparison
from mesure_support.report import TITLES, sampled, shortened
from mesure_support.runs import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = {"sync": "#4c72b0", "async": "#2f9e62"}
FAILED = "#c44e52"


class PlotError(Exception):
    """Une image qu'on ne peut pas faire ; le texte dit pourquoi."""


def draw(file: Path, comparison: Comparison, sweep: dict[int, Comparison]) -> None:
    """Écrit l'image ; PlotError si matplotlib manque ou si le fichier est impossible."""
    pyplot = load_pyplot()
    panels = 3 if sweep else 2
    rows = min(len(comparison.urls), 40)
    heights = [rows * 0.2 + 0.6] * 2 + ([3.5] if sweep else [])
    figure, axes = pyplot.subplots(
        panels, figsize=(9, sum(heights) + 0.8), height_ratios=heights, layout="constrained"
    )
    for axis, script in zip(axes, ("sync", "async"), strict=False):
        draw_timeline(axis, comparison.last(script))
        axis.set_xlim(0, max(run.total for run in comparison.runs) * 1.02)
    axes[1].set_xlabel("secondes")
    if sweep:
        draw_sweep(axes[2], list(sweep), list(sweep.values()))
    try:
        figure.savefig(file, dpi=150, metadata={"Date": None} if file.suffix == ".svg" else None)
    except (OSError, ValueError) as error:
        raise PlotError(f"impossible d'écrire {file}") from error
    finally:
        pyplot.close(figure)


def load_pyplot() -> Any:
    try:
        matplotlib = import_module("matplotlib")
        matplotlib.use("Agg")
        # Un SVG se compare d'une version à l'autre : pas d'identifiants tirés au sort.
        matplotlib.rcParams["svg.hashsalt"] = "mesure"
        return import_module("matplotlib.pyplot")
    except ImportError as error:
        raise PlotError("--plot demande matplotlib : pip install matplotlib") from error


def draw_timeline(axis: "Axes", run: Run) -> None:
    pages = sampled(run.downloads)
    axis.barh(
        range(len(pages)),
        [page.duration for page in pages],
        left=[page.start for page in pages],
        color=[FAILED if page.error else COLORS[run.script] for page in pages],
    )
    axis.set_yticks(range(len(pages)), [shortened(page.url) for page in pages], fontsize=8)
    axis.invert_yaxis()
    axis.set_title(f"{TITLES[run.script]} : {run.total:.2f} s", loc="left", fontsize=11)
    clean(axis)


def draw_sweep(axis: "Axes", counts: Sequence[int], comparisons: Sequence[Comparison]) -> None:
    axis.plot(counts, [c.sync for c in comparisons], "o-", color=COLORS["sync"], label="synchrone")
    axis.plot(
        counts, [c.concurrent for c in comparisons], "o-", color=COLORS["async"], label="asynchrone"
    )
    axis.plot(
        counts, [c.floor for c in comparisons], ":", color="#666666", label="l'URL la plus lente"
    )
    axis.set_title("Durée selon le nombre d'URL", loc="left", fontsize=11)
    axis.set_xticks(counts)
    axis.set_xlabel("URL")
    axis.set_ylabel("secondes")
    axis.set_ylim(bottom=0)
    axis.legend(frameon=False)
    clean(axis)


def clean(axis: "Axes") -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="x", color="#dddddd", linewidth=0.6)
    axis.set_axisbelow(True)
