"""Les documents JSON : un message s'y retrouve ; hostile, une page n'est qu'illisible."""

import json
from typing import Any

import pytest
from chatroom.protocol.documents import (
    Absent,
    Missing,
    Posted,
    RoomSummary,
    answer,
    document,
    names,
    page,
    room_list,
)
from chatroom.protocol.frames import ProtocolError
from chatroom.protocol.messages import Acted, Pictured, Said, Whispered
from hypothesis import given
from hypothesis import strategies as st

from tests.bonus.protocol.strategies import values

ROOM = 7
SAID = Said(ROOM, 1, 2, 3, 4, 0x0000FF, "it4", "« salut »\n\\\"'")
GOOD = json.loads(document(SAID))
POSTED: st.SearchStrategy[Posted] = st.one_of(
    [
        st.builds(cls, st.just(ROOM), *(values(codec) for _, codec in cls.CODECS[1:]))
        for cls in (Said, Whispered, Pictured, Acted)
    ]
)
REMOVED = Absent(ROOM, 1, Missing.REMOVED, 2, 3, 4, 0x0000FF, "it4", "prof")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*GOOD]), inner),
    max_leaves=8,
)


def only_refused(text: str) -> None:
    """ProtocolError, ou des messages dont les documents redonnent la même page."""
    try:
        found = page(text, ROOM)
    except ProtocolError:
        return
    assert page(f"[{','.join(map(document, found))}]", ROOM) == found
    assert all(message.room == ROOM for message in found)


@given(st.lists(POSTED, max_size=4))
def test_round_trip(messages: list[Posted]) -> None:
    documents = [document(message) for message in messages]
    assert not any("\n" in text for text in documents)
    assert page(f"[{','.join(documents)}]", ROOM) == messages


def test_the_very_document() -> None:
    assert document(Pictured(ROOM, 1, 2, 3, 4, 0xABC, "é", "a.png", 5, 6, 7)) == (
        '{"kind":"image","seq":1,"time":2,"person":3,"nonce":4,"colour":"#000abc",'
        '"pseudo":"é","name":"a.png","size":5,"width":6,"height":7}'
    )
    assert document(Whispered(ROOM, 1, 2, 3, 4, 0, "a", "b", "c")) == (
        '{"kind":"whisper","seq":1,"time":2,"person":3,"nonce":4,"colour":"#000000",'
        '"pseudo":"a","to":"b","text":"c"}'
    )


def test_a_page_may_be_empty_and_its_spaces_are_free() -> None:
    assert page("[]", ROOM) == []
    assert page(f" [ {json.dumps(GOOD, indent=2)} ] ", ROOM) == [SAID]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",  # se parcourt comme une liste vide
        "3",
        "null",
        '"ab"',
        '{"kind":"text"}',
        "[",
        "[[1]]",
        "[null]",
        '["text"]',
        "[{}]",
        "\ufeff[]",
        f"[{'9' * 5_000}]",  # Python refuse de lire un entier si long
        "[" * 100_000,
        '[{"kind":' * 50_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_page(text: str) -> None:
    with pytest.raises(ProtocolError, match="illisible"):
        page(text, ROOM)


WRONG: dict[str, list[object]] = {
    "kind": ["image", None, []],
    "seq": [True, 1.0, 1.5, "1", None, [1], -1, 2**64, 10**400, float("nan"), float("inf")],
    "person": [False, 2**32],
    "pseudo": [3, None, ["a"], {}, "\ud800", "a" * 256, "€" * 86],
    "text": ["a" * 65_536],
    "colour": [
        *(255, None, ["#", "12"], {"a": 1}, "", "#", "#zzz", "#fff", "#0000ff0", "0000ff"),
        # Tout ce qui suit, int(…, 16) le lirait.
        *("#0000FF", "#-00001", "#0_0_0f", "# 00ff ", "#0000ff\n", "#٠٠٠٠٠١", "#" + "f" * 5_000),
    ],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, wrong in WRONG.items() for value in wrong],
    ids=lambda value: repr(value)[:30],
)
def test_a_field_that_is_not_what_it_should(name: str, value: object) -> None:
    assert page(json.dumps([GOOD]), ROOM) == [SAID]
    with pytest.raises(ProtocolError, match="illisible"):
        page(json.dumps([GOOD, GOOD | {name: value}]), ROOM)


