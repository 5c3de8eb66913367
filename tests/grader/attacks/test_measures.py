"""Chaque mesure du bac à sable sert : l'attaque qu'elle arrête réussit dès qu'on l'ôte."""

import dataclasses
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.model.records import CheckResult
from grader.sandbox.limits import MEGABYTE, CellLimits
from tests.grader.attacks import removed
from tests.grader.attacks.ground import (
    LIMITS,
    SUCCESS,
    Ground,
    failed_without_credit,
    heard,
    host_listeners,
    seen,
)

Results = Sequence[CheckResult]


def admits(results: Results) -> bool:
    return any(SUCCESS in seen(result) for result in results)


@dataclass(frozen=True)
class Attack:
    measure: str  # celle qui l'arrête
    script: str
    orders: dict[str, Any] = field(default_factory=dict)
    limits: CellLimits = LIMITS
    checks: tuple[str, ...] = ("I.1.sync.counts",)
    succeeds: Callable[[Results], bool] = admits


def admits_that(what: str) -> Callable[[Results], bool]:
    return lambda results: any(f"{SUCCESS} : {what}" in seen(result) for result in results)


def forged(results: Results) -> bool:
    """Le faux verdict est venu se mêler au vrai : le correcteur ne sait plus que dire."""
    return not failed_without_credit(results[0])


ATTACKS = (
    Attack("processes", "kill_everyone"),
    Attack("init", "take_over_init"),
    Attack("terminals", "all_terminals"),
    Attack("keys", "read_keys"),
    Attack("priority", "priority"),
    Attack("user", "privileges", succeeds=admits_that("les paquets du réseau")),
    Attack("user", "privileges", succeeds=admits_that("un montage")),
    Attack("nested_namespaces", "privileges", succeeds=admits_that("un espace de noms à soi")),
    Attack("system_calls", "hidden_memory", {"octets": 30 * MEGABYTE}),
    Attack("system_calls", "other_networks"),
    *(
        Attack("system_calls", "machine_quotas", {"quoi": [what]})
        for what in (
            "les lectures différées",
            "les surveillances de dossier",
            "les files de messages",
            "les réveils",
        )
    ),
    Attack("system_calls", "nameless_memory", {"octets": 200 * MEGABYTE}),
    Attack("zero", "nameless_memory", {"octets": 200 * MEGABYTE}),
    Attack("descriptors", "forge_report", succeeds=forged),
    Attack(
        "process_limit",
        "fork_bomb",
        {"processes": 150},
        dataclasses.replace(LIMITS, memory=10_000 * MEGABYTE),
    ),
    Attack(
        "process_limit",
        "thread_bomb",
        {"processes": 150},
        dataclasses.replace(LIMITS, address_space=20_000 * MEGABYTE),
    ),
    Attack("memory_limit", "memory", {"enfants": 0, "octets": 400 * MEGABYTE}),
    Attack("memory_limit", "memory", {"enfants": 10, "octets": 40 * MEGABYTE}),
    Attack("watchdog", "memory", {"enfants": 10, "octets": 40 * MEGABYTE}),
    Attack("sockets", "unread_sockets", {"octets": 250 * MEGABYTE}),
    Attack("disk_limit", "disk", {"octets": 12 * MEGABYTE}),
    Attack(
        "disk_limit", "many_files", {"fichiers": 3_000}, dataclasses.replace(LIMITS, files=2_000)
    ),
    Attack("cpu_limit", "cpu", {"enfants": 0, "secondes": 1.3}, dataclasses.replace(LIMITS, cpu=1)),
    Attack(
        "output_limit",
        "output",
        {"sorte": "une ligne sans fin", "octets": 2 * MEGABYTE},
        dataclasses.replace(LIMITS, output=MEGABYTE // 10),
    ),
)
# Celles-ci se jugent sur la machine, pas sur ce qu'avoue l'attaque ; la dernière, dans son fichier.
OTHERS = {"network", "filesystem", "private_tmp", "environment", "lifetime"}
TAKEN = pytest.mark.parametrize("taken", [True, False], ids=["prise", "ôtée"])


def test_every_measure_has_its_attack() -> None:
    proved = OTHERS | {attack.measure for attack in ATTACKS}
    assert proved == removed.MEASURES.keys() | removed.BOUNDS.keys()


@TAKEN
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: f"{a.measure}-{a.script}")
def test_measure(ground: Ground, attack: Attack, taken: bool) -> None:
    results = ground.grade(
        attack.script,
        *attack.checks,
        orders=attack.orders,
        limits=attack.limits,
        without="" if taken else attack.measure,
    )
    assert attack.succeeds(results) is not taken


@TAKEN
def test_network(ground: Ground, taken: bool) -> None:
    with host_listeners() as (stream, datagram, local):
        orders = {
            "port": stream.getsockname()[1],
            "abstrait": local.getsockname()[1:].decode(),
            "mot": ground.marker,
            "adresses": ["127.0.0.1"],
            "dns": False,
        }
        ground.grade("outside", orders=orders, without="" if taken else "network")
        for listener in (stream, datagram, local):
            assert heard(listener) is not taken


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """Un dossier de la machine où tous peuvent lire et écrire, hors de /tmp."""
    with tempfile.TemporaryDirectory(prefix="tp6-attaque-", dir="/var/tmp") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@TAKEN
def test_filesystem(ground: Ground, shared_folder: Path, taken: bool) -> None:
    orders = {"chemins": [str(shared_folder)]}
    ground.grade("write_there", orders=orders, without="" if taken else "filesystem")
    assert (shared_folder / "intrus").exists() is not taken


@TAKEN
def test_private_tmp(ground: Ground, taken: bool) -> None:
    ground.folder.chmod(0o777)
    orders = {"chemins": [str(ground.folder)]}
    ground.grade("write_there", orders=orders, without="" if taken else "private_tmp")
    assert (ground.folder / "intrus").exists() is not taken


@TAKEN
def test_environment(ground: Ground, monkeypatch: pytest.MonkeyPatch, taken: bool) -> None:
    secret = secrets.token_hex()
    monkeypatch.setenv("TP6_SECRET", secret)
    orders = {"terces": secret[::-1], "chemins": []}
    results = ground.grade("read_secrets", orders=orders, without="" if taken else "environment")
    assert any("dans l'environnement" in seen(result) for result in results) is not taken
