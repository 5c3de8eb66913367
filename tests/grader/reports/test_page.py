"""La page web : rien d'une copie n'y agit, rien n'en sort, tout s'y lit."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest

from grader.model.records import Failure, Match, Report, Verdict
from grader.reports.page import MAX_BLOCK, name, reasons, render, sides
from tests.grader.reports import sample
from tests.grader.reports.sample import event
from wording.harmless import hidden

VERDICTS = ("passed", "failed", "partial", "unstable", "unjudged", "error")
VOID = {"meta", "line", "rect", "circle", "path"}


class Page(HTMLParser):
    """Les balises, leurs attributs, et le texte qu'on lit."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.source = render(report)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


def test_the_page_is_well_formed() -> None:
    for report in (sample.report(), sample.hostile()):
        page = Page(report)
        assert page.open == []
        assert page.source.startswith("<!doctype html>")
        assert dict(page.tags)["html"] == {"lang": "fr"}
        anchors = page.values("id")
        assert len(anchors) == len(set(anchors))
        assert {link.removeprefix("#") for link in page.values("href")} <= set(anchors)


def test_nothing_from_a_submission_becomes_a_tag_or_an_attribute() -> None:
    ours, theirs = Page(sample.report()), Page(sample.hostile())
    assert {tag for tag, _ in theirs.tags} == {tag for tag, _ in ours.tags}
    names = [{(tag, name) for tag, attrs in page.tags for name in attrs} for page in (ours, theirs)]
    assert names[0] == names[1]
    assert not {name for _, name in names[1] if name.startswith("on") or name in {"src", "style"}}
    assert "<img src=x onerror=alert(1)></script></style>&lt;\"'`{{7*7}}{% raise %}" in theirs.text


