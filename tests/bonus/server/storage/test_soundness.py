"""Ce que le disque a abîmé : remplacé, sans rien ôter à ce qui l'entoure."""

import json
import random

import pytest
from chatroom.protocol.documents import Posted, document, page
from chatroom.protocol.messages import Pictured, Said, Whispered
from chatroom.server.storage.soundness import _PAGE, sound

WHO = (1_000, 2**31, 2**53 - 1, 0xABCDEF, 'al"ice\\')
TEXT = "été\n\t\x01\u2028 \U0001f31e \\ /"
MESSAGES: list[Posted] = [
    Said(1, 7, *WHO, TEXT),
    Whispered(1, 7, *WHO, "bob", ""),
    Pictured(1, 7, *WHO, "carré.png", 12, 640, 480),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_what_the_server_writes_is_recognised_at_a_glance(message: Posted) -> None:
    text = document(message)
    small = text.replace(str(2**31), "5")  # au-delà d'un milliard, on le lit pour de bon
    assert _PAGE.fullmatch(f"{small},{small}")
    assert sound([(7, text.encode()), (7, small.encode())], 1) == ([text, small], [])
    assert sound([(7, small.encode())] * 2, 1) == ([small] * 2, [])


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b"{}", None, 12])
def test_what_is_not_a_message_is_replaced(data: bytes) -> None:
    assert sound([(7, data)], 1) == (['{"kind":"unreadable","seq":7}'], [7])


def test_a_message_that_is_not_in_its_place() -> None:
    text = document(MESSAGES[0]).encode()
    assert sound([(7, text), (8, text)], 1)[1] == [8]
    assert sound([(8, text.replace(b'"kind":', b'"kind": '))], 1)[1] == [8]


def test_a_message_written_otherwise_is_still_one() -> None:
    spaced = json.dumps(json.loads(document(MESSAGES[0]))).encode()
    assert sound([(7, spaced)], 1) == ([spaced.decode()], [])


def test_a_byte_changed_anywhere_never_closes_the_page() -> None:
    """Le client lit toujours la page : il y trouve ce message, un autre texte, ou rien."""
    draw = random.Random(12)
    whole = document(MESSAGES[0]).replace(str(2**31), "5").encode()
    for _ in range(2_000):
        place = draw.randrange(len(whole))
        data = whole[:place] + bytes([draw.randrange(256)]) + whole[place + 1 :]
        documents, damaged = sound([(7, data)], 1)
        if damaged:
            assert documents == ['{"kind":"unreadable","seq":7}']
        else:
            (read,) = page(f"[{documents[0]}]", 1)
            assert read.seq == 7
