"""La page de la classe : rien d'une copie n'y agit, rien n'en sort, tout s'y lit."""

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom import classpage
from grader.classroom.alike import PROVES_NOTHING, SHORT, Likeness, Pair, Spread
from grader.classroom.classpage import (
    alike,
    headline,
    line,
    parts,
    percent,
    render,
    rounded,
    row,
    shade,
    tile,
)
from grader.classroom.copies import Copy, Student
from grader.classroom.figures import distribution
from grader.classroom.marks import Adjusted, Change
from grader.classroom.passages import Passage
from grader.classroom.results import ClassResults, Entry
from grader.engine.catalogue import steps
from grader.model.records import Verdict
from tests.grader.classroom.generated import DATE, classroom
from tests.grader.reports import sample
from tests.grader.reports.sample import HOSTILE
from tests.grader.reports.test_page import VOID
from tests.grader.reports.test_page_style import VERDICTS, contrast
from wording.harmless import hidden

MOST = 2_000_000  # octets de la page de trois cents copies
LINKS = re.compile(r"(?:#|[a-z0-9-]+\.html$)")


class ClassPage(HTMLParser):
    """Les balises, leurs attributs, et le texte qu'on lit."""

    def __init__(self, results: ClassResults) -> None:
        super().__init__()
        self.source = render(results)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID | {"input", "wbr"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


@cache
def thirty() -> ClassPage:
    return ClassPage(classroom())


def one(name: str = "Zoé Durand", **changes: object) -> Entry:
    copy = Copy(name, PurePosixPath("z"), (Student(name),), Path("z"), report="zoe-durand")
    return Entry(replace(copy, **changes), Adjusted(sample.report()))  # type: ignore[arg-type]


def small(*entries: Entry) -> ClassResults:
    asked = [result.step for result in sample.report().steps]
    return ClassResults("TP6", entries or [one()], asked, date=DATE)


def hostile() -> ClassResults:
    """La même classe, un piège devant chaque texte qui peut venir d'ailleurs."""
    name = f"{HOSTILE}Zoé"
    student = Student(name, name, name)
    copy = Copy(
        name, PurePosixPath("z"), (student, student), Path("z"), group=name, note=name, report="z"
    )
    change = Change(-0.5, name, "II.5.server")
    spoiled = Adjusted(
        sample.hostile(), (change,), Change(-0.5, name), (name, f"à rejuger : {name}")
    )
    mark = Passage((1, 2), (1, 2), 20)
    text = HOSTILE.encode(errors="surrogatepass") + b"\n\x00\xff"
    known = Likeness(
        (name,),
        {name: name},
        {f"{name}2": name},
        Spread(1, 0.1, 0.2, 0.4, (1,) * 20),
        (Pair(name, name, 0.9, [mark]), Pair(f"{name}2", name, 0.9, [mark])),
    )
    asked = [result.step for result in sample.hostile().steps]
    names = {asked[3].id: {name: text}}
    entries = [Entry(copy, spoiled, notes=(name,)), Entry(replace(copy, name=f"{name}3"), why=name)]
    return ClassResults(
        name, entries, asked, [student], [name], {asked[3].id: known}, names, date=DATE
    )


def test_the_page_is_well_formed() -> None:
    for page in (thirty(), ClassPage(small()), ClassPage(hostile())):
        assert page.open == []
        assert page.source.startswith("<!doctype html>")
        assert ("html", {"lang": "fr"}) in page.tags
        anchors = page.values("id")
        assert len(anchors) == len(set(anchors))
        links = {link[1:] for link in page.values("href") if link.startswith("#")}
        assert links | set(" ".join(page.values("aria-labelledby")).split()) <= set(anchors)


def test_nothing_from_a_copy_becomes_a_tag_or_an_attribute() -> None:
    ours, theirs = ClassPage(classroom()), ClassPage(hostile())
    assert {tag for tag, _ in theirs.tags} <= {tag for tag, _ in ours.tags}
    names = {name for _, attrs in theirs.tags for name in attrs}
    assert not {name for name in names if name.startswith("on") or name in {"src", "style"}}
    assert names <= {name for _, attrs in ours.tags for name in attrs}
    assert "<img src=x onerror=alert(1)></script></style>&lt;\"'`{{7*7}}{% raise %}" in theirs.text


def test_nothing_hidden_is_written() -> None:
    source = render(hostile())
    assert not [char for char in source if hidden(char) and char != "\n"]
    assert "\\u202egnp\\u2066\\u200d\\ud800" in source
    source.encode()


def test_the_page_loads_nothing_and_runs_only_what_is_ours() -> None:
    page = ClassPage(hostile())
    assert not {"link", "img", "iframe", "object", "base", "image", "use"} & {
        tag for tag, _ in page.tags
    }
    assert all(LINKS.match(link) for link in page.values("href"))
    policy = next(attrs for tag, attrs in page.tags if "http-equiv" in attrs)["content"]
    digests = []
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}[^>]*>(.*?)</{tag}>", page.source, re.DOTALL)
        assert not re.search(r"url\(|@import|fetch\(|innerHTML|eval", text)
        digests.append(base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_what_is_told_at_once() -> None:
    text = thirty().text
    for expected in (
        "TP6, groupes A et B",
        "30 copies, médiane 15,68/20",
        "19 janvier 2026 à 18 h 30",
        "à garder pour vous : cette page montre toute la classe",
        "2 étudiants sans copie",
        "copies sur 30",
        "Sans rapport",
        "Instables",
        "2 paires de copies bien plus ressemblantes que les autres.",
    ):
        assert expected in text


def test_every_copy_has_its_row_and_its_report() -> None:
    page = thirty()
    links = page.values("href")
    for entry in classroom().entries:
        assert entry.copy.name in page.text
        assert (f"{entry.copy.report}.html" in links) == bool(entry.result)
    assert "Bastien Haddad ◉ à regarder B — archive refusée : 4 Go une fois extraite" in page.text


def test_decisions_stand_beside_what_was_measured() -> None:
    text, source = thirty().text, thirty().source
    assert "II.5.server : +0,5, Le sujet laissait un doute." in text
    assert "-1, 1 jour de retard : remis le 18 janvier 2026 à 9 h 12" in text
    assert re.search(r"<del>[\d,]+</del> <b>[\d,]+</b>", source)
    assert '<td class="h4 set"><del>2,125</del> ◐ 2,625</td>' in source
    assert "Ajustements" not in ClassPage(small()).text


def test_what_needs_an_eye_is_told_with_its_reason() -> None:
    text = thirty().text
    for expected in (
        "À voir à l'oral 1 Vous l'avez demandé dans ajustements.toml. Jules Delmas II.6.server",
        "Bastien Haddad archive refusée : 4 Go une fois extraite",
        "et 4 autres : le temps accordé à cette copie est écoulé",
        "2 liens ignorés : on n'en suit aucun (a, b)",
    ):
        assert expected in text


def test_the_faults_most_met_have_their_message_and_their_copies() -> None:
    text = thirty().text
    assert re.search(r"\d+ copies L'annonce de l'arrivée de …, reçue par … : le texte n'est", text)
    assert "Annonce les arrivées II.5.server.joins : Quand un client se présente" in text
    assert re.search(r"Et \d+ fautes plus rares, dans \d+ copies au plus chacune", text)


def test_success_step_by_step_and_check_by_check() -> None:
    text = thirty().text
    for step in steps():
        assert step.id in text
        for check in step.checks:
            assert check.id in text
    assert re.search(r"II\.5\.server Serveur : des pseudos \d+ % \d+ ✓ juste \d+ ◐ partiel", text)


def test_look_alikes_prove_nothing_and_stand_side_by_side() -> None:
    page = thirty()
    text = page.text
    assert text.count(PROVES_NOTHING.replace(" :", "\u00a0:").split("\u00a0")[0]) == 1
    assert "11 copies et 55 paires" in text
    assert "Diego Caron et Paul Ferry 85 %" in text
    assert re.search(r"partie 1 +\d+ ", text)
    assert SHORT in text
    assert page.source.count("<mark>") >= 4


def test_scripts_that_are_not_there_are_told_by_their_lines() -> None:
    results = replace(classroom(), scripts={})
    text = ClassPage(results).text
    assert "Les scripts ne sont pas montrés ici." in text
    assert re.search(r"lignes \d+ à \d+ et \d+ à \d+", text)


def test_who_is_absent_and_what_was_left_aside() -> None:
    text = thirty().text
    assert "2 étudiants de la liste : Ulysse Zola, Yasmine Weber." in text
    assert "1 fichier ignoré : ce n'est ni un dossier ni une archive (consignes.pdf)" in text


def test_who_made_a_copy_together() -> None:
    pupils = tuple(Student(f"N{rank}", "P") for rank in range(40))
    text = ClassPage(small(one(students=pupils[:3], group="G7"))).text
    assert "Zoé Durand ◉ à regarder G7 P N0, P N1, P N2" in text
    many = ClassPage(small(one(students=pupils))).text
    assert "P N11…" in many
    assert "P N12" not in many


def test_a_class_of_nothing() -> None:
    for results in (small(replace(one(), result=None)), ClassResults("TP6", [], steps())):
        text = ClassPage(results).text
        assert "aucune note" in text
        assert "Aucune faute n'a été rencontrée." in text


def test_headings_skip_no_level() -> None:
    for page in (thirty(), ClassPage(small()), ClassPage(hostile())):
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
        assert (levels[0], levels.count(1)) == (1, 1)
        assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.proof
def test_three_hundred_copies_stay_light() -> None:
    """Même où chaque étape montre cinquante paires de copies."""
    results = classroom(300)
    names = [entry.copy.name for entry in results.entries]
    script = b"    await writer.drain()  # <&> \n" * 80
    pairs = tuple(
        Pair(left, right, 0.9, [Passage((2, 70), (3, 71), 400)])
        for left, right in zip(names[:50], names[50:100], strict=True)
    )
    found = Likeness((*names,), spread=Spread(44_850, 0.1, 0.2, 0.4, (9_000,) * 20), pairs=pairs)
    page = ClassPage(
        replace(
            results,
            likenesses={step.id: found for step in steps()},
            scripts={step.id: dict.fromkeys(names, script) for step in steps()},
        )
    )
    assert len(page.source.encode()) < MOST
    assert 0 < page.source.count("<mark>") < 1600
    assert "300 copies, médiane" in page.text


def test_huge_texts_are_cut() -> None:
    entry = Entry(
        one(name="<" * 1_000_000).copy, Adjusted(sample.huge("<")), notes=("<" * 1_000_000,)
    )
    student = Student("<" * 1_000_000)
    results = replace(small(entry), title="<" * 1_000_000, ignored=["<" * 1_000_000] * 3)
    page = ClassPage(replace(results, absent=[student] * 1000))
    assert len(page.source) < MOST
    assert "caractères de plus]" in page.text


def test_headline() -> None:
    results = classroom()
    marks = distribution([entry.result for entry in results.entries if entry.result])
    assert headline(results, marks) == "30 copies, médiane 15,68/20"
    assert headline(small(), None) == "1 copie, aucune note"


def test_a_row() -> None:
    entry = one()
    assert entry.result
    asked = small().steps
    marks = distribution([entry.result])
    told = row(entry, asked, marks, look=True)
    assert (told.mark, told.partial, told.measured, told.look) == ("2,75", "6,5", "", True)
    assert told.value == pytest.approx(2.75 / 6.5 * 8.5)
    changed = replace(entry.result, changes=(Change(0.5, "Vu.", "II.5.server"),))
    told = row(replace(entry, result=changed), asked, marks, look=False)
    assert (told.mark, told.measured) == ("3,25", "2,75")
    assert told.decided == ["II.5.server : +0,5, Vu."]
    assert row(replace(entry, result=None), asked, marks, look=False).tiles == ()


def test_the_tiles_of_a_row() -> None:
    adjusted = one().result
    assert adjusted
    results = adjusted.report.steps
    told = [(made.shade, made.points) for made in (tile(adjusted, result) for result in results)]
    assert told == [("h4", "1"), ("hu", ""), ("h2", "1"), ("h1", "0,75"), ("h0", "0"), ("hn", "0")]
    assert tile(adjusted, None).verdict is None
    settled = replace(adjusted, changes=(Change(1.0, "Vu.", "II.6.server"),))
    made = tile(settled, results[5])
    assert (made.shade, made.verdict, made.points, made.measured) == (
        "h4",
        Verdict.NOT_SUBMITTED,
        "1",
        "0",
    )


def test_shades_and_words_of_a_share() -> None:
    shares = (None, 0, 0.1, 0.5, 0.79, 0.8, 0.999, 0.1 + 0.2 + 0.7, 1)
    assert " ".join(map(shade, shares)) == "hu h0 h1 h2 h2 h3 h3 h4 h4"
    assert (percent(None), percent(0.824), rounded(13.5), rounded(13.456)) == (
        "—",
        "82\u00a0%",
        "13,5",
        "13,46",
    )
    assert line("a\x1b" + "b" * 400).startswith("a␛bbb")
    assert len(line("b" * 400)) < 350


def test_steps_by_part() -> None:
    assert parts(steps())[:2] == [
        ("I.1", ["sync", "async"]),
        ("I.2", ["sync", "async", "sync_multiple", "async_multiple", "mesure"]),
    ]


def test_only_so_much_is_shown_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [shown for step in alike(classroom()) for shown in step.pairs]
    assert [bool(shown.scripts) for shown in whole] == [True, True]
    assert whole[0].scripts
    monkeypatch.setattr(classpage, "MAX_BESIDE", whole[0].scripts.size)
    cut = [shown for step in alike(classroom()) for shown in step.pairs]
    assert [bool(shown.scripts) for shown in cut] == [True, False]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrasts_are_at_least_aa(scheme: str) -> None:
    style = resources.files("grader.classroom").joinpath("class.css").read_text("utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert len(roots) == 2
    colors = dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{6});", roots[scheme == "dark"]))
    for ground in ("paper", "card", "code"):
        for ink in ("ink", "muted", "accent", *VERDICTS):
            assert contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)
    for ground in ("mark", "h0", "h1", "h2", "h3", "h4"):
        assert contrast(colors["ink"], colors[ground]) >= 4.5, ground