@pytest.mark.parametrize("name", GOOD)
def test_a_field_that_is_missing(name: str) -> None:
    fields = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(ProtocolError, match="illisible"):
        page(json.dumps([fields]), ROOM)


@pytest.mark.parametrize("name", ["room", "self", "", "to"])
def test_a_key_of_another_version_is_ignored(name: str) -> None:
    assert page(json.dumps([GOOD | {name: 8}]), ROOM) == [SAID]


def test_a_message_that_cannot_be_read_keeps_its_place() -> None:
    unreadable = Absent(ROOM, 2, Missing.UNREADABLE)
    strange = Absent(ROOM, 3, Missing.STRANGE)
    texts = [document(REMOVED), '{"kind":"unreadable","seq":2}', '{"kind":"poll","seq":3,"x":[]}']
    assert page(f"[{','.join(texts)}]", ROOM) == [REMOVED, unreadable, strange]
    assert [document(one) for one in (unreadable, strange)] == [
        '{"kind":"unreadable","seq":2}',
        '{"kind":"strange","seq":3}',
    ]
    assert document(REMOVED) == (
        '{"kind":"removed","seq":1,"time":2,"person":3,"nonce":4,"colour":"#0000ff",'
        '"pseudo":"it4","by":"prof"}'
    )


GONE = json.loads(document(REMOVED))


@pytest.mark.parametrize(
    "fields",
    [
        *({"kind": kind} for kind in ("poll", "unreadable", "removed", "strange", "")),
        *({"kind": "poll", "seq": seq} for seq in (True, 1.5, "1", None, -1, 2**64)),
        *({key: GONE[key] for key in GONE if key != name} for name in GONE),
        *(GONE | {"by": by} for by in (None, 3, "\ud800", "a" * 65_536)),
        *(GONE | {"time": -1}, GONE | {"pseudo": "a" * 256}, GONE | {"colour": "rouge"}),
    ],
    ids=lambda fields: json.dumps(fields)[:60],
)
def test_but_its_place_must_be_known(fields: dict[str, object]) -> None:
    with pytest.raises(ProtocolError, match="illisible"):
        page(json.dumps([GOOD, fields]), ROOM)


def test_an_answer_and_names() -> None:
    assert answer('{"code": "K7", "seconds": 600}') == {"code": "K7", "seconds": 600}
    assert names('["alice", "bob"]') == ("alice", "bob")
    for wrong in ("", "[", "3", "null", "[1]", "[" * 100_000):
        with pytest.raises(ProtocolError, match="réponse est illisible"):
            answer(wrong)
        with pytest.raises(ProtocolError, match="noms est illisible"):
            names(wrong)
    with pytest.raises(ProtocolError):
        names("{}")


def test_a_list_of_rooms() -> None:
    rooms = [{"name": "salon", "count": 3, "members": ["bob"]}]
    assert room_list(json.dumps(rooms)) == (RoomSummary("salon", 3, ("bob",)),)
    assert room_list("[]") == ()


@pytest.mark.parametrize("text", ["", "[", "{}", '{"a":1}', "[1]", '[{"name":"x"}]', "[" * 100_000])
def test_what_is_no_list_of_rooms(text: str) -> None:
    """C'est une faute du serveur, dite comme telle."""
    with pytest.raises(ProtocolError, match="liste des salons est illisible"):
        room_list(text)


@given(st.sampled_from([*GOOD, "room", "x"]), JSON)
def test_whatever_the_field(name: str, value: Any) -> None:
    only_refused(json.dumps([GOOD | {name: value}]))


@given(JSON | st.lists(JSON))
def test_whatever_the_json(value: Any) -> None:
    only_refused(json.dumps(value))


@given(st.text() | st.text('[]{}",:\\u0123456789.eE-+ truefalsn'))
def test_whatever_the_text(text: str) -> None:
    only_refused(text)
