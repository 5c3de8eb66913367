"""Les jetons secrets : gardés, cachés, jamais perdus."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chatroom.client import tokens as module
from chatroom.client.tokens import Credential, Tokens
from chatroom.protocol import ChatError

from tests.support.processes import Process

HERE, THERE = b"ici", b"ailleurs"  # qui sont les serveurs
PLACE = "127.0.0.1:8888"
SECRET, OTHER = bytes(range(32)), b"\xff" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat_room/tokens.json"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def kept(path: Path, said: list[str]) -> Tokens:
    return Tokens(path, said.append)


@pytest.fixture
def no_descriptor_left() -> Iterator[None]:
    before = sorted(os.listdir("/proc/self/fd"))  # noqa: PTH208
    yield
    assert sorted(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_nothing_is_created_to_answer_no(kept: Tokens, path: Path) -> None:
    assert kept.find(HERE, PLACE, "it4").token == b""
    assert not path.parent.exists()


@pytest.mark.usefixtures("no_descriptor_left")
def test_each_pseudo_of_each_server_has_its_token(kept: Tokens, path: Path) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET)
    kept.keep(THERE, PLACE, "it4", OTHER)
    kept.keep(HERE, PLACE, "Élodie", OTHER)
    again = Tokens(path, pytest.fail)
    assert again.find(HERE, PLACE, "it4").token == SECRET
    assert again.find(THERE, PLACE, "it4").token == OTHER
    assert again.find(HERE, PLACE, "e\u0301LODIE").token == OTHER
    assert again.find(THERE, PLACE, "Élodie").token == b""
    kept.keep(HERE, PLACE, "it4", OTHER)
    assert again.find(HERE, PLACE, "IT4").token == OTHER


def test_the_file_and_its_folder_are_private(kept: Tokens, path: Path) -> None:
    old = os.umask(0)
    try:
        kept.keep(HERE, PLACE, "it4", SECRET)
    finally:
        os.umask(old)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    assert json.loads(path.read_text()) == {
        HERE.hex(): {"it4": SECRET.hex() + "00000000"},
        "adresses": {PLACE: HERE.hex()},
    }


def test_a_file_open_to_others_is_closed_to_them(kept: Tokens, path: Path, said: list[str]) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET)
    path.chmod(0o644)
    assert kept.find(HERE, PLACE, "it4").token == SECRET
    assert path.stat().st_mode & 0o777 == 0o600
    assert said == [f"D'autres que vous pouvaient lire {path} : il est refermé."]


DAMAGED = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b'{"a": []}',
    b'{"a": {"b": 1}}',
    b'{"a": {"b": "xyz"}}',
    b'{"a": {"b": ""}}',
    b'{"a": {"b": "00 11"}}',
    b"[" * 100_000,
    b'{"a": %s}' % (b"1" * 10_000),
    b" " * module.MAX_SIZE + b"{}",
]


@pytest.mark.parametrize("action", ["get", "keep"])
@pytest.mark.parametrize("data", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_set_aside(
    kept: Tokens, path: Path, said: list[str], data: bytes, action: str
) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    path.chmod(0o600)
    if action == "get":
        assert kept.find(HERE, PLACE, "it4").token == b""
    else:
        kept.keep(HERE, PLACE, "it4", SECRET)
        assert kept.find(HERE, PLACE, "it4").token == SECRET
    aside = path.with_name("tokens.json.bad")
    assert aside.read_bytes() == data
    assert said == [f"{path} est illisible : il est mis de côté, dans {aside}."]


def test_what_is_not_a_file_is_set_aside(kept: Tokens, path: Path, said: list[str]) -> None:
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    assert kept.find(HERE, PLACE, "it4").token == b""
    assert path.with_name("tokens.json.bad").is_fifo()
    assert len(said) == 1


def test_a_link_is_not_followed(kept: Tokens, path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "ailleurs.json")
    with pytest.raises(ChatError, match="c'est un lien"):
        kept.find(HERE, PLACE, "it4")
    with pytest.raises(ChatError, match="c'est un lien"):
        kept.keep(HERE, PLACE, "it4", SECRET)


@pytest.mark.usefixtures("no_descriptor_left")
def test_a_folder_in_its_place(kept: Tokens, path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(ChatError, match="c'est un dossier"):
        kept.find(HERE, PLACE, "it4")
    with pytest.raises(ChatError, match="c'est un dossier"):
        kept.keep(HERE, PLACE, "it4", SECRET)


@pytest.mark.usefixtures("no_descriptor_left")
def test_nowhere_to_keep_them(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    nowhere = Tokens(tmp_path / "fichier/tokens.json", pytest.fail)
    with pytest.raises(ChatError, match="un fichier tient la place d'un dossier"):
        nowhere.keep(HERE, PLACE, "it4", SECRET)
    with pytest.raises(ChatError, match="un fichier tient la place d'un dossier"):
        nowhere.find(HERE, PLACE, "it4")


@pytest.mark.usefixtures("no_descriptor_left")
@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_failure_half_way_keeps_the_old_tokens(
    kept: Tokens, path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(step, full)
        with pytest.raises(ChatError, match="le disque est plein"):
            kept.keep(HERE, PLACE, "it4", OTHER)
    assert kept.find(HERE, PLACE, "it4").token == SECRET
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "tokens.json",
        "tokens.json.lock",
    ]


def test_they_never_outgrow_what_can_be_read_back(
    kept: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET)
    monkeypatch.setattr(module, "MAX_SIZE", 200)
    with pytest.raises(ChatError, match="plein"):
        kept.keep(THERE, PLACE, "it4", SECRET)
    assert kept.find(HERE, PLACE, "it4").token == SECRET


def test_a_lock_held_for_ever_does_not_hang_us(
    kept: Tokens, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET)
    monkeypatch.setattr(module, "LOCK_PATIENCE", 0.0)
    with open(path.with_name("tokens.json.lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ChatError, match="un autre client le tient"):
            kept.keep(HERE, PLACE, "it4", OTHER)
        assert kept.find(HERE, PLACE, "it4").token == SECRET
    kept.keep(HERE, PLACE, "it4", OTHER)


WRITER = """
import sys
sys.path.insert(0, "bonus")
from chatroom.client.tokens import Credential, Tokens
from pathlib import Path
tokens = Tokens(Path(sys.argv[1]), sys.exit)
for number in range(20):
    tokens.keep(b"ici", "127.0.0.1:8888", f"{sys.argv[2]}-{number}", sys.argv[2].encode())
