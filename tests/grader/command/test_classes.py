"""La commande `class`, telle qu'on la tape : ce qu'elle écrit, dit et refuse."""

import csv
import json
import os
import shutil
from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.adjustments import parse
from grader.classroom.copies import Copy, Student
from grader.classroom.results import ClassResults
from grader.command import classes
from grader.command.exits import BAD_INPUT, INTERRUPTED, NOT_JUDGED, OK
from grader.command.exits import NO_SANDBOX as WITHOUT
from grader.engine.catalogue import steps
from tests.grader.commandline import HASTY, grader, said, submission

STEP = ("--step", "I.1.sync")
RIGHT = {
    "part1/sleep_and_print.py": (
        "import time\nfor _ in range(2):\n    for n in range(1, 11):\n"
        "        print(n, flush=True)\n        time.sleep(0.5)\n"
    )
}
SHEET = (
    "\ufeffIdentifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,"
    '"Dernière modification (note)",Feedback par commentaires\r\n'
    "Participant 1001,Zoé Durand,zoe@ecole.fr,Remis,,1,-,\r\n"
    "Participant 1002,Ali Ben,ali@ecole.fr,Remis,,1,-,\r\n"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "tp6"
    submission(folder / "Durand Zoé_1001_assignsubmission_file_", HASTY)
    submission(folder / "Ben Ali_1002_assignsubmission_file_", HASTY)
    return folder


@pytest.fixture
def sandboxed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une machine où l'on pourrait lancer des copies."""
    monkeypatch.setattr("grader.engine.doctor.usable", lambda: "")


def graded(source: Path, *options: str, code: int = OK) -> str:
    """Ce que dit la commande, qui a fini avec ce code."""
    result = grader("class", str(source), "--out", str(source.parent / "notes"), *STEP, *options)
    assert result.returncode == code, result.stderr
    return result.stdout


def notes(source: Path) -> list[dict[str, str]]:
    text = (source.parent / "notes/notes.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines(), delimiter=";", strict=True))


def files(source: Path) -> set[str]:
    return {path.name for path in (source.parent / "notes").iterdir()}


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_class(source: Path) -> None:
    told = graded(source)
    assert "2 copies :\n  Ben Ali\n  Durand Zoé\n" in told
    assert "2 notes sur 2 copies." in told
    folder = source.parent / "notes"
    assert folder.stat().st_mode & 0o777 == 0o700
    names = {"ben-ali.json", "ben-ali.html", "durand-zoe.json", "durand-zoe.html"}
    assert files(source) == names | {"index.html", "notes.csv", "ajustements.toml", ".copies"}
    assert [row["nom"] for row in notes(source)] == ["Ben Ali", "Durand Zoé"]
    page = (folder / "durand-zoe.html").read_text("utf-8")
    assert "Durand Zoé" in page
    assert "Ben" not in page
    assert str(source) not in page


@pytest.mark.proof
@pytest.mark.sandbox
def test_again_only_what_has_changed(source: Path) -> None:
    graded(source)
    folder = source.parent / "notes"
    before = {name: (folder / f"{name}.json").read_bytes() for name in ("ben-ali", "durand-zoe")}
    submission(source / "Ben Ali_1002_assignsubmission_file_", {"part1/sleep_and_print.py": "1\n"})
    (folder / "index.html").unlink()
    graded(source, "--compare", str(folder))
    assert (folder / "durand-zoe.json").read_bytes() == before["durand-zoe"]
    assert (folder / "ben-ali.json").read_bytes() != before["ben-ali"]
    assert (folder / "index.html").exists()


@pytest.mark.proof
@pytest.mark.sandbox
def test_decisions_change_marks_and_launch_nothing(source: Path) -> None:
    graded(source)
    folder = source.parent / "notes"
    before = (folder / "durand-zoe.json").read_bytes()
    assert all(line.startswith("#") for line in _lines(folder / "ajustements.toml"))
    (folder / "ajustements.toml").write_text(
        '[[ajustement]]\ncopie = "Durand Zoé"\netape = "I.1.sync"\npoints = 0.5\n'
        'raison = "Elle a su l\'expliquer."\n\n'
        '[[oral]]\ncopie = "Ben Ali"\nraison = "Un secret."\n',
        encoding="utf-8",
    )
    old = {row["copie"]: row["note"] for row in notes(source)}
    graded(source, "--apply")
    new = {row["copie"]: row["note"] for row in notes(source)}
    assert (folder / "durand-zoe.json").read_bytes() == before
    assert new["Ben Ali"] == old["Ben Ali"]
    assert float(new["Durand Zoé"].replace(",", ".")) == 0.5 + float(
        old["Durand Zoé"].replace(",", ".")
    )
    assert "Elle a su l&#39;expliquer." in (folder / "durand-zoe.html").read_text("utf-8")
    for name in ("durand-zoe.html", "ben-ali.html"):
        assert "Un secret" not in (folder / name).read_text("utf-8")
    assert "Un secret" in (folder / "index.html").read_text("utf-8")


def test_the_model_of_decisions_is_one() -> None:
    """Il suffit d'en ôter les « # »."""
    model = classes.TEMPLATE.format(copy="Zoé").splitlines()[2:]
    text = "\n".join(line.removeprefix("# ").removeprefix("#") for line in model)
    found = parse(text, ["Zoé"], steps())
    assert found.late
    assert found.handed_in("Zoé")
    assert len(found.points) == len(found.files) == len(found.orals) == 1


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text("utf-8").splitlines() if line]


@pytest.mark.proof
@pytest.mark.sandbox
def test_the_script_that_was_chosen_is_judged(source: Path) -> None:
    copy = source / "Durand Zoé_1001_assignsubmission_file_"
    submission(copy, {"essais/le_bon.py": RIGHT["part1/sleep_and_print.py"]})
    graded(source)
    (source.parent / "notes/ajustements.toml").write_text(
        '[[fichier]]\ncopie = "Durand Zoé"\netape = "I.1.sync"\nchemin = "essais/le_bon.py"\n'
        'raison = "Elle me l\'a dit."\n',
        encoding="utf-8",
    )
    graded(source)
    report = json.loads((source.parent / "notes/durand-zoe.json").read_text("utf-8"))
    assert report["steps"][0]["file"] == "essais/le_bon.py"
    assert report["steps"][0]["verdict"] == "passed"


@pytest.mark.proof
@pytest.mark.sandbox
def test_one_copy_only(source: Path) -> None:
    told = graded(source, "--only", "zoé durand", code=NOT_JUDGED)
    assert "Ben Ali : Pas encore jugée." in told
    assert "ben-ali.json" not in files(source)
    graded(source, "--only", "ben")


@pytest.mark.proof
@pytest.mark.sandbox
def test_no_name_is_left(source: Path) -> None:
    told = graded(source, "--anonymous", "--junit", "--gradescope")
    for name in ("Durand", "Zoé", "Ben", "Ali", "1001"):
        assert name not in told
    folder = source.parent / "notes"
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "correspondance.csv":
            text = file.name + file.read_text("utf-8")
            assert not any(name in text for name in ("Durand", "Zoé", "Ben Ali", "durand", "1001"))
    assert "Durand Zoé" in (folder / "correspondance.csv").read_text("utf-8")
    before = files(source)
    graded(source, "--anonymous")
    assert files(source) == before


@pytest.mark.proof
@pytest.mark.sandbox
def test_what_others_read(source: Path) -> None:
    sheet = source.parent / "feuille.csv"
    sheet.write_text(SHEET, encoding="utf-8", newline="")
    told = graded(source, "--moodle", str(sheet), "--junit", "--gradescope")
    assert "feuille.csv : 2 notes.\n" in told
    filled = sheet.read_text("utf-8").splitlines()
    assert filled[1].startswith("Participant 1001,Zoé Durand,zoe@ecole.fr,Remis,")
    assert filled[1] != SHEET.splitlines()[1]
    assert (source.parent / "notes/junit/ben-ali.xml").exists()
    assert (source.parent / "notes/gradescope/ben-ali.json").exists()
    sheet.write_text(SHEET.replace(",1,-", ",20,-"), encoding="utf-8", newline="")
    late = grader(
        "class", str(source), "--out", str(source.parent / "notes"), *STEP, "--moodle", str(sheet)
    )
    assert late.returncode == BAD_INPUT
    assert "2 notes sur 2 copies." in late.stdout  # rien n'est perdu pour une feuille
    assert late.stderr.startswith("feuille.csv : cette feuille note sur 20, et le correcteur sur 1")


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_copy_that_cannot_be_judged_does_not_hold_up_the_others(source: Path) -> None:
    (source / "Vide Eve_1003_assignsubmission_file_").mkdir()
    bomb = source / "Petit Bob_1004_assignsubmission_file_"
    bomb.mkdir()
    (bomb / "tp6.zip").write_bytes(b"PK\x03\x04abime")
    told = graded(source, code=NOT_JUDGED)
    assert "2 notes sur 4 copies." in told
    assert "Vide Eve : " in told
    assert "Petit Bob : " in told
    remarks = {row["copie"]: row["remarque"] for row in notes(source)}
    assert remarks["Vide Eve"] == remarks["Petit Bob"] == "pas de rapport"
    assert "petit-bob.html" not in files(source)


@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize("options", [(), ("--apply",)])
def test_names_do_not_come_back_where_there_are_none(
    options: tuple[str, ...], source: Path
) -> None:
    notes = source.parent / "notes"
    assert said("class", str(source), "--out", str(notes), "--anonymous", "--apply").code
    before = (notes / "notes.csv").read_bytes()
    assert "sont sans noms ; ajoutez --anonymous" in refused(
        str(source), "--out", str(notes), *options
    )
    assert (notes / "notes.csv").read_bytes() == before


@pytest.mark.usefixtures("sandboxed")
def test_names_are_not_hidden_where_they_already_are(source: Path) -> None:
    kept = source.parent / "notes/.copies"
    kept.mkdir(parents=True)
    (kept / "petit-bob.json").touch()
    told = refused(str(source), "--out", str(kept.parent), "--anonymous")
    assert "portent des noms ; donnez un autre dossier" in told
    assert not (kept.parent / "correspondance.csv").exists()


@pytest.mark.proof
@pytest.mark.sandbox
def test_a_disk_that_refuses_stops_nobody(source: Path) -> None:
    (source / "Vide Eve_1003_assignsubmission_file_").mkdir()
    (source.parent / "notes/.copies/vide-eve.json").mkdir(parents=True)
    told = graded(source, code=NOT_JUDGED)
    assert "2 notes sur 3 copies." in told
    assert "Vide Eve : Pas encore jugée." in told


@pytest.mark.usefixtures("sandboxed")
def test_stopped_it_says_that_nothing_is_lost(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(classes, "grade_class", stop)
    answer = said("class", str(source), "--out", str(source.parent / "notes"))
    assert answer.code == INTERRUPTED
    assert answer.err == f"\nCorrection interrompue. {classes.RESUME}\n"


def refused(*arguments: str) -> str:
    answer = said("class", *arguments)
    assert answer.code == BAD_INPUT, answer
    (line,) = answer.err.splitlines()
    return line


@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize("options", [(), ("--anonymous",)])
def test_an_anonymous_class_shows_no_script(
    options: tuple[str, ...], source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un commentaire est parfois signé."""
    scripts = {"I.1.sync": {"Ben Ali": b"# Ben Ali"}}
    published: list[ClassResults] = []

    def publish(results: ClassResults, *_: object) -> list[str]:
        published.append(results)
        return []

    monkeypatch.setattr(classes, "grade_class", lambda *_: None)
    monkeypatch.setattr(classes, "gather", lambda *_: ClassResults("tp6", [], [], scripts=scripts))
    monkeypatch.setattr(classes, "publish", publish)
    said("class", str(source), "--out", str(source.parent / "notes"), *options)
    (results,) = published
    assert bool(results.scripts) is not bool(options)


@pytest.mark.usefixtures("sandboxed")
def test_what_is_refused(source: Path, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "notes"))
    assert "il manque SOURCE" in refused()
    assert "absent" in refused(str(tmp_path / "absent"), *out)
    (tmp_path / "vide").mkdir()
    refused(str(tmp_path / "vide"), *out)
    archive = Path(shutil.make_archive(str(tmp_path / "classe"), "zip", source))
    assert "il faut l'extraire" in refused(str(archive), *out)
    refused(str(source), *out, "--moodle", str(tmp_path / "absente.csv"))
    assert "Étape inconnue : II.9." in refused(str(source), *out, "--step", "II.9")
    assert "ni vide, ni celui d'une classe" in refused(str(source), "--out", str(source))
    assert "Aucune copie ne s'appelle « Zoe Duran »" in refused(
        str(source), *out, "--only", "Zoe Duran"
    )
    assert not list((tmp_path / "notes").glob("*.json"))


@pytest.mark.usefixtures("sandboxed")
def test_a_decision_that_is_not_one_is_refused_before_anything_runs(
    source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "ajustements.toml").write_text("[[ajustement]]\ncopie = 'Durant Zoé'\n")
    line = refused(str(source), "--out", str(folder))
    assert line.startswith("ajustements.toml, ligne ")
    assert "ajustements.toml" in os.listdir(folder)  # noqa: PTH208
    assert not list(folder.glob("*.json"))


@pytest.mark.usefixtures("sandboxed")
def test_two_names_for_one(source: Path, tmp_path: Path) -> None:
    submission(source / "Ben Alice_1005_assignsubmission_file_", HASTY)
    line = refused(str(source), "--out", str(tmp_path / "notes"), "--only", "ben")
    assert line == "« ben » peut être Ben Ali, Ben Alice : donnez le nom entier."


def test_names_that_differ_only_by_their_case() -> None:
    given = [
        Copy(name, PurePosixPath(name), (Student(name),), report=report)
        for name, report in (("Carl", "carl-0a"), ("carl", "carl-0b"))
    ]
    assert [classes._named(name, given).name for name in ("Carl", "carl", "carl-0a")] == [
        *("Carl", "carl", "Carl")
    ]


def test_without_a_sandbox_nothing_runs(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.engine.doctor.usable", lambda: "bwrap : absent")
    answer = said("class", str(source), "--out", str(source.parent / "notes"))
    assert answer.code == WITHOUT
    assert answer.err == "Pas de bac à sable : bwrap : absent. Aucune copie ne sera lancée.\n"
