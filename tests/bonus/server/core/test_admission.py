"""Qui peut venir, selon le mot de la classe et sa liste."""

from chatroom.protocol.flags import Asks
from chatroom.protocol.frames import Reason
from chatroom.server.core.admission import Admission, listed

HOST = "192.0.2.7"


def test_without_anything_everybody_comes() -> None:
    door = Admission()
    assert door.asks == Asks(0)
    assert door.refuses_code("", HOST, 0.0) is None
    assert door.refuses_name("alice") is None


def test_the_word_of_the_class() -> None:
    door = Admission(code="Été 42")
    assert door.asks == Asks.CODE
    assert door.refuses_code(" été 42 ", HOST, 0.0) is None
    missing, wrong = door.refuses_code("", HOST, 0.0), door.refuses_code("ete 42", HOST, 0.0)
    assert missing == (Reason.CODE, "Ce chat demande un mot de passe : celui de la classe.")
    assert wrong == (Reason.CODE, "Ce n'est pas le mot de passe de ce chat.")


def test_one_does_not_guess_it() -> None:
    door = Admission(code="secret")
    for number in range(100):
        door.refuses_code(str(number), HOST, 0.0)
    refusal = door.refuses_code("secret", HOST, 0.0)
    assert refusal
    assert refusal[1].startswith("Trop d'essais")
    assert door.refuses_code("secret", "192.0.2.8", 0.0) is None


def test_not_giving_it_yet_is_not_guessing() -> None:
    door = Admission(code="secret")
    for _ in range(1_000):
        door.refuses_code("", HOST, 0.0)
    assert door.refuses_code("secret", HOST, 0.0) is None


def test_the_list() -> None:
    door = Admission(names=["Alice", "bob"])
    assert door.refuses_name("alice") is None
    refusal = (Reason.DENIED, "Le pseudo carol n'est pas sur la liste des invités.")
    assert door.refuses_name("carol") == refusal
    door.restrict(["carol"])
    assert door.refuses_name("carol") is None
    assert door.refuses_name("alice")
    door.restrict(None)
    assert door.refuses_name("alice") is None


def test_an_empty_list_lets_nobody_in() -> None:
    assert Admission(names=[]).refuses_name("alice")


def test_a_file() -> None:
    assert listed("# la classe\nalice\n\n  bob martin  # délégué\r\nÉlodie") == [
        "alice",
        "bob martin",
        "Élodie",
    ]
