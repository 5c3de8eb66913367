"""Un rapport écrit tout entier ou pas du tout, là où on le demande et nulle part ailleurs."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from grader.reports.files import BESIDE, UnwritableError, check, sweep, write


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "copie/sous").mkdir(parents=True)
    return tmp_path / "copie"


def refused(file: Path, copy: Path) -> str:
    with pytest.raises(UnwritableError) as refusal:
        check(file, copy)
    return str(refusal.value)


def test_a_new_file(copy: Path) -> None:
    umask = os.umask(0o027)
    try:
        check(copy / "rapport.json", copy)
        assert list(copy.iterdir()) == [copy / "sous"]
        write(copy / "rapport.json", "é")
    finally:
        os.umask(umask)
    assert (copy / "rapport.json").read_bytes() == "é".encode()
    assert (copy / "rapport.json").stat().st_mode & 0o777 == 0o640
    assert sorted(copy.iterdir()) == [copy / "rapport.json", copy / "sous"]


def test_the_previous_one_is_replaced_and_keeps_its_mode(copy: Path) -> None:
    file = copy / "rapport.json"
    file.write_text("avant", encoding="utf-8")
    file.chmod(0o600)
    check(file, copy)
    assert file.read_text(encoding="utf-8") == "avant"
    write(file, "après")
    assert file.read_text(encoding="utf-8") == "après"
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_was_left_half_written_is_swept(copy: Path) -> None:
    (copy / f"{BESIDE}0123456789abcdef").write_text("{", encoding="utf-8")
    (copy / f"{BESIDE}dossier").mkdir()
    (copy / "rapport.json").write_text("{}", encoding="utf-8")
    sweep(copy)
    left = sorted(file.name for file in copy.iterdir())
    assert left == [f"{BESIDE}dossier", "rapport.json", "sous"]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_when_the_disk_is_full_the_previous_one_is_kept(
    call: str, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = copy / "rapport.json"
    file.write_text("avant", encoding="utf-8")
    monkeypatch.setattr("builtins.open" if call == "write" else f"os.{call}", full)
    with pytest.raises(UnwritableError, match="le disque est plein"):
        write(file, "après")
    monkeypatch.undo()
    assert file.read_text(encoding="utf-8") == "avant"
    assert sorted(copy.iterdir()) == [file, copy / "sous"]


@pytest.mark.parametrize("target", ["secret", "absent", "rapport.json"])
def test_a_planted_link_is_replaced_not_followed(target: str, tmp_path: Path, copy: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("à moi", encoding="utf-8")
    link = copy / "rapport.json"
    link.symlink_to(link if target == link.name else tmp_path / target)
    check(link, copy)
    assert link.is_symlink()
    write(link, "rapport")
    assert not link.is_symlink()
    assert link.read_text(encoding="utf-8") == "rapport"
    assert secret.read_text(encoding="utf-8") == "à moi"
    assert not (tmp_path / "absent").exists()


def test_what_is_not_a_file_is_refused_at_once(copy: Path) -> None:
    os.mkfifo(copy / "tube")
    for name, target in (("fifo", "tube"), ("nul", "/dev/null"), ("ici", ".")):
        (copy / name).symlink_to(target)
    reasons = {name: refused(copy / name, copy) for name in ("tube", "fifo", "nul", "ici", "sous")}
    odd, folder = "ce n'est pas un fichier ordinaire", "c'est un dossier"
    assert reasons == {"tube": odd, "fifo": odd, "nul": odd, "ici": folder, "sous": folder}


@pytest.mark.parametrize("name", ["null", "stdout", "neuf", "fd/1"])
def test_a_device_is_never_replaced(name: str, copy: Path) -> None:
    refused(Path("/dev", name), copy)
    assert not Path("/dev/neuf").exists()


def test_a_folder_of_the_copy_that_leads_out(
    tmp_path: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le fichier lui-même n'est pas un lien : c'est le chemin qui mène chez la personne."""
    (tmp_path / "à-moi").mkdir()
    (copy / "rapports").symlink_to(tmp_path / "à-moi")
    (tmp_path / "par-ici").symlink_to(copy)
    monkeypatch.chdir(copy)
    for file in (
        copy / "rapports/r.json",
        copy / "sous/../rapports/r.json",
        tmp_path / "par-ici/rapports/r.json",
        Path("rapports/r.json"),
    ):
        for place in (copy, tmp_path / "par-ici", Path()):
            if file.is_relative_to(tmp_path / "par-ici") and place != tmp_path / "par-ici":
                continue  # ce chemin-là ne passe pas, à le lire, par la copie
            assert refused(file, place) == "son dossier est un lien qui sort de la copie"
    (copy / "dedans").symlink_to("sous")
    check(copy / "dedans/r.json", copy)
    check(tmp_path / "à-moi/r.json", copy)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent/r.json", "son dossier n'existe pas"),
        ("fichier/r.json", "son dossier n'existe pas"),
        ("x" * 300, "ce nom est trop long"),
        ("..", "c'est un dossier"),
    ],
)
def test_where_nothing_can_be_written(name: str, reason: str, copy: Path) -> None:
    (copy / "fichier").touch()
    assert refused(copy / name, copy) == reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root écrit partout")
def test_what_belongs_to_someone_else(copy: Path) -> None:
    copy.chmod(0o500)
    assert refused(copy / "r.json", copy) == "permission refusée"


def test_the_file_of_another_in_a_shared_folder(nobody: int) -> None:
    """À savoir avant de corriger : dans /tmp, on peut créer le fichier d'à côté."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        shared = Path(name)
        shared.chmod(0o1777)
        (shared / "r.json").touch()
        os.seteuid(nobody)
        try:
            assert refused(shared / "r.json", shared) == "permission refusée"
            check(shared / "autre.json", shared)
        finally:
            os.seteuid(0)
