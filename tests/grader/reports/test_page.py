"""La page web : rien d'une copie n'y agit, rien n'en sort, tout s'y lit."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from grader.model.records import Failure, Match, Report, Verdict
from grader.reports.documents import digest
from grader.reports.page import (
    MAX_BLOCK,
    MAX_CAUSES,
    MAX_DECISIONS,
    MAX_LINE,
    MAX_LINES,
    Heading,
    bare,
    lasting,
    line,
    name,
    others,
    path,
    reasons,
    render,
    sides,
)
from tests.grader.reports import sample
from tests.grader.reports.sample import event
from wording.harmless import hidden

VOID = {"meta", "line", "rect", "circle", "path", "input"}


class Page(HTMLParser):
    """Les balises, leurs attributs, et le texte qu'on lit."""

    def __init__(self, report: Report, heading: Heading | None = None) -> None:
        super().__init__()
        self.source = render(report, heading)
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
        if not {"style", "script"} & set(self.open[-1:]):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def steps(self) -> dict[str, bool]:
        """Les étapes, dans l'ordre, et si elles sont ouvertes."""
        tags = iter(self.tags)
        return {
            next(inner["id"] or "" for _, inner in tags if inner.get("class") == "body"): (
                "open" in attrs
            )
            for tag, attrs in tags
            if tag == "details" and (attrs["class"] or "").startswith("step ")
        }

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


