"""bonus.md dit du protocole exactement ce que fait le code."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from chatroom.client.core.reasons import FINAL
from chatroom.client.faces.commands import COMMANDS
from chatroom.protocol.bounds import FROM_SERVER, after_greeting, after_hello, before_hello
from chatroom.protocol.documents import document, page
from chatroom.protocol.fields import Bytes, Codec, Integer, RestBytes, RestString, String
from chatroom.protocol.frames import Decoder, Reason
from chatroom.protocol.limits import FRAME, Limits
from chatroom.protocol.messages import (
    KINDS,
    VERSION,
    Presence,
    decode,
)

from tests.bonus.protocol.vectors import vectors
from tests.support.processes import ROOT

pytestmark = pytest.mark.shape

TEXT = (ROOT / "bonus.md").read_text(encoding="utf-8")
FIELDS: dict[Codec, str] = {
    Integer(1): "u8",
    Integer(3): "couleur",
    Integer(4): "u32",
    Integer(8): "u64",
    String(1): "nom",
    String(2): "texte",
    Bytes(1): "jeton",
}
BOUNDS = before_hello(Limits()) | after_greeting(Limits()) | after_hello(Limits())
BLOCK = re.compile(r"^« ([^»]+) » : [^`]*```text\n(.*?)```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(TEXT)


def section(title: str) -> str:
    """Ce qui suit ce titre, jusqu'au prochain de son rang ou d'un plus haut."""
    level = title.split(" ", maxsplit=1)[0]
    _, _, after = TEXT.partition(f"\n{title}\n")
    assert after, title
    return re.split(rf"^#{{1,{len(level)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> Iterator[list[str]]:
    """Les lignes des tableaux de cette section, sans leurs en-têtes."""
    for table in re.findall(r"(?:^\|.*\n)+", section(title), re.MULTILINE):
        for line in table.splitlines()[2:]:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def kind_of_field(codec: Codec) -> str:
    if isinstance(codec, RestBytes | RestString):
        return "suite" if isinstance(codec, RestBytes) else "json"
    return FIELDS[codec]


def described(kind: int) -> list[str]:
    """Les trois premières cellules de ce message."""
    fields = ", ".join(f"`{name}` {kind_of_field(codec)}" for name, codec in KINDS[kind].CODECS)
    return [f"0x{kind:02x}", KINDS[kind].__name__, fields]


def test_every_message_from_the_client() -> None:
    told = list(rows("### Du client au serveur"))
    assert [row[:3] for row in told] == [described(kind) for kind in KINDS if kind < 0x40]
    bounds = {kind: bound for kind, bound in BOUNDS.items() if kind in KINDS}
    assert {int(row[0], 16): int(row[4]) for row in told} == bounds
    assert all(row[3] for row in told)


def test_every_message_from_the_server() -> None:
    told = list(rows("### Du serveur au client"))
    assert [row[:3] for row in told] == [described(kind) for kind in KINDS if kind >= 0x40]
    assert all(row[3] for row in told)
    assert f"{FRAME:_}".replace("_", " ") in section("### Du serveur au client")
    both = [row[1] for row in rows("### Du client au serveur") if "deux sens" in row[3]]
    assert both == [KINDS[kind].__name__ for kind in FROM_SERVER if kind < 0x40]


def test_every_kind_of_field() -> None:
    told = {name for row in rows("### Les champs") for name in row[0].split(", ")}
    assert told == {kind_of_field(codec) for cls in KINDS.values() for _, codec in cls.CODECS}


def test_every_reason() -> None:
    told = list(rows("### Les raisons"))
    assert [row[:2] for row in told] == [[str(int(reason)), reason.name] for reason in Reason]
    assert {Reason[row[1]] for row in told if row[3] == "non"} == FINAL
    assert all(row[2] and row[3] in ("oui", "non") for row in told)


def test_events_and_version() -> None:
    announced = next(row[3] for row in rows("### Du serveur au client") if row[1] == "Announced")
    words = ("arrive", "part", "est de retour", "change de salon")
    numbers = dict(zip(words, Presence, strict=True))
    assert all(f"{word} ({number:d})" in announced for word, number in numbers.items())
    assert f"la version {VERSION} du protocole" in " ".join(TEXT.split())


def hexadecimal(line: str) -> bytes:
    """Les octets d'une ligne annotée ; « 00 × 3 » en fait trois."""
    data, _, times = line.partition(" × ")
    return bytes.fromhex(data) * int(times or 1)


def shown(value: Any) -> set[str]:
    """Les façons d'écrire cette valeur dans la page."""
    if isinstance(value, bytes):
        return {f"{len(value)} octets"}
    return {json.dumps(value, ensure_ascii=False)} | (
        {hex(value)} if value is not str(value) else set()
    )


@pytest.mark.parametrize(("name", "block"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_annotated_frames(name: str, block: str) -> None:
    """Chaque ligne dit un champ, avec ses octets et sa valeur ; leur suite est le vecteur."""
    vector = next(vector for vector in vectors() if vector.name == name)
    lines = [re.split(r" {3,}", line) for line in block.splitlines()]
    assert b"".join(hexadecimal(data) for data, _ in lines) == vector.data
    decoder = Decoder(vector.bounds)
    decoder.feed(vector.data)
    frame = decoder.next()
    assert frame
    message, body = decode(*frame), frame[1]
    fields = [(data, *text.split(" = ")) for data, text in lines if " = " in text]
    assert [field[1] for field in fields] == [name for name, _ in message.CODECS]
    for (data, field, value), (_, codec) in zip(fields, message.CODECS, strict=True):
        assert value in shown(getattr(message, field))
        assert hexadecimal(data) == codec.write(getattr(message, field))
    header = [text for _, text in lines if " = " not in text]
    long = vector.data[0] >= 0x80
    expected = [f"type : {type(message).__name__}{', en trame longue' * long}"]
    expected += [f"largeur : {vector.data[1]} octets"] * long
    assert header == [*expected, f"taille : {len(body)} octets"]


def test_three_frames_are_shown() -> None:
    assert len(BLOCKS) == 3
    assert len(re.findall("^« ", section("### Trois trames, octet par octet"), re.MULTILINE)) == 3


def test_documents_are_what_a_page_holds() -> None:
    examples = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    found = page(examples[0], 1)
    assert [json.loads(document(message)) for message in found] == json.loads(examples[0])
    kinds = {type(message).__name__ for message in found}
    assert kinds == {"Said", "Whispered", "Pictured", "Acted", "Absent"}
    assert {*json.loads(examples[1])[0]} == {"name", "count", "members"}


def test_bounds_have_the_values_of_the_code() -> None:
    told = re.findall(r"`(\w+)`\s=\s(\d+)", section("## Ce que le serveur garantit"))
    assert len(told) >= 10
    for name, value in told:
        assert getattr(Limits(), name) == int(value), name


def test_every_command() -> None:
    told = [*rows("## 8. Les salons"), *rows("## Tenir un salon")]
    assert sorted(told) == sorted([f"`{one.usage}`", one.help] for one in COMMANDS.values())
