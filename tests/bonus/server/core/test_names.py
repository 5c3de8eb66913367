"""Les noms que le serveur accepte d'un nouveau venu, et ceux qui se liraient comme ses lignes."""

import re
import time

import pytest
from chatroom.client.core import events
from chatroom.client.faces.display import Display
from chatroom.protocol.documents import RoomSummary
from chatroom.protocol.messages import Pictured, Presence, Said, Whispered
from chatroom.server.core.names import clean_pseudo, clean_room

LIMIT = 60


@pytest.mark.parametrize(
    "name",
    [
        *("it4", "bob1", "Il", "alice", "ÉLODIE", "O'Neil", "O’Neil", "Jean-Luc", "M. Dupont"),
        *("x_X_bob_X_x", "R&B", "C++", "bob !", "¿quién?", "50 %", "L·L", "★ bob ★", "❤\ufe0f it4"),
        *("Jean de la Lune", "Moi aussi", "Vousoumani", "Personnel", "Adminou", "Le chat", "Dit"),
        *(
            "山田太郎",
            "ヤマダ・太郎",
            "김철수 abc",
            "Иван",
            "रामः",
            "محمد",
            "👩\u200d🎓",
            "🇫🇷",
            "1\ufe0f⃣",
        ),
    ],
)
def test_names_a_class_would_choose(name: str) -> None:
    assert clean_pseudo(name, LIMIT) == name
    assert clean_room(name, LIMIT) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("prof a dit : oui", "« : »"),
        ("prof a dit ： oui", "« ： »"),
        ("prof a dit ː oui", "« ː »"),
        ("alice, bob", "« , »"),
        ("alice、bob", "« 、 »"),
        ("général > oui", "« > »"),
        ("— bob", "« — »"),
        ("─ bob", "« ─ »"),
        ("« bob »", "« « »"),
        ("ali\ufffcce", "« \ufffc »"),
        ("ali\ufffdce", "« \ufffd »"),
        ("﷽", "« ﷽ »"),
        ("bob (2)", "« ( »"),
        ("⑵", "« ( »"),
        ("[14:32] bob", "« [ »"),
        ("<b>alice</b>", "« < »"),
        ("../etc", "« / »"),
        ("vous", "« vous »"),
        ("V0US", "« vous »"),
        ("Vous avez", "« vous »"),
        ("★ Annonce", "« annonce »"),
        ("ann0nce", "« annonce »"),
        ("Le serveur", "« le serveur »"),
        ("Moi", "« moi »"),
        ("ΜΟΙ", "« moi »"),  # en grec
        ("𝓈𝓮ƦＶ𝑒ꞟⓇ", "« serveur »"),
        ("OPERATEUR", "« opérateur »"),
        ("bob a_quitte", "« a quitté »"),
        ("bob est de retour !", "« est de retour »"),
        ("12 autres", "« autres »"),
        ("аlice", "plusieurs alphabets"),
        ("αlice", "plusieurs alphabets"),
        ("ꓽ alice", "plusieurs alphabets"),
        ("a\u200db", "invisible"),
        ("", "vide"),
        ("x" * 61, "60 caractères"),
    ],
)
def test_names_that_are_refused(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        clean_pseudo(name, LIMIT)


def test_no_line_of_the_chat_can_be_a_name() -> None:
    """Même sans ponctuation : on lirait « bob a dit oui » sans s'y arrêter."""
    said = Said(1, 1, 0, 2, 0, 0, "bob", "oui")
    whispered = Whispered(1, 1, 0, 2, 0, 0, "bob", "eve", "oui")
    shown: list[events.Spoke | events.Announcement | events.RoomsListed] = [
        events.Spoke("salon", message, mine, False, None)
        for message in (said, whispered, Pictured(1, 1, 0, 2, 0, 0, "bob", "x.png", 9, 9, 9))
        for mine in (True, False)
    ]
    shown += [events.Announcement("salon", one, "bob", 0, False) for one in Presence]
    shown += [events.RoomsListed((RoomSummary("salon", 3, ("bob",)),))]
    display = Display(False, time.gmtime(0))
    lines = [line for event in shown for line in display.lines(event)]
    assert len(lines) > 8
    for line in lines:
        heard = re.sub(r"^\[\d\d:\d\d\] |^  salon \(3\) : bob et ", "", line)
        bare = " ".join(re.findall(r"\w+", heard))
        for name in (heard, bare):
            with pytest.raises(ValueError, match="que le chat garde"):
                clean_pseudo(name, LIMIT)


def test_a_room_may_hold_any_punctuation_but_one_alphabet() -> None:
    assert clean_room("TP 6 : asynchrone (groupe 2), suite", LIMIT)
    with pytest.raises(ValueError, match="plusieurs alphabets"):
        clean_room("généraӏ", LIMIT)


def test_a_hostile_name_costs_nothing() -> None:
    start = time.process_time()
    for name in ("a dit " * 3 + "\u0301" * 4, "٪" * 20, "﷽" * 20, "e\u0301\u0323" * 20):
        for _ in range(100):
            with pytest.raises(ValueError):  # noqa: PT011 (peu importe laquelle)
                clean_pseudo(name + ":", LIMIT)
    assert time.process_time() - start < 1
