"""Sans bac à sable : le port 8888 et /tmp, trouvés libres et rendus comme ils étaient."""

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.model.records import Kind
from grader.sandbox import bare
from grader.sandbox.bare import BareError, check_port, pages_set_aside, room


def listening(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def refusal(port: int) -> str:
    with pytest.raises(BareError) as error:
        check_port(port)
    return str(error.value)


def test_a_free_port() -> None:
    with listening() as server:
        port = server.getsockname()[1]
    check_port(port)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "::1", "127.1.2.3"])
def test_who_holds_the_port(host: str) -> None:
    try:
        server = listening(host)
    except OSError:
        pytest.skip("pas d'IPv6 sur cette machine")
    with server:
        port = server.getsockname()[1]
        said = refusal(port)
    assert said.startswith(
        f"Le port {port} est déjà pris, et sans bac à sable les étapes II.2 à II.6 en ont besoin : "
    )
    assert said.endswith(f" (processus {os.getpid()}).")
    assert Path(sys.executable).name in said
    check_port(port)


def test_only_its_owner_where_the_system_hides_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comme le programme d'un autre compte, dont /proc cache les descripteurs."""
    real = Path.iterdir

    def hidden(path: Path) -> object:
        if path.name == "fd":
            raise PermissionError
        return real(path)

    monkeypatch.setattr(Path, "iterdir", hidden)
    monkeypatch.setattr("pwd.getpwuid", lambda _: (_ for _ in ()).throw(KeyError))
    with listening() as server:
        said = refusal(server.getsockname()[1])
    assert said.endswith(f" : un programme de l'utilisateur {os.getuid()}.")


def test_a_port_held_without_listening() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        said = refusal(holder.getsockname()[1])
    assert said.endswith(" : un programme que le système ne montre pas.")


def test_a_long_command_is_cut(tmp_path: Path) -> None:
    (tmp_path / "cmdline").write_bytes(b"/usr/bin/python3\0" + b"x" * 500 + b"\0")
    shown = bare._name(tmp_path)
    assert shown.startswith("python3 xxx")
    assert len(shown) == bare.MAX_NAME + 1


def test_room_is_made_only_for_the_steps_one_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken() -> None:
        raise BareError("pris")

    monkeypatch.setattr(bare, "check_port", taken)
    (tmp_path / "web_page").touch()
    with room({"script"}, tmp_path):
        assert names(tmp_path) == ["web_page"]
    with room({"script", "measure"}, tmp_path):
        assert not list(tmp_path.glob("web_*"))
    on_port: list[set[Kind]] = [{"client"}, {"server", "fetch"}]
    for kinds in on_port:
        with pytest.raises(BareError, match="pris"), room(kinds, tmp_path):
            pytest.fail("rien ne doit être lancé")
    assert names(tmp_path) == ["web_page"]


def test_one_grading_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bare, "PATIENCE", 0.0)
    with room({"fetch"}, tmp_path):
        with pytest.raises(BareError, match="Une autre correction"), room({"fetch"}, tmp_path):
            pytest.fail("l'autre n'a pas fini")
        with room({"script"}, tmp_path):
            pass
    with room({"fetch"}, tmp_path):
        pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pages_come_back_and_what_was_written_goes(tmp_path: Path) -> None:
    (tmp_path / "web_page").write_text("à moi", encoding="utf-8")
    (tmp_path / "web_dossier").mkdir()
    (tmp_path / "web_lien").symlink_to("absent")
    (tmp_path / "autre").touch()
    before = names(tmp_path)
    with pages_set_aside(tmp_path):
        assert not list(tmp_path.glob("web_*"))
        (tmp_path / "web_page").write_text("écrasée ?", encoding="utf-8")
        (tmp_path / "web_neuve").touch()
        (tmp_path / "web_dossier_neuf/dedans").mkdir(parents=True)
        (tmp_path / "web_lien_neuf").symlink_to(tmp_path / "autre")
        (tmp_path / "à quelqu'un d'autre").touch()
    assert names(tmp_path) == sorted([*before, "à quelqu'un d'autre"])
    assert (tmp_path / "web_page").read_text(encoding="utf-8") == "à moi"


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit(143), RuntimeError])
def test_also_when_one_stops_in_the_middle(
    stop: type[BaseException] | BaseException, tmp_path: Path
) -> None:
    (tmp_path / "web_page").write_text("à moi", encoding="utf-8")
    try:
        with pages_set_aside(tmp_path):
            (tmp_path / "web_neuve").touch()
            raise stop
    except (KeyboardInterrupt, SystemExit, RuntimeError):
        pass
    assert names(tmp_path) == ["web_page"]


def test_a_second_ctrl_c_waits_until_all_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web_page").write_text("à moi", encoding="utf-8")
    remove = bare._remove

    def interrupted(page: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        remove(page)

    monkeypatch.setattr(bare, "_remove", interrupted)
    with pytest.raises(KeyboardInterrupt), pages_set_aside(tmp_path):
        (tmp_path / "web_neuve").touch()
    assert names(tmp_path) == ["web_page"]
    assert (tmp_path / "web_page").read_text(encoding="utf-8") == "à moi"


class TestAmongOthers:
    """Dans un dossier comme /tmp, où chacun n'a la main que sur ses fichiers."""

    @pytest.fixture
    def shared(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir="/tmp") as name:
            Path(name).chmod(0o1777)
            yield Path(name)

    def test_the_page_of_another_is_said(self, shared: Path, nobody: int) -> None:
        (shared / "web_page").touch()
        (shared / "web_mienne").touch()
        os.chown(shared / "web_mienne", nobody, -1)
        os.seteuid(nobody)
        try:
            with pytest.raises(BareError) as error, pages_set_aside(shared):
                pytest.fail("rien ne doit être lancé")
        finally:
            os.seteuid(0)
        assert str(error.value).startswith(f"{shared}/web_page est à l'utilisateur root, et sans ")
        assert names(shared) == ["web_mienne", "web_page"]

    def test_other_pages_of_another_are_left(self, shared: Path, nobody: int) -> None:
        (shared / "web_autre").touch()
        os.seteuid(nobody)
        try:
            with pages_set_aside(shared):
                (shared / "web_page").touch()
        finally:
            os.seteuid(0)
        assert names(shared) == ["web_autre"]
