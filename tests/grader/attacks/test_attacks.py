"""Des copies hostiles : chacune est contenue, jugée pour ce qu'elle fait, et ne laisse rien."""

import dataclasses
import os
import re
import resource
import secrets
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.driving.program import Program
from grader.model.records import Report, Verdict
from grader.reports import jsonreport, page, terminal
from grader.sandbox.limits import MEGABYTE
from tests.grader.attacks.ground import (
    BOUND,
    LIMITS,
    SUCCESS,
    Ground,
    failed_without_credit,
    heard,
    host_listeners,
    processes,
    seen,
)
from tests.support.processes import ENVIRONMENT, ROOT, limited
from tests.support.waiting import wait_until

COUNTS = "I.1.sync.counts"
PAGE = ("I.2.sync.requests", "I.2.sync.file")
PAGES = ("I.2.sync_multiple.requests", "I.2.sync_multiple.files")
# L'attaque, et ses ordres : elle avoue ses succès, puis fait le travail demandé.
CONTAINED: dict[str, dict[str, Any]] = {
    "fork_bomb": {"processes": 300},
    "thread_bomb": {"processes": 300},
    "hidden_memory": {"octets": 60_000_000},
    "disk": {"octets": 12_000_000},
    "many_files": {"fichiers": 3_000},
    "cpu": {"enfants": 8, "secondes": 0},
    "kill_everyone": {},
    "daemon": {},
    "privileges": {},
    "terminal": {},
}
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066\ufeff]")
# Des enfants qui ne font que naître partagent leur mémoire, comptée autant de fois.
CONTAINING = dataclasses.replace(LIMITS, files=2_000, memory=1_000 * MEGABYTE)


def shown(report: Report) -> tuple[str, str, str]:
    """Le rapport sous toutes ses formes : page, JSON, terminal."""
    screen = StringIO()
    terminal.show(report, Console(file=screen, width=120), verbose=True)
    return page.render(report), jsonreport.dump(report), screen.getvalue()


def assert_inert(report: Report | None) -> None:
    """Rien, dans aucun rapport, n'agit sur un terminal ou sur une page ; tous s'écrivent."""
    assert report
    texts = shown(report)
    for text in texts:
        text.encode()
        assert not CONTROLS.search(text)
    assert "<script>alert" not in texts[0]
    assert "<img src=x" not in texts[0]


@pytest.mark.parametrize("script", CONTAINED)
def test_contained(ground: Ground, script: str) -> None:
    (result,) = ground.grade(script, orders=CONTAINED[script], limits=CONTAINING)
    assert SUCCESS not in seen(result)
    assert (result.verdict, result.runs) == (Verdict.PASSED, 1)


@pytest.mark.parametrize("children", [0, 20])
def test_memory_flood_is_stopped(ground: Ground, children: int) -> None:
    size = 1_000_000_000 // (children or 1)
    (result,) = ground.grade("memory", orders={"enfants": children, "octets": size})
    assert SUCCESS not in seen(result)
    assert failed_without_credit(result)
    assert any("trop de mémoire" in event.text for event in result.timeline)


def test_a_driver_held_up_does_not_save_it(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tant qu'il calcule (TLS, l'écran), celui qui conduit le programme ne regarde rien d'autre."""
    real = Program.drain

    def slow(self: Program) -> bool:
        time.sleep(2)
        return real(self)

    monkeypatch.setattr(Program, "drain", slow)
    (result,) = ground.grade("memory", orders={"enfants": 10, "octets": 60_000_000, "mots": 1})
    assert SUCCESS not in seen(result)
    assert any("trop de mémoire" in event.text for event in result.timeline)


FLOODS = (
    "une ligne sans fin",
    "des lignes vides",
    "des accents empilés",
    "des écrans remplis",
    "des insertions",
    "un titre sans fin",
    "des octets",
)