def test_the_page_loads_nothing_and_runs_only_its_own_script() -> None:
    page = Page(sample.hostile())
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert not {"link", "img", "iframe", "object", "base", "form", "image", "use"} & {
        tag for tag, _ in page.tags
    }
    assert all(link.startswith("#") for link in page.values("href"))
    style = re.search("<style>(.*?)</style>", page.source, re.DOTALL)
    assert style
    assert not re.search(r"url\(|@import|expression", style[1])
    script = re.search("<script>(.*?)</script>", page.source.rpartition("</main>")[2], re.DOTALL)
    assert script
    hashes = [
        base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        for found in (style, script)
    ]
    policy = next(attrs for tag, attrs in page.tags if "http-equiv" in attrs)["content"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
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
        "∅ non rendu 0 / 1 ∅ Le sujet demande part2/chat_server_ii_6.py.",
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
        "↷ en suspens Après un départ II.5.server.says a échoué 0 / 0,5",
        "↷ en suspens 0 / 1 ↷ II.5.server a échoué.",
        "cela ne coûte aucun point ( panne 1 )",
        "106 faits de plus, qui ne sont pas montrés",
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
    opened = page.steps()
    assert list(opened) == [step.step.id for step in sample.report().steps]
    assert not any(opened.values())  # la liste se lit d'un coup d'œil
    assert page.text.count("Un pseudo, côté serveur") == 1
    assert reasons(sample.chat()) == [
        (Verdict.FAILED, "L'annonce d'arrivée n'a pas le texte demandé."),
        (Verdict.UNSTABLE, "Le message relayé arrive une fois sur deux."),
    ]
    assert reasons(sample.sleeping()) == []


def test_the_only_step_to_read_is_open() -> None:
    report = replace(sample.report(), steps=[sample.sleeping(), sample.chat()])
    assert list(Page(report).steps().values()) == [False, True]


def test_what_costs_most_comes_first() -> None:
    page = Page(sample.report())
    first = page.text.index("À corriger d'abord")
    dearest = (
        "−1,25 ✗ échec II.5.server : Annoncer une arrivée "
        "L'annonce d'arrivée n'a pas le texte demandé. dont 1 point en suspens, qui en dépend"
    )
    assert first < page.text.index(dearest) < page.text.index("Les étapes")
    assert page.values("href")[:2] == ["#II.5.server.joins", "#II.5.server.says"]


def test_few_causes_come_first_and_the_others_are_counted() -> None:
    report = sample.report()
    for number in range(MAX_CAUSES):
        more = sample.pages()
        more.step = replace(more.step, id=f"I.{number + 4}.async")
        for check in more.checks:
            check.check = replace(check.check, id=f"{more.step.id}.{check.check.title}")
        report.steps.append(more)
    assert "Et 4 autres, plus bas, qui coûtent 2 points." in Page(report).text
    missing = [
        replace(sample.unjudged(f"I.{n}", "", "x.py", Verdict.NOT_SUBMITTED)) for n in (1, 2)
    ]
    absent = Page(replace(report, steps=missing))
    assert "−2 ∅ non rendu 2 étapes : I.1 , I.2 Aucun script" in absent.text
    assert absent.values("href") == ["#I.1", "#I.2"]


def test_nothing_to_correct() -> None:
    page = Page(replace(sample.report(), steps=[sample.sleeping()]))
    assert "À corriger" not in page.text
    assert "Seulement ce qui" not in page.text
    assert list(page.steps()) == ["I.1.sync"]
    assert "Seulement ce qui n'est pas juste" in Page(sample.report()).text


def test_a_page_to_hand_over() -> None:
    """Le titre, la note et les décisions d'une classe ; rien de la machine qui a corrigé."""
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.output = f'  File "{report.folder}/a.py"\n  File "/srv/lib/python3.11/asyncio/x.py"'
    heading = Heading("Zoé\x1b Durand", "3,25 / 8,5", ("II.6.server : +0,5, <b>vu</b> à l'oral",))
    page = Page(report, heading)
    assert "<h1>Zoé␛ Durand</h1>" in page.source
    assert "Note mesurée : 2,75 / 6,5" in page.values("aria-label")[0]
    for told in (
        "2,75 sur 6,5 mesurée Note retenue 3,25 / 8,5",
        "Ce qui a été décidé II.6.server : +0,5, <b>vu</b> à l'oral",
        'File "./a.py" File "…/asyncio/x.py"',
        "Elle a empêché de juger I.3.async.together.",
    ):
        assert told in page.text
    for hidden_text in (report.folder, "/srv", "/home/prof", "graine", "--seed", "KeyError: 8888"):
        assert hidden_text not in page.text
    assert "Note retenue" not in Page(report, Heading("Zoé")).text
    assert "Ce qui a été décidé" not in Page(report, Heading("Zoé")).text


def test_a_heading_is_bounded() -> None:
    many = Heading("x" * 10_000, "9" * 10_000, ("y" * 100_000,) * 1000)
    page = Page(sample.report(), many)
    assert len(page.source) < 300_000
    assert f"Et {1000 - MAX_DECISIONS} de plus." in page.text


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
    text = Page(sample.report()).text
    assert "pour le refaire à la main, terminal 2 printf" in text
    report = sample.report()
    failure = report.steps[3].checks[0].failure
    assert failure
    failure.reproduce = failure.reproduce[:1]
    assert "pour le refaire à la main python server.py" in Page(report).text


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


def test_a_story_opens_when_it_alone_shows_something() -> None:
    result = sample.relaying()
    assert not bare(result)
    result.trial.failure = Failure("Rien ne vient.")
    assert bare(result)
    assert not bare(sample.sleeping().checks[0])
    assert lasting([event(1, "a", "note"), event(0.5, "a", "note")]) == 1


def test_a_long_line_keeps_its_start_and_a_path_its_end() -> None:
    assert line("a\nb") == "a␊b"
    assert line("début" + "x" * MAX_LINE).startswith("début")
    assert path("x" * MAX_LINE + "/web.py").endswith("/web.py")
    assert path("a\x1b") == "a␛"


def test_small_words() -> None:
    assert (others(1), others(2)) == ("1 autre", "2 autres")
    assert digest("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_the_head_of_what_is_received_is_kept() -> None:
    shown = sides(Failure("", received="\n".join(f"ligne {n}" for n in range(60))))
    assert shown.received
    assert shown.received.head.startswith("ligne 0\n")
    assert shown.received.head.endswith("ligne 59")
    assert shown.received.head.count("\n") == MAX_LINES