def test_nothing_hidden_is_written() -> None:
    source = render(sample.hostile())
    assert not [char for char in source if hidden(char) and char != "\n"]
    assert "␛]0;x␇\\x9b2J␀␡␍" in source
    assert "\\u202egnp\\u2066\\u200d\\ud800" in source
    source.encode()


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = Page(sample.hostile())
    assert not {"script", "link", "img", "iframe", "object", "base", "form", "image", "use"} & {
        tag for tag, _ in page.tags
    }
    assert all(link.startswith("#") for link in page.values("href"))
    style = re.search("<style>(.*?)</style>", page.source, re.DOTALL)
    assert style
    assert not re.search(r"url\(|@import|expression", style[1])
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(attrs for tag, attrs in page.tags if "http-equiv" in attrs)["content"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_what_is_told() -> None:
    text = Page(sample.report()).text
    for expected in (
        "Zoé Durand",
        "2,75 sur 6,5",
        "2 points non jugés",
        "15 janvier 2026 à 9 h 05",
        "graine 4217 · bac à sable bwrap · 13 essais, 12,34 s · correcteur 2.0",
        "lancé par python web_async_mutiple.py -f urls.txt",
        "on tape Entrée",
        "Ce contrôle n'a pu être jugé, et ne compte pas : le temps accordé",
        "∅ non rendu 0 / 1 ∅ le sujet demande part2/chat_server_ii_6.py",
        "3 essais 0,25 / 0,5",
        "Panne 1 du correcteur",
        "II. Chat Room/4. Pseudo/server.py",
        "TP6/old/web_async_multiple.py",
        "✗ échec Annoncer une arrivée 3 essais",
        "L'annonce d'arrivée n'a pas le texte demandé.",
        "Caractère 25 : attendu « t », reçu une espace",
        "Le mot tiré au sort y est, le texte attendu non.",
        "printf 'Hello|ambre' | nc -q 2 127.0.0.1 9000",
        "Instable : 4 essais se contredisent.",
        "En suspens : II.5.server.says a échoué.",
        "cela ne coûte aucun point ( panne 1 )",
        "106 faits de plus, que la page ne montre pas",
        *sample.HINTS,
    ):
        assert expected in text


def test_a_copy_is_called_by_its_folder() -> None:
    page = Page(sample.report())
    assert page.values("aria-label")[0] == "Note : 2,75 / 6,5 ; 2 points non jugés"
    assert "<h1>Zoé Durand</h1>" in page.source
    assert (name("/copies/a\x1b"), name("/")) == ("a␛", "/")


def test_a_selection_has_no_mark() -> None:
    text = Page(replace(sample.report(), selection=("II.5",), sandbox="none")).text
    assert "2,75 / 6,5 points ; 2 points non jugés" in text
    assert "sur 6" not in text
    assert "sans bac à sable" in text


def test_the_steps_are_listed_once_and_say_why() -> None:
    page = Page(sample.report())
    steps = [attrs for tag, attrs in page.tags if attrs.get("class") == "step"]
    assert not any("open" in attrs for attrs in steps)  # la liste se lit d'un coup d'œil
    assert page.text.count("Un pseudo, côté serveur") == 1
    assert reasons(sample.chat()) == [
        (Verdict.FAILED, "L'annonce d'arrivée n'a pas le texte demandé."),
        (Verdict.UNSTABLE, "Le message relayé arrive une fois sur deux."),
    ]
    assert reasons(sample.sleeping()) == []


def test_the_only_step_to_read_is_open() -> None:
    report = replace(sample.report(), steps=[sample.sleeping(), sample.chat()])
    steps = [attrs for tag, attrs in Page(report).tags if attrs.get("class") == "step"]
    assert ["open" in attrs for attrs in steps] == [False, True]


def test_headings_skip_no_level() -> None:
    levels = [int(tag[1]) for tag, _ in Page(sample.report()).tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_one_trace_and_no_mark_when_nothing_was_judged() -> None:
    report = sample.report()
    for step in report.steps:
        step.verdict = Verdict.ERROR
        for check in step.checks:
            check.verdict, check.earned = Verdict.ERROR, 0.0
            check.trial.error = sample.TRACE
    text = Page(report).text
    assert text.count("KeyError: 8888") == 1
    assert "Rien n'a pu être jugé : il n'y a pas de note." in text
    assert not re.search(r" sur \d", text)


def test_several_terminals_are_numbered() -> None:
    assert Page(sample.report()).values("aria-label").count("terminal 2") == 1


@pytest.mark.parametrize("match", [None, *Match])
@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_and_match_has_its_page(verdict: Verdict, match: Match | None) -> None:
    report = sample.report()
    result = report.steps[3].checks[0]
    assert result.failure
    result.verdict, result.failure.match = verdict, match
    assert f'class="verdict {verdict}"' in render(report)


def test_a_whole_report_stays_light() -> None:
    """Soixante-cinq contrôles justes, cent faits chacun : un récit ne pèse que ce qu'il montre."""
    report = sample.report()
    story = [event(n, f"client {n % 4}", "sent", f"un message, {n}") for n in range(100)]
    (counts,) = sample.sleeping().checks
    counts.trial.timeline = story
    report.steps = [replace(sample.sleeping(), checks=[counts] * 65)]
    assert len(render(report)) < 300_000


def test_huge_texts_are_cut() -> None:
    page = Page(sample.huge("<"))
    assert len(page.source) < 2_000_000
    assert "caractères de plus]" in page.text


def test_what_is_not_expected_is_not_said_to_be_nothing() -> None:
    shown = sides(Failure("", received="une trace"))
    assert shown.expected is None
    assert shown.received
    assert sides(Failure("", received="une trace", output="une trace")).received is None


def test_an_empty_report() -> None:
    assert "il n'y a pas de note" in Page(replace(sample.report(), steps=[], notes=[])).text


def test_the_first_difference_is_marked_in_place() -> None:
    shown = sides(Failure("", expected="a dit : x", received="a dit: x", match=Match.WORD))
    assert shown.expected
    assert shown.received
    assert (shown.expected.head, shown.expected.mark, shown.expected.tail) == ("a dit", "·", ": x")
    assert (shown.received.head, shown.received.mark, shown.received.tail) == ("a dit", ":", " x")
    assert shown.whole == ""


def test_missing_or_broken_ends_are_marked_too() -> None:
    shown = sides(Failure("", expected="ab", received="ab\ncd", match=Match.NONE))
    assert shown.expected
    assert shown.received
    assert (shown.expected.mark, shown.received.mark) == ("(fin)", "⏎\n")


def test_a_long_text_is_shown_around_its_difference() -> None:
    long = "x" * 100_000
    failure = Failure("", expected=f"{long}A{long}", received=f"{long}B{long}", match=Match.WORD)
    shown = sides(failure)
    for side, letter in ((shown.expected, "A"), (shown.received, "B")):
        assert side
        assert side.cut
        assert side.mark == letter
        assert len(side.head) + len(side.tail) < MAX_BLOCK


def test_the_line_that_matters_and_the_rest_aside() -> None:
    failure = Failure("", expected="un : x", received="zéro\nun: x\ndeux", match=Match.WORD)
    shown = sides(failure)
    assert shown.received
    assert shown.received.head == "un"
    assert shown.whole == failure.received


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
