"""Le nom de chaque copie, et celui de ses rapports."""

from pathlib import Path, PurePosixPath

import pytest

from grader.classroom.copies import ClassSource, Copy, Student, distinct


def copy(name: str, origin: str = "", *, group: str = "", participant: str = "") -> Copy:
    place = PurePosixPath(origin or name)
    students = (Student(name),)
    return Copy(name, place, students, Path(place), group=group, participant=participant)


def reports(*names: str) -> list[str]:
    """Les noms des rapports de copies qui ne se distinguent que par le leur."""
    return [one.report for one in distinct(copy(name) for name in names)]


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("Zoé D'Arc", "zoe-d-arc"),
        ("../../etc/passwd", "etc-passwd"),
        ("a␊b", "a-b"),
        ("😀", "copie"),
        ("index", "copie-index"),
        ("Notes", "copie-notes"),
        ("CON", "copie-con"),
        ("lpt1.txt", "lpt1-txt"),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_report_has_a_name_safe_everywhere(name: str, report: str) -> None:
    assert reports(name) == [report]


def test_two_copies_never_share_a_name_nor_a_report() -> None:
    given = [
        copy("Alice Martin", "a", participant="101"),
        copy("Alice Martin", "b", participant="102"),
        copy("Bob", "G1/Bob", group="G1"),
        copy("Bob", "G2/Bob", group="G2"),
        copy("Carl", "x/Carl"),
        copy("Carl", "y/Carl"),
        copy("zoé", "z"),
        copy("ZOE", "Z"),
    ]
    made = distinct(given)
    assert [one.name for one in made[:4]] == [
        "Alice Martin (101)",
        "Alice Martin (102)",
        "Bob (G1)",
        "Bob (G2)",
    ]
    assert [one.name for one in made[6:]] == ["zoé", "ZOE"]
    assert len({one.name for one in made}) == len({one.report for one in made}) == len(given)
    assert [one.origin for one in made] == [one.origin for one in given]


def test_names_do_not_depend_on_the_order() -> None:
    given = [copy("Carl", "x/Carl"), copy("Carl", "y/Carl"), copy("Dora")]
    assert set(distinct(given)) == set(distinct(reversed(given)))


def test_nobody_takes_the_name_of_another_by_imitating_it() -> None:
    given = [copy("Carl", "x/Carl"), copy("Carl", "y/Carl")]
    first, _ = distinct(given)
    made = distinct([*given, copy(first.name), copy(first.report)])
    assert len({one.name for one in made}) == len({one.report for one in made}) == 4


def test_tells_who_was_found_who_is_missing_and_what_is_ignored() -> None:
    pair = Copy("Groupe 1", PurePosixPath("g"), (Student("Zédé", "Bob"), Student("Roy", "Zoé")))
    alices = (copy("Alice", "a", participant="1"), copy("Alice", "b", participant="2"))
    odd = Copy("C", PurePosixPath("c"), (Student("C"),), note="!")
    copies = distinct([*alices, pair, odd])
    source = ClassSource(Path(), copies, (Student("Roi", "Max"),), ("1 lien ignoré : …",))
    assert source.told() == [
        "4 copies :",
        "  Alice (1)",
        "  Alice (2)",
        "  Groupe 1 (Bob Zédé, Zoé Roy)",
        "  C : !",
        "Sans copie : Max Roi.",
        "À savoir : 1 lien ignoré : ….",
    ]


def test_a_student_is_named_as_one_says_it() -> None:
    assert Student("Martin", "Alice").name == "Alice Martin"
    assert Student("Alice Martin").name == "Alice Martin"
