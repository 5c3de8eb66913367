"""L'historique d'un salon, le serveur en marche ou non."""

import json
from pathlib import Path

import pytest
from chatroom.protocol import ChatError
from chatroom.protocol.text import fold
from chatroom.server.storage.exporting import export

from tests.bonus.server.storage.opened import FIRST, Opened, batch, play, record


def test_export_while_the_server_runs(tmp_path: Path) -> None:
    async def scenario(opened: Opened) -> None:
        await opened.commit(FIRST)
        assert "".join(export(tmp_path, "SALON", fold)) == "[\n]\n"
        await opened.commit(batch(*map(record, range(1, 200))))
        documents = json.loads("".join(export(tmp_path, "salon", fold)))
        assert [one["text"] for one in documents] == [f"é{seq}" for seq in range(1, 200)]
        with pytest.raises(ChatError, match="Ceux de l'historique : Salon"):
            list(export(tmp_path, "autre", fold))

    play(tmp_path, scenario)
    with pytest.raises(ChatError, match="pas d'historique"):
        list(export(tmp_path / "vide", "salon", fold))
