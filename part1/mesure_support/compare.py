"""Ce que disent les exécutions : sync, async, le gain, et le plancher : on ne fait pas mieux."""

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import median

from mesure_support.runs import Run


@dataclass(frozen=True)
class UrlTimes:
    """Les durées médianes d'une URL, en secondes ; None si elle a échoué à chaque fois."""

    url: str
    sync: float | None
    concurrent: float | None  # en asynchrone (async est un mot de Python)

    @property
    def gain(self) -> float | None:
        return self.sync / self.concurrent if self.sync and self.concurrent else None


@dataclass(frozen=True)
class Comparison:
    """Le bilan de plusieurs exécutions de chaque script sur une même liste."""

    runs: list[Run]
    urls: list[UrlTimes]  # dans l'ordre de la liste
    sync: float  # secondes, médiane des totaux
    concurrent: float
    floor: float  # secondes : l'URL la plus lente, à son meilleur ; 0 si aucune n'a réussi
    failures: dict[str, str]  # URL -> cause de son dernier échec

    @property
    def gain(self) -> float:
        return self.sync / self.concurrent if self.concurrent else 0.0

    @property
    def closeness(self) -> float:
        """Combien de fois le plancher dure la version asynchrone : 1 est parfait."""
        return self.concurrent / self.floor if self.floor else 0.0

    def last(self, script: str) -> Run:
        """La dernière exécution du script, ses URL dans l'ordre de la liste."""
        run = next(run for run in reversed(self.runs) if run.script == script)
        rank = {times.url: position for position, times in enumerate(self.urls)}
        return replace(run, downloads=sorted(run.downloads, key=lambda page: rank[page.url]))


def compare(runs: list[Run]) -> Comparison:
    """Rapproche les exécutions ; il en faut au moins une de chaque script."""
    durations: dict[tuple[str, str], list[float]] = defaultdict(list)
    best: dict[str, float] = {}
    for run in runs:
        for page in run.downloads:
            if not page.error:
                durations[run.script, page.url].append(page.duration)
                best[page.url] = min(page.duration, best.get(page.url, page.duration))

    def typical(script: str, url: str) -> float | None:
        times = durations.get((script, url))
        return median(times) if times else None

    names = dict.fromkeys(page.url for run in runs for page in run.downloads)
    urls = [UrlTimes(url, typical("sync", url), typical("async", url)) for url in names]
    return Comparison(
        runs=runs,
        urls=urls,
        sync=median(run.total for run in runs if run.script == "sync"),
        concurrent=median(run.total for run in runs if run.script == "async"),
        floor=max(best.values(), default=0.0),
        failures={page.url: page.error for run in runs for page in run.downloads if page.error},
    )
