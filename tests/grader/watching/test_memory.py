"""Ce qu'on garde d'un travail : relu tel quel, jamais dans la copie, et jamais cru sur parole."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from grader.model.records import Verdict
from grader.watching.memory import (
    FORMAT,
    MAX_BYTES,
    PLACE,
    ForgottenError,
    Memory,
    keep,
    place,
    recall,
)

KEPT = Memory("II.5.server", {"II.4.server": Verdict.PASSED}, {"II.5.server.joins": 2})
FIELDS = {
    "format": FORMAT,
    "step": "II.5.server",
    "verdicts": {"II.4.server": "passed"},
    "hints": {"II.5.server.joins": 2},
}


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    file = place(tmp_path / "copie", {"XDG_STATE_HOME": str(tmp_path / "état")})
    assert recall(file) == Memory()
    keep(file, KEPT)
    assert recall(file) == KEPT
    assert file.parent.stat().st_mode & 0o777 == 0o700
    keep(file, Memory("I.1.sync"))
    assert recall(file) == Memory("I.1.sync")
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_each_folder_has_its_own(tmp_path: Path) -> None:
    there = {"XDG_STATE_HOME": str(tmp_path / "état")}
    (tmp_path / "lien").symlink_to("copie")
    one = place(tmp_path / "copie", there)
    assert one.is_relative_to(tmp_path / "état" / PLACE)
    assert place(tmp_path / "autre", there) != one
    assert place(tmp_path / "lien", there) == one
    assert place(tmp_path / "copie/../copie", there) == one
    assert not place(tmp_path / "copie", {}).is_relative_to(tmp_path / "copie")


@pytest.mark.parametrize("given", ["", "relatif"])
def test_by_default_in_the_home(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place(tmp_path, {"XDG_STATE_HOME": given}).is_relative_to(tmp_path / ".local/state")


def test_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", nobody)
    with pytest.raises(ForgottenError, match="pas de dossier personnel"):
        place(Path("/copie"), {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"[" * 50_000,
        b'{"format": 1}',
        json.dumps(FIELDS | {"format": 2}).encode(),
        json.dumps(FIELDS | {"verdicts": []}).encode(),
        json.dumps(FIELDS | {"verdicts": {"II.4.server": "parfait"}}).encode(),
        json.dumps(FIELDS | {"step": ["II.5.server"]}).encode(),
        json.dumps(FIELDS).encode() + b" " * MAX_BYTES,
    ],
)
def test_a_spoilt_one_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "état.json"
    file.write_bytes(content)
    with pytest.raises(ForgottenError, match="abîmé"):
        recall(file)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"step": "IV.1"}, Memory("", KEPT.verdicts, KEPT.hints)),
        ({"verdicts": {"IV.1": "passed"}}, Memory(KEPT.step, {}, KEPT.hints)),
        ({"hints": {"IV.1.x": 1}}, Memory(KEPT.step, KEPT.verdicts, {})),
        ({"hints": {"II.5.server.joins": []}}, Memory(KEPT.step, KEPT.verdicts, {})),
        ({"hints": {"II.5.server.joins": 9}}, Memory(KEPT.step, KEPT.verdicts, {})),
        ({"autre": 1}, KEPT),
    ],
)
def test_what_is_not_known_any_more_is_left_out(
    change: dict[str, Any], kept: Memory, tmp_path: Path
) -> None:
    file = tmp_path / "état.json"
    file.write_text(json.dumps(FIELDS | change), encoding="utf-8")
    assert recall(file) == kept


def test_never_through_a_link_nor_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "vrai").write_text(json.dumps(FIELDS), encoding="utf-8")
    (tmp_path / "lien").symlink_to("vrai")
    os.mkfifo(tmp_path / "tube")
    with pytest.raises(ForgottenError, match="c'est un lien"):
        recall(tmp_path / "lien")
    with pytest.raises(ForgottenError, match="abîmé"):
        recall(tmp_path / "tube")


@pytest.mark.parametrize("obstacle", ["file", "folder"])
def test_where_nothing_can_be_kept(obstacle: str, tmp_path: Path) -> None:
    file = tmp_path / "a/b.json"
    if obstacle == "file":
        (tmp_path / "a").touch()
    else:
        file.mkdir(parents=True)
    with pytest.raises(ForgottenError):
        keep(file, KEPT)
