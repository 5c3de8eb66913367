"""Le mot de passe d'un salon, tel qu'il est gardé."""

from chatroom.server.core.passwords import opens, sealed


def test_only_its_word_opens_it() -> None:
    seal = sealed("Sésame ")
    assert opens("Sésame", seal)
    assert opens("Se\u0301same", seal)  # composé autrement, c'est le même mot
    assert not opens("sésame", seal)
    assert not opens("", seal)


def test_it_is_not_written_and_salted() -> None:
    one, other = sealed("secret"), sealed("secret")
    assert one != other
    assert b"secret" not in one
    assert len(one) == len(other) == 48


def test_a_seal_that_is_not_one_opens_to_nobody() -> None:
    assert not opens("secret", b"0123456789abcdef")
