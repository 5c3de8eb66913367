"""Les vecteurs de test de vectors.json : des octets, et ce qu'ils veulent dire.

Tout décodeur de ce protocole, en quelque langage que ce soit, doit en dire autant. Chacun porte :
- `name` : ce qu'il montre ;
- `from` : qui parle, « stranger » (un client inconnu), « greeted » (le même, après Greeting),
  « client » (il s'est présenté) ou « server » ;
- `bytes` : les octets, en hexadécimal ; une liste en met bout à bout plusieurs, où
  {"repeat": "61", "times": 3} vaut « 616161 » ;
- puis `message`, le message entier : son type et ses champs (des octets s'écrivent comme `bytes`,
  un texte peut être un {"repeat", "times"}, un entier de plus de 53 bits est une chaîne) ; il se
  réécrit avec les mêmes octets, sauf si `foreign` dit qu'ils sont d'une autre version, ou si c'est
  « Unknown », un type inconnu ;
- ou `error`, le refus : sa raison, et la phrase en français ;
- ou `waiting`, vrai si la trame n'est pas finie : il faut attendre la suite.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatroom.protocol.bounds import FROM_SERVER, after_greeting, after_hello, before_hello
from chatroom.protocol.fields import Bytes, Codec, Integer, RestBytes
from chatroom.protocol.frames import Reason
from chatroom.protocol.limits import Limits
from chatroom.protocol.messages import (
    KINDS,
    Message,
    Unknown,
)

FILE = Path(__file__).with_name("vectors.json")
BOUNDS: dict[str, Mapping[int, int]] = {
    "stranger": before_hello(Limits()),
    "greeted": after_greeting(Limits()),
    "client": after_hello(Limits()),
    "server": FROM_SERVER,
}
_TYPES = {cls.__name__: cls for cls in KINDS.values()}


@dataclass(frozen=True)
class Vector:
    name: str
    speaker: str
    data: bytes
    message: Message | None
    error: tuple[Reason, str] | None
    foreign: bool  # un champ y manque, ou s'y ajoute

    @property
    def rewritten(self) -> bool:
        """Ce qui en est lu se réécrit avec les mêmes octets."""
        return not (self.message is None or self.foreign or isinstance(self.message, Unknown))

    @property
    def bounds(self) -> Mapping[int, int]:
        return BOUNDS[self.speaker]


def vectors() -> list[Vector]:
    return [_vector(entry) for entry in json.loads(FILE.read_text(encoding="utf-8"))]


def _vector(entry: dict[str, Any]) -> Vector:
    outcome = {"message", "error", "waiting"} & set(entry)
    assert len(outcome) == 1, entry["name"]
    foreign = bool(entry.get("foreign"))
    known = {"name", "from", "bytes"} | outcome | ({"foreign"} if foreign else set())
    assert set(entry) == known, entry["name"]
    message, error = entry.get("message"), entry.get("error")
    return Vector(
        entry["name"],
        entry["from"],
        _bytes(entry["bytes"]),
        _message(message) if message else None,
        (Reason(error["reason"]), error["text"]) if error else None,
        foreign,
    )


def _message(fields: dict[str, Any]) -> Message:
    if fields["type"] == "Unknown":
        return Unknown(fields["kind"])
    cls = _TYPES[fields["type"]]
    assert set(fields) == {"type"} | {name for name, _ in cls.CODECS}
    return cls(*(_value(codec, fields[name]) for name, codec in cls.CODECS))


def _value(codec: Codec, value: Any) -> int | str | bytes:
    if isinstance(codec, Integer):
        assert isinstance(value, str) == (int(value) >= 2**53)
        return int(value)
    if isinstance(codec, Bytes | RestBytes):
        return _bytes(value)
    return str(value["repeat"] * value["times"] if isinstance(value, dict) else value)


def _bytes(value: Any) -> bytes:
    if isinstance(value, list):
        return b"".join(map(_bytes, value))
    if isinstance(value, dict):
        return bytes.fromhex(value["repeat"]) * int(value["times"])
    return bytes.fromhex(value)