@pytest.mark.parametrize("kind", FLOODS)
def test_output_flood_is_cut(ground: Ground, kind: str) -> None:
    limits = dataclasses.replace(LIMITS, output=100_000)
    orders = {"sorte": kind, "octets": 2_000_000}
    (result,) = ground.grade("output", orders=orders, limits=limits)
    assert SUCCESS not in seen(result)
    assert failed_without_credit(result)
    assert_inert(ground.report)


@pytest.mark.parametrize("kind", ["terminal fermé", "arrêtée", "groupe arrêté", "occupée"])
def test_hanging_for_ever_fails(ground: Ground, kind: str) -> None:
    (result,) = ground.grade("hang", "II.2.server.listens", deadline=0.1, orders={"sorte": kind})
    assert failed_without_credit(result)


@pytest.mark.parametrize("check", [COUNTS, "II.2.server.listens"])
def test_leaving_at_once_is_worth_nothing(ground: Ground, check: str) -> None:
    (result,) = ground.grade("exit_at_once", check)
    assert failed_without_credit(result)


def test_secrets_stay_secret(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secrets.token_hex()
    monkeypatch.setenv("TP6_SECRET", secret)
    file = ground.folder / "secret"
    file.write_text(secret, encoding="utf-8")
    paths = [file, ground.copy / "..", ROOT / "grader/model/records.py", ROOT / "tests"]
    paths += [Path.home() / ".bashrc", Path.home() / ".profile"]
    paths += [Path("/proc/1/root", *path.parts[1:]) for path in paths]
    orders = {"terces": secret[::-1], "chemins": [str(path) for path in paths]}
    with open(file, "rb") as inherited:
        os.set_inheritable(inherited.fileno(), True)
        (result,) = ground.grade("read_secrets", orders=orders)
    assert SUCCESS not in seen(result)
    assert result.verdict is Verdict.PASSED


def test_nothing_is_written_outside(ground: Ground) -> None:
    ground.folder.chmod(0o777)
    folders = [ground.folder, ground.place, ROOT, ROOT / "grader", Path("/var/tmp")]
    orders = {"chemins": [str(folder) for folder in folders]}
    (result,) = ground.grade("overwrite", orders=orders)
    assert SUCCESS not in seen(result)
    assert result.verdict is Verdict.PASSED
    assert not [folder for folder in folders if (folder / "intrus").exists()]


def test_forged_verdict_counts_for_nothing(ground: Ground) -> None:
    (result,) = ground.grade("forge_report")
    assert failed_without_credit(result)


def test_nothing_reaches_the_machine(ground: Ground) -> None:
    with host_listeners() as (stream, datagram, local):
        orders = {
            "port": stream.getsockname()[1],
            "abstrait": local.getsockname()[1:].decode(),
            "mot": ground.marker,
            "adresses": ["127.0.0.1", "127.0.0.53", "1.1.1.1", "169.254.169.254"],
            "dns": True,
        }
        (result,) = ground.grade("outside", orders=orders)
        assert not any(map(heard, (stream, datagram, local)))
    assert SUCCESS not in seen(result)
    assert result.verdict is Verdict.PASSED


def test_expected_text_printed_in_advance(ground: Ground) -> None:
    checks = ("II.3.server.listens", "II.3.server.log")
    listens, log = ground.grade("fake_server", *checks, deadline=0.5)
    assert listens.verdict is Verdict.PASSED
    assert failed_without_credit(log)


@pytest.mark.parametrize("asked", [False, True])
def test_invented_page_is_worth_nothing(ground: Ground, asked: bool) -> None:
    requests, file = ground.grade("fake_page", *PAGE, orders={"demande": asked})
    if asked:
        assert requests.verdict is Verdict.PASSED
        assert failed_without_credit(file)
    else:
        assert failed_without_credit(requests)
        assert (file.verdict, file.cause) == (Verdict.SKIPPED, requests.check.id)


LINKS = ("lien", "dossier lié", "processus", "périphérique", "lien en dur")
SPECIAL = ("tube", "dossier", "socket")


@pytest.mark.parametrize("trap", [*LINKS, *SPECIAL])
def test_trap_in_place_of_the_page(ground: Ground, trap: str) -> None:
    secret = ground.folder / "secret"
    secret.write_text(f"<title>{secrets.token_hex()}</title>", encoding="utf-8")
    orders = {"piège": trap, "page": "/tmp/web_page", "chemin": str(secret)}
    requests, file = ground.grade("traps", *PAGE, orders=orders)
    assert requests.verdict is Verdict.PASSED
    assert failed_without_credit(file)
    assert ground.report
    assert secret.read_text(encoding="utf-8")[7:-8] not in "".join(shown(ground.report))


def test_trap_among_several_pages(ground: Ground) -> None:
    orders = {"piège": "lien", "page": "/tmp/web_{host}", "chemin": "/etc/passwd"}
    requests, files = ground.grade("traps", *PAGES, orders=orders)
    assert requests.verdict is Verdict.PASSED
    assert failed_without_credit(files)
    assert ground.report
    assert "root:x:0" not in "".join(shown(ground.report))


def test_page_drowned_in_a_huge_file(ground: Ground) -> None:
    orders = {"piège": "immense", "page": "/tmp/web_page", "chemin": "/etc/passwd"}
    _, file = ground.grade("traps", *PAGE, orders=orders)
    assert file.verdict is Verdict.FAILED
    assert 0 < file.earned < file.check.points  # la page y est, suivie de millions de zéros


@pytest.mark.parametrize("hidden", [False, True])
def test_labyrinth_of_strange_names(ground: Ground, hidden: bool) -> None:
    requests, file = ground.grade("strange_files", *PAGE, orders={"cachée": hidden})
    assert requests.verdict is Verdict.PASSED
    assert (file.verdict, file.error) == (Verdict.FAILED, "")
    assert bool(file.earned) is hidden  # rangée ailleurs, elle vaut une partie des points
    assert_inert(ground.report)


def test_escape_sequences_become_text(ground: Ground) -> None:
    (result,) = ground.grade("escapes")
    assert failed_without_credit(result)
    assert_inert(ground.report)


@pytest.mark.parametrize("script", ["greedy_listener", "flood_site"])
def test_fake_internet_withstands(ground: Ground, script: str) -> None:
    results = ground.grade(script, *PAGE)
    assert not any(SUCCESS in seen(result) for result in results)
    assert [result.verdict for result in results] == [Verdict.PASSED] * 2


def test_impossible_url(ground: Ground) -> None:
    requests, files = ground.grade("huge_url", *PAGES)
    for result in (requests, files):
        assert (result.verdict, result.error) == (Verdict.FAILED, "")


def test_folder_in_place_of_the_list(ground: Ground) -> None:
    orders = {"piège": "aucun", "page": "/tmp/web_page", "chemin": "/etc/passwd"}
    ground.submit(PAGES[0], "traps", orders)
    blocking = ground.copy / ground.marker / "urls.txt"
    blocking.mkdir()
    (blocking / "plein.txt").touch()
    requests, _ = ground.grade("traps", *PAGES)
    assert requests.verdict is Verdict.PASSED


CLIENT = ("II.2.client.connects", "II.2.client.hello")
TALKS = ("un gigaoctet", "des accents empilés", "des échappements", "des lignes")


@pytest.mark.parametrize("kind", TALKS)
def test_driver_drowned_by_a_client(ground: Ground, kind: str) -> None:
    connects, hello = ground.grade(
        "talkative_client", *CLIENT, orders={"sorte": kind}, deadline=0.5, first=2.0
    )
    assert connects.verdict is Verdict.PASSED
    assert failed_without_credit(hello)
    assert_inert(ground.report)


def test_driver_drowned_by_a_thousand_clients(ground: Ground) -> None:
    """Même s'il ne lui reste pas beaucoup de mémoire, le correcteur tient."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    with limited(resource.RLIMIT_AS, pages * resource.getpagesize() + 300 * MEGABYTE):
        connects, hello = ground.grade(
            "talkative_client",
            *CLIENT,
            orders={"sorte": "mille connexions"},
            deadline=1.0,
            first=2.0,
        )
    assert connects.verdict is Verdict.PASSED
    assert failed_without_credit(hello)


@pytest.mark.parametrize("check", ["receives", "stays"])
def test_client_that_neither_reads_nor_stops(ground: Ground, check: str) -> None:
    checks = ("II.3.client.connects", f"II.3.client.{check}")
    connects, result = ground.grade("deaf_client", *checks, deadline=0.3)
    assert connects.verdict is Verdict.PASSED
    assert failed_without_credit(result)


@pytest.mark.parametrize("kind", ["noyade", "porte close", "claque"])
def test_driver_drowned_by_a_server(ground: Ground, kind: str) -> None:
    checks = ("II.2.server.listens", "II.2.server.hello")
    listens, hello = ground.grade("hostile_server", *checks, orders={"sorte": kind}, deadline=0.3)
    assert listens.verdict is Verdict.PASSED
    assert failed_without_credit(hello)
    assert_inert(ground.report)


def test_server_on_every_port(ground: Ground) -> None:
    results = ground.grade(
        "listen_everywhere", "II.2.server.listens", "II.2.server.hello", deadline=0.5, first=2.0
    )
    assert Verdict.ERROR not in {result.verdict for result in results}
    assert not results[-1].earned


SOURCES = {
    "parenthèses": "(" * 100_000,
    "moins": "x = " + "-" * 300_000 + "1",
    "chaîne de points": "x" + ".x" * 200_000,
    "octet nul": "print(1)\0",
    "encodage": "# -*- coding: rot13 -*-\ncevag(1)\n",
    "nombre": "x = " + "9" * 900_000,
}


@pytest.mark.parametrize("name", SOURCES)
def test_source_against_the_parser(ground: Ground, name: str) -> None:
    ground.submit(COUNTS, "exit_at_once", {})
    script = next(ground.copy.rglob("sleep_and_print.py"))
    script.write_text(SOURCES[name], encoding="utf-8")
    (result,) = ground.grade("exit_at_once")
    assert failed_without_credit(result)
    assert_inert(ground.report)


def test_modules_of_the_submission_are_not_those_of_the_grader(ground: Ground) -> None:
    ground.submit(COUNTS, "cpu", {"enfants": 0, "secondes": 0})
    proof = ground.folder / "intrus"
    for name in ("ast", "asyncio", "grader", "json", "pyte", "sitecustomize", "usercustomize"):
        module = ground.copy / f"{name}.py"
        module.write_text(f"open({str(proof)!r}, 'w')\n", encoding="utf-8")
    (result,) = ground.grade("cpu")
    assert result.verdict is Verdict.PASSED
    assert not proof.exists()


GRADING = """
import pathlib, sys
from grader.engine.catalogue import select
from grader.engine.grading import Options, grade
grade(Options(pathlib.Path(sys.argv[1]), select("II.2.server")))
"""


def test_grader_that_dies_takes_everything_along(ground: Ground) -> None:
    """Même tué net, le correcteur ne laisse ni arène ni programme."""
    ground.submit("II.2.server.listens", "hang", {"sorte": "terminal fermé"})
    command = [sys.executable, "-c", GRADING, str(ground.copy)]
    environment = ENVIRONMENT | {"TMPDIR": str(ground.place)}
    with subprocess.Popen(command, cwd=ROOT, env=environment) as grader:
        wait_until(lambda: processes(ground.marker), "la copie ne démarre pas", BOUND)
        grader.send_signal(signal.SIGKILL)
    wait_until(lambda: not processes(ground.marker), lambda: str(processes(ground.marker)))


def test_trial_without_end(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ce qui dépasse toutes les attentes est arrêté de force, sans valoir un point."""
    monkeypatch.setattr("grader.engine.pool.budget", lambda _job: 0.4)
    monkeypatch.setattr("grader.engine.pool.GRACE", 0.0)
    (result,) = ground.grade("hang", COUNTS, orders={"sorte": "arrêtée"})
    ground.nothing_left()
    assert failed_without_credit(result)