"""


def test_several_clients_at_once_lose_nothing(path: Path, kept: Tokens) -> None:
    names = ["aa", "bb", "cc"]

    failures: list[BaseException] = []

    def both() -> None:
        for number in range(20):
            kept.keep(HERE, PLACE, f"dd-{number}", b"dd")
            assert kept.find(HERE, PLACE, f"dd-{number}").token == b"dd"

    threads = [threading.Thread(target=guarded(both, failures)) for _ in range(2)]
    processes = [Process("-c", WRITER, str(path), name) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        with process:
            assert (process.wait(), process.err) == (0, "")
    assert failures == []
    for name in [*names, "dd"]:
        assert [kept.find(HERE, PLACE, f"{name}-{n}").token for n in range(20)] == [
            name.encode()
        ] * 20


def guarded(work: Callable[[], None], failures: list[BaseException]) -> Callable[[], None]:
    """Ce qui échoue dans un fil d'exécution doit se voir dans le test."""

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    return run


def test_a_number_is_kept_with_the_token(kept: Tokens) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET, 7)
    assert kept.find(HERE, PLACE, "it4") == Credential(SECRET, 7, placed=True)


def test_the_same_server_whatever_its_address(kept: Tokens) -> None:
    kept.keep(HERE, PLACE, "it4", SECRET)
    assert kept.find(HERE, "localhost:8888", "it4") == Credential(SECRET)


def test_another_server_at_a_known_address(kept: Tokens) -> None:
    assert not kept.find(HERE, PLACE, "it4").stranger
    kept.keep(HERE, PLACE, "it4", SECRET)
    assert kept.find(THERE, PLACE, "it4") == Credential(stranger=True)
    kept.keep(THERE, PLACE, "it4", OTHER)
    assert not kept.find(THERE, PLACE, "it4").stranger
    assert kept.find(HERE, PLACE, "it4") == Credential(SECRET, stranger=True)


def test_a_file_of_version_1_is_read_then_moved(kept: Tokens, path: Path) -> None:
    """Un jeton y était à une adresse : il passe au serveur qui y répond, pseudo par pseudo."""
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    path.write_text(json.dumps({PLACE: {"it4": SECRET.hex(), "zoé": OTHER.hex()}}))
    assert kept.find(HERE, PLACE, "it4") == Credential(SECRET)
    kept.keep(HERE, PLACE, "it4", SECRET, 7)
    assert kept.find(HERE, PLACE, "it4") == Credential(SECRET, 7, placed=True)
    assert kept.find(HERE, PLACE, "Zoé") == Credential(OTHER, placed=True)
    assert json.loads(path.read_text())[PLACE] == {"zoé": OTHER.hex()}
    kept.keep(HERE, PLACE, "zoé", OTHER, 8)
    assert PLACE not in json.loads(path.read_text())
