"""Ce que nomment les documents existe : fichiers, liens, commandes, options, noms du code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.protocol.messages import VERSION
from chatroom.server.storage.schema import FORMAT

from grader.model.records import REPORT_VERSION
from grader.watching import memory
from tests.support.papers import DECISIONS, PAPERS, fenced, prose
from tests.support.processes import ROOT

pytestmark = pytest.mark.shape

SKIPPED = re.compile(r"/(\.(?!ci/)|__pycache__|node_modules)")
FILES = {
    str(path.relative_to(ROOT))
    for path in ROOT.rglob("*")
    if path.is_file() and not SKIPPED.search(f"/{path.relative_to(ROOT)}")
}
FOLDERS = {f"{parent}/" for name in FILES for parent in Path(name).parents}
DOCUMENTS = sorted(name for name in FILES if name.endswith(".md"))
SOURCES = sorted(
    name
    for name in FILES
    if (name.endswith((".py", ".js", ".toml", ".example", "Makefile")) and name[:6] != "tests/")
    or (name.startswith("deploy/") and not name.endswith(".md"))
)
CODE = "\n".join((ROOT / name).read_text("utf-8") for name in SOURCES)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
# Ce que les documents citent, et qui n'est pas du projet.
FOREIGN = {
    "/tmp",
    "await asyncio.sleep(20)",
    "breakpoint()",
    "nc 127.0.0.1 8888",
    "main",
    "unshare",
}
SECTIONS = ["Le contexte", "Ce qui est décidé", "Ce qui a été écarté", "Ce que cela coûte"]


def anchors(document: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(name: str) -> Iterator[tuple[str, Path, str]]:
    """Le texte, le fichier et l'ancre de chaque lien vers ce dépôt."""
    document = ROOT / name
    for text, target in LINK.findall(prose(document)):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield text, (document.parent / path).resolve() if path else document, anchor


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for text, target, anchor in links(name):
        assert target.exists(), text
        assert not anchor or anchor in anchors(target), text


def defines(file: Path, name: str) -> bool:
    pattern = rf"^(?:(?:async )?def|class) {name}\b|^{name}\b(?:: [^=]+)? = "
    return bool(re.search(pattern, file.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", PAPERS)
def test_a_name_is_defined_in_the_file_it_leads_to(name: str) -> None:
    for text, target, _ in links(name):
        if code := re.fullmatch(r"`(\w+)`", text):
            assert defines(target, code[1]), f"{text} n'est pas dans {target}"


def known(span: str) -> bool:
    words = span.split()
    if span in FOREIGN:
        return True
    if words[0] == "make":
        return bool(re.search(rf"^{words[1]}:", CODE, re.MULTILINE))
    if words[:3] == ["python", "-m", "pytest"]:
        return all(word in FILES for word in words if word.endswith(".py"))
    if words[:2] == ["python", "-m"]:
        place = words[2].replace(".", "/")
        return f"{place}.py" in FILES or f"{place}/__main__.py" in FILES
    is_path = any(f"/{one}".endswith(f"/{span}") for one in FILES | FOLDERS)
    if is_path or span.endswith((".py", "/")):
        return is_path
    return bool(re.search(rf"(?<![\w-]){re.escape(span)}(?![\w-])", CODE))


@pytest.mark.parametrize("name", PAPERS)
def test_what_is_named_exists(name: str) -> None:
    shown = "\n".join(fenced(ROOT / name))
    spans = set(re.findall(r"`([^`\n]+)`", prose(ROOT / name)))
    assert {span for span in spans if not known(span) and span not in shown} == set()


@pytest.mark.parametrize("name", PAPERS)
def test_what_is_to_be_typed_exists(name: str) -> None:
    lines = "\n".join(fenced(ROOT / name, "bash") + fenced(ROOT / name, "console")).splitlines()
    for line in lines:
        words = line.removeprefix("$ ").split()
        if words[:1] == ["make"] or words[:2] == ["python", "-m"]:
            assert known(" ".join(words)), line
        elif words[:1] == ["python"] and words[1].endswith(".py"):
            assert words[1] in FILES, line
        for chosen in re.findall(r"-k (\w+)", line):
            assert any(f"/{chosen}.py" in file for file in FILES), line


def test_formats_have_the_versions_of_the_code() -> None:
    text = (ROOT / "docs/formats.md").read_text("utf-8")
    told = [int(number) for number in re.findall(r"^\| [^|]+ \| (\d+) \|", text, re.MULTILINE)]
    assert told == [VERSION, FORMAT, REPORT_VERSION, memory.FORMAT]


def test_the_version_is_the_last_one_the_changelog_tells() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert f"{released[0]}\n" == (ROOT / "VERSION").read_text("ascii")
    packaging = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in packaging["project"]["dynamic"]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_says_what_was_rejected_and_what_it_costs(name: str) -> None:
    titles = re.findall(r"^## (.+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert [title for title in titles if title in SECTIONS] == SECTIONS


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_short_and_found_from_contributing(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert len(lines) <= 120
    assert ROOT / name in {target for _, target, _ in links("CONTRIBUTING.md")}
