"""Une base que remplissent deux personnes : de quoi la copier, la vérifier, en retirer."""

from pathlib import Path

from chatroom.protocol.documents import document
from chatroom.protocol.messages import Pictured, Said, Whispered
from chatroom.server.core.pending import Batch, Record, Speech
from chatroom.server.core.people import Person
from chatroom.server.core.rooms import PRIVATE_BIT, Room
from chatroom.server.storage.batches import insert
from chatroom.server.storage.opening import FILE, open_base

ALICE = Person(1, "Alice", 0x112233, (b"un",), key="alice")
BOB = Person(2, "bob", 0x445566, (b"deux",), key="bob")
PICTURE = b"image " * 5_000
ROOM = 1
MINE, HIS = ALICE.id | PRIVATE_BIT, BOB.id | PRIVATE_BIT


def fill(folder: Path, messages: int = 20) -> Path:
    """Chacun parle à son tour ; alice montre une image, et glisse un mot à bob."""
    folder.mkdir(exist_ok=True)
    base = open_base(folder / FILE, "normal", 0, print)
    records = []
    for seq in range(1, messages + 1):
        one = ALICE if seq % 2 else BOB
        said = Said(ROOM, seq, 1_000 + seq, one.id, seq, one.colour, one.pseudo, f"n° {seq}")
        records.append(Record(ROOM, seq, document(said)))
    seq = messages + 1
    who = (ALICE.id, seq, ALICE.colour, ALICE.pseudo)
    pictured = Pictured(ROOM, seq, 1_000 + seq, *who, "carré.png", len(PICTURE), 9, 9)
    records.append(Record(ROOM, seq, document(pictured), PICTURE))
    for room in (MINE, HIS):
        whispered = Whispered(
            room, 1, 2_000, ALICE.id, seq + 1, ALICE.colour, "Alice", "bob", "psst"
        )
        records.append(Record(room, 1, document(whispered)))
    last = {ROOM: seq, MINE: 1, HIS: 1}
    speeches = {ALICE.id: Speech(3_000, {0: seq + 1}, 900, len(PICTURE))}
    speeches[BOB.id] = Speech(3_000, {0: messages}, 800)
    people = [ALICE, BOB]
    with base:
        insert(
            base,
            Batch(people, rooms=[Room(ROOM, "Été")], records=records, last=last, said=speeches),
            0,
        )
    base.close()
    return folder
