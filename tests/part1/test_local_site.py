"""Le site local : les mêmes pages pour une même graine, et rien qui traîne."""

import subprocess
import sys
import urllib.request

import pytest
from local_site import Site, seconds
from mesure_support.site import local_site

from tests.support.inside import play
from tests.support.peers import Listener
from tests.support.processes import Process

SCRIPT = "part1/local_site.py"


def test_serves_the_pages_it_lists() -> None:
    with local_site(3, (0, 0), size=500, seed=9) as urls:
        contents = [urllib.request.urlopen(url).read() for url in urls]
    assert contents == [Site(3, (0, 0), 500, 9).draw(number)[1] for number in (1, 2, 3)]
    assert len(set(contents)) == 3


def test_draws_latencies_within_bounds() -> None:
    latencies = [Site(50, (0.1, 0.5), 1, 1).draw(number)[0] for number in range(1, 51)]
    assert 0.1 <= min(latencies) < max(latencies) <= 0.5
    assert [Site(50, (0.1, 0.5), 1, 1).draw(n)[0] for n in range(1, 51)] == latencies


def test_has_no_other_page() -> None:
    with local_site(1, (0, 0)) as urls, pytest.raises(urllib.request.HTTPError) as caught:
        urllib.request.urlopen(f"{urls[0]}2")
    caught.value.close()
    assert caught.value.code == 404


@pytest.mark.parametrize(("text", "bounds"), [("0.5", (0.5, 0.5)), ("0.1-0.5", (0.1, 0.5))])
def test_reads_latencies(text: str, bounds: tuple[float, float]) -> None:
    assert seconds(text) == bounds


@pytest.mark.parametrize("text", ["", "x", "2-1", "-1", "nan", "1e9", "1-2-3"])
def test_refuses_bad_latencies(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        seconds(text)


def test_ends_on_interrupt() -> None:
    with Process(SCRIPT, "--pages", "1") as process:
        process.expect("http://127.0.0.1:")
        process.interrupt()
        assert process.wait() == 0
        assert process.err == ""


def test_ends_with_the_program_that_started_it() -> None:
    command = [sys.executable, SCRIPT, "--pages", "1", "--attached"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as site:
        try:
            assert site.stdout is not None
            assert site.stdout.readline()
            assert site.stdin is not None
            site.stdin.close()
            assert site.wait(10) == 0
        finally:
            site.kill()


def test_says_that_the_port_is_taken() -> None:
    with Listener() as listener:
        result = play(SCRIPT, "--port", str(listener.port))
    assert result.returncode == 1
    assert result.stderr == f"Impossible d'écouter sur 127.0.0.1:{listener.port}.\n"


def test_explains_itself() -> None:
    assert play(SCRIPT, "--help").returncode == 0
    misused = play(SCRIPT, "--latency", "x")
    assert (misused.returncode, misused.stdout) == (2, "")
    assert misused.stderr.startswith("usage: local_site.py")
