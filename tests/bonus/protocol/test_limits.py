"""Des bornes que le protocole sait tenir."""

from typing import Any

import pytest
from chatroom.protocol.documents import document
from chatroom.protocol.limits import FRAME, LONGEST_TEXT, Limits
from chatroom.protocol.messages import Image, Page, Said


@pytest.mark.parametrize(
    "bounds",
    [
        {"text": LONGEST_TEXT + 1},
        {"pseudo": 256},
        {"room": 256},
        {"image": FRAME},
        {"page": 200, "text": 60_000},
    ],
    ids=str,
)
def test_what_the_protocol_could_not_write(bounds: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="au plus"):
        Limits(**bounds)


def test_the_largest_frames_are_accepted_by_a_client() -> None:
    """À ses plus grandes bornes, le serveur n'envoie rien que son client refuserait."""
    limits = Limits(text=60_000, page=132, image=FRAME - 1_000)
    said = Said(1, 2**64 - 1, 2**64 - 1, 2**32 - 1, 2**64 - 1, 0, "𝔸" * 63, '"' * limits.text)
    documents = ",".join([document(said)] * limits.page)
    assert len(Page(1, 1, 1, f"[{documents}]").encode()) <= FRAME
    assert len(Image(1, 1, bytes(limits.image)).encode()) <= FRAME
