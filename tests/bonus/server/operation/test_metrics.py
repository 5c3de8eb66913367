"""Les mesures, au format de Prometheus, et ce qu'elles disent d'un serveur qui sert."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatroom.common.logs import open_log
from chatroom.protocol.frames import Reason
from chatroom.protocol.messages import Said
from chatroom.server.operation.metrics import exposition
from chatroom.server.transports.tcp import Listener

from tests.bonus.server.core.ground import Ground, say
from wording.version import VERSION

FAMILY = re.compile(
    r"# HELP (?P<name>[a-z_]+) (?P<text>\S.*)\n"
    r"# TYPE (?P=name) (?P<kind>\w+)\n"
    r"(?P<lines>(?:[^#].*\n)+)"
)
LINE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>[a-z]+="[^"\\]*")\})? (?P<value>\S+)\n')


def told(ground: Ground, folder: Path) -> str:
    log = open_log("server", folder, None, print)
    try:
        (folder / "chat.db").write_bytes(bytes(3_000))
        (folder / "chat.db-wal").write_bytes(bytes(70))
        with asyncio.Runner() as runner:
            return exposition(ground.hub, Listener(ground.hub, runner.get_loop()), log, folder)
    finally:
        log.close()


def values(text: str) -> dict[str, float]:
    """Chaque ligne, par son nom et son étiquette ; le format est vérifié en passant."""
    found: dict[str, float] = {}
    families = list(FAMILY.finditer(text))
    assert "".join(family[0] for family in families) == text
    assert len({family["name"] for family in families}) == len(families)
    for family in families:
        assert (family["kind"] == "counter") == family["name"].endswith("_total")
        for name, label, value in lines(family["lines"]):
            assert re.fullmatch(rf"{family['name']}(_bucket|_sum|_count)?", name)
            assert (family["kind"] == "histogram") == (name != family["name"])
            assert found.setdefault(f"{name}{{{label}}}" if label else name, value) is value
    return found


def lines(text: str) -> Iterator[tuple[str, str | None, float]]:
    for line in text.splitlines(keepends=True):
        read = LINE.fullmatch(line)
        assert read, line
        yield read["name"], read["labels"], float(read["value"])


def test_what_they_say_of_a_conversation(tmp_path: Path) -> None:
    ground = Ground()
    alice, room = ground.person("alice")
    ground.person("bob")
    alice.tell(say(room, 1, "bonjour"), say(room, 2, ""))
    assert alice.last(Said)
    ground.connect()  # ne s'est pas présenté
    ground.hub.tally.lag.observe(0.03)
    found = values(told(ground, tmp_path))
    assert found[f'chat_info{{version="{VERSION}"}}'] == 1
    expected = {
        "chat_connections_limit": 12_000,
        "chat_connections_accepted_total": 3,
        "chat_people_present": 2,
        "chat_people_new_total": 2,
        "chat_rooms": 1,
        "chat_messages_total": 1,
        "chat_pictures_total": 0,
        'chat_queued{queue="waiting"}': 0,
        'chat_refusals_total{reason="name"}': 1,
        'chat_refusals_total{reason="storage"}': 0,
        'chat_connections{kind="tcp"}': 0,
        "chat_commit_failures_total": 0,
        "chat_log_lines_lost_total": 0,
        "chat_database_bytes": 3_070,
        'chat_loop_lag_seconds_bucket{le="0.025"}': 0,
        'chat_loop_lag_seconds_bucket{le="0.05"}': 1,
        'chat_loop_lag_seconds_bucket{le="+Inf"}': 1,
        "chat_loop_lag_seconds_sum": 0.03,
        "chat_loop_lag_seconds_count": 1,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["chat_commit_seconds_count"] == 4  # alice, bob, le salon, le message
    free = shutil.disk_usage(tmp_path).free
    assert found["chat_disk_free_bytes"] == pytest.approx(free, rel=0.1)
    assert 1_000_000 < found["process_resident_memory_bytes"] < 10**10
    assert found["process_cpu_seconds_total"] > 0


def test_every_reason_is_there_from_the_start(tmp_path: Path) -> None:
    found = values(told(Ground(), tmp_path))
    for reason in Reason:
        for family in ("refusals", "dismissals"):
            assert found[f'chat_{family}_total{{reason="{reason.name.lower()}"}}'] == 0


def test_neither_a_name_nor_a_text(tmp_path: Path) -> None:
    ground = Ground()
    alice, room = ground.person("alice", "secret")
    alice.tell(say(room, 1, "bonjour"))
    assert not re.search("alice|secret|bonjour|10.0.0.1", told(ground, tmp_path))


def test_a_folder_that_is_gone_is_not_a_number(tmp_path: Path) -> None:
    ground = Ground()
    with asyncio.Runner() as runner:
        listener = Listener(ground.hub, runner.get_loop())
        log = open_log("server", tmp_path, None, print)
        text = exposition(ground.hub, listener, log, tmp_path / "absent")
        log.close()
    assert "chat_disk_free_bytes nan\n" in text
    assert "chat_database_bytes 0\n" in text


@pytest.mark.proof
def test_prometheus_itself_finds_nothing_to_say(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool manque (apt install prometheus)")
    text = told(Ground(), tmp_path)
    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
