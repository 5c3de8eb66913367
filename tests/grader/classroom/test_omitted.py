"""Dire ce qu'on laisse de côté, sans jamais en dire trop."""

from grader.classroom.omitted import Because, Omitted

LINK = Because("lien ignoré", "liens ignorés", "on n'en suit aucun")
LOOSE = Because("fichier ignoré", "fichiers ignorés", "ce n'est pas une copie")


def test_one_line_per_reason() -> None:
    omitted = Omitted()
    assert omitted.notes() == []
    omitted.add(LINK, "a")
    for name in ("b", "c\n", "d", "e"):
        omitted.add(LOOSE, name)
    assert omitted.notes() == [
        "1 lien ignoré : on n'en suit aucun (a)",
        "4 fichiers ignorés : ce n'est pas une copie (b, c␊, d…)",
    ]


def test_thousands_are_counted_not_kept() -> None:
    omitted = Omitted()
    for at in range(50_000):
        omitted.add(LINK, f"{at}" * 100)
    (note,) = omitted.notes()
    assert note.startswith("50\u00a0000 liens ignorés")
    assert len(note) < 300
