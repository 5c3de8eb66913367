"""Ce qu'une version publiée a écrit se lit encore : base, journal, jetons, conversation."""

import io
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.client.tokens import Tokens
from chatroom.protocol.frames import LONG, Decoder
from chatroom.protocol.limits import FRAME
from chatroom.protocol.messages import KINDS, GetImage, Message, Page, decode
from chatroom.protocol.messages import Image as Picture
from PIL import Image

from tests.bonus.kept.record import ROOM
from tests.bonus.processes import Client, Server
from tests.support.processes import run

VERSIONS = sorted(Path(__file__).parent.glob("version_*"))


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def kept(request: pytest.FixtureRequest) -> Path:
    version: Path = request.param
    return version


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """Le dossier d'un serveur de cette version."""
    (tmp_path / "log").mkdir()
    shutil.copy(kept / "chat.db", tmp_path)
    shutil.copy(kept / "server.log", tmp_path / "log")
    return tmp_path


def token(kept: Path, folder: Path, person: str, pseudo: str) -> bytes:
    """Celui que ce client avait gardé, dans un fichier que lui seul pouvait lire."""
    path = folder / "tokens.json"
    path.touch(0o600)
    path.write_bytes((kept / f"tokens-{person}.json").read_bytes())
    (server,) = json.loads(path.read_text("utf-8"))
    found = Tokens(path, pytest.fail).find(b"un serveur d'ici.", server, pseudo)
    assert found.token
    return found.token


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    with Server(data, "--no-web") as running:
        yield running


def frames(kept: Path) -> Iterator[tuple[str, bytes, Message]]:
    """Qui l'a écrite, ses octets, et ce qu'elle veut dire."""
    decoder = Decoder(dict.fromkeys(KINDS, FRAME))
    for line in (kept / "conversation.jsonl").read_text("ascii").splitlines():
        entry = json.loads(line)
        data = bytes.fromhex(entry["frame"])
        decoder.feed(data)
        frame = decoder.next()
        assert frame
        assert not decoder.partial
        yield entry["from"], data, decode(*frame)


def test_at_least_the_first_version_is_kept() -> None:
    assert VERSIONS[0].name == "version_1"


def test_people_come_back_to_what_was_said(kept: Path, data: Path, server: Server) -> None:
    with Client(server) as zoe, Client(server) as bob:
        welcome = zoe.hello("Zoé", token(kept, data, "zoe", "Zoé"))
        assert (welcome.back, welcome.nonce) == (1, welcome.device << 32)
        assert bob.hello("bob", token(kept, data, "bob", "bob")).back == 1
        joined = zoe.join(ROOM)
        assert joined.last == 2
        page = zoe.expect(Page)
        assert [one["pseudo"] for one in json.loads(page.documents)] == ["Zoé", "bob"]
        zoe.tell(GetImage(joined.room, 2))
        picture = zoe.expect(Picture)
        assert Image.open(io.BytesIO(picture.data)).size == (24, 16)


def test_nobody_takes_a_pseudo_of_before(server: Server) -> None:
    with Client(server) as thief, pytest.raises(AssertionError):
        thief.hello("zoé", bytes(32))


def test_the_base_is_exported(data: Path) -> None:
    exported = run("bonus/server.py", "--data", str(data), "--export-history", ROOM)
    texts = [one.get("text", one.get("name")) for one in json.loads(exported.stdout)]
    assert texts == ["Bonjour, l'été 🌞 !", "carré.png"]


def test_the_log_goes_on(kept: Path, data: Path) -> None:
    before = (kept / "server.log").read_text("utf-8")
    with Server(data, "--no-web") as server, Client(server) as client:
        client.hello("nouvelle")
        assert server.stop() == 0
    after = (data / "log/server.log").read_text("utf-8")
    assert after.startswith(before)
    assert "nouvelle" in after[len(before) :]


def test_each_frame_means_the_same_and_is_written_the_same(kept: Path) -> None:
    seen = Counter[tuple[str, str]]()
    for origin, data, message in frames(kept):
        # Les champs que la version 2 ajoute à la fin d'un corps ont, ici, leur valeur d'usage.
        again, header = message.encode(), 3 if data[0] < LONG else 2 + data[1]
        assert again[0] == data[0]
        assert again[header:].startswith(data[header:])
        seen[origin, type(message).__name__] += 1
    said = {name for origin, name in seen if origin == "client"}
    assert said >= {"Hello", "Join", "Leave", "Say", "Whisper", "SendImage", "ListRooms"}
    heard = {name for origin, name in seen if origin == "server"}
    assert heard >= {
        "Welcome",
        "Joined",
        "Said",
        "Whispered",
        "Pictured",
        "Page",
        "Image",
        "RoomList",
        "Announced",
    }
