"""Une personne, lue de la base : par jeton, par numéro, par pseudo."""

import json
import sqlite3

from chatroom.server.core.people import DEVICES, Alike, Key, Lookup, Number, Person, Proof
from chatroom.server.core.rooms import PRIVATE_BIT

TOKENS = 16  # jetons d'une personne que l'on essaie : les derniers faits
WHERE: dict[type[Lookup], str] = {
    Number: "people.id=?",
    Key: "key=?",
    Alike: "people.id IN (SELECT person FROM skeletons"
    " WHERE skeleton IN (SELECT value FROM json_each(?)))",
    Proof: "people.id=(SELECT person FROM tokens WHERE proof=?)",
}
SELECT = (
    "SELECT people.id, pseudo, colour, nonces, coalesce(last, 0), role, muted, seen, bytes,"
    " pictures, key"
    f" FROM people LEFT JOIN rooms ON rooms.id = people.id | {PRIVATE_BIT} WHERE "
)
PROOFS = f"SELECT proof FROM tokens WHERE person=? ORDER BY made DESC LIMIT {TOKENS}"


def find(base: sqlite3.Connection, lookup: Lookup) -> Person | None:
    """ValueError si ce qui est écrit d'elle n'a pas de sens."""
    match lookup:
        case Number(value) | Key(value) | Proof(value):
            pass
        case Alike(forms):
            value = json.dumps(forms)
    row = base.execute(SELECT + WHERE[type(lookup)] + " LIMIT 1", (value,)).fetchone()
    if row is None:
        return None
    number, pseudo, colour, nonces, *rest = row
    proofs = tuple(proof for (proof,) in base.execute(PROOFS, (number,)))
    return Person(number, pseudo, colour, proofs, _nonces(nonces), *rest)


def _nonces(text: str) -> dict[int, int]:
    """Du plus ancien au plus récent, comme `Person.accept` les range."""
    found = {int(device): int(nonce) for device, nonce in json.loads(text).items()}
    latest = sorted(found, key=found.__getitem__)[-DEVICES:]
    return {device: found[device] for device in latest}
