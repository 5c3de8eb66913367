"""Les documents d'une page que le disque a abîmés : les autres se lisent, et leur place reste.

Une page telle que le serveur l'écrit se reconnaît d'un coup d'œil (`_PAGE`), ce qui ne coûte que
quelques dizaines de microsecondes ; les documents d'une autre sont lus comme les lira un client.
"""

import re
from collections.abc import Sequence

from chatroom.protocol.documents import KINDS, page
from chatroom.protocol.fields import Integer
from chatroom.protocol.frames import ProtocolError

_PLAIN = r'[^"\\\x00-\x1f]*+'
_STRING = rf'"{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-f]{{4}}){_PLAIN})*+"'


def _document() -> str:
    """Un document tel que `document` l'écrit : toujours ces clés, dans cet ordre."""
    kinds = []
    for kind, cls in KINDS.items():
        fields = [f'"kind":"{kind}"']
        for name, codec in cls.CODECS[1:]:  # sans le salon, que la page dira
            value = _STRING
            if name == "colour":
                value = '"#[0-9a-f]{6}"'
            elif isinstance(codec, Integer):  # un chiffre de moins que le plus grand : il y tient
                value = rf"[0-9]{{1,{len(str(256**codec.size)) - 1}}}"
            fields.append(f'"{name}":{value}')
        kinds.append(",".join(fields))
    return rf"\{{(?:{'|'.join(kinds)})\}}"


_DOCUMENT = _document()
_PAGE = re.compile(f"{_DOCUMENT}(?:,{_DOCUMENT})*+")
_SEQ = re.compile('"seq":([0-9]+)')  # une clé, forcément : dans un texte, un guillemet est protégé


def sound(rows: Sequence[tuple[int, bytes]], room: int) -> tuple[list[str], list[int]]:
    """Les documents, et les numéros de ceux qu'il a fallu remplacer."""
    if _whole(rows):
        return [data.decode() for _, data in rows], []
    documents, damaged = [], []
    for seq, data in rows:
        text = _read(data, seq, room)
        if text is None:
            damaged.append(seq)
            text = f'{{"kind":"unreadable","seq":{seq}}}'
        documents.append(text)
    return documents, damaged


def _whole(rows: Sequence[tuple[int, bytes]]) -> bool:
    """Rien n'y est abîmé, c'est sûr ; faux, il faut y regarder de plus près."""
    try:
        text = b",".join([data for _, data in rows]).decode()
    except (UnicodeDecodeError, TypeError):
        return False
    seqs = [seq for seq, _ in rows]
    return bool(_PAGE.fullmatch(text)) and [*map(int, _SEQ.findall(text))] == seqs


def _read(data: bytes, seq: int, room: int) -> str | None:
    """Ce document, s'il est bien le message n° `seq`."""
    try:
        text = data.decode()
        (message,) = page(f"[{text}]", room)
    except (ProtocolError, ValueError, AttributeError):
        return None
    return text if message.seq == seq else None
