"""Le dossier d'état."""

from pathlib import Path

import pytest
from chatroom.common.state import make_private, state_folder


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"XDG_STATE_HOME": "/etat", "HOME": "/maison"}, "/etat/chat_room"),
        ({"XDG_STATE_HOME": "etat", "HOME": "/maison"}, "/maison/.local/state/chat_room"),
        ({"XDG_STATE_HOME": "", "HOME": "/maison"}, "/maison/.local/state/chat_room"),
        ({"HOME": "/maison"}, "/maison/.local/state/chat_room"),
    ],
)
def test_where_it_is(environ: dict[str, str], folder: str) -> None:
    assert state_folder(environ) == Path(folder)


def test_without_a_home_the_system_knows_one() -> None:
    assert state_folder({}).is_absolute()


def test_it_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "a/b"
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
