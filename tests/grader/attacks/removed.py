"""Le bac à sable sans l'une de ses mesures : de quoi prouver que chacune sert.

Le correcteur n'a pas de quoi les ôter. Ici, on retouche ce qu'il fait : l'arène naît d'un fork du
test, et en hérite.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from grader.driving import arena
from grader.engine import pool
from grader.sandbox import cell, inherited, namespaces
from grader.sandbox.buffers import Buffers
from grader.sandbox.cell import BubblewrapCell, Runtime
from grader.sandbox.watchdog import Watchdog

Patch = pytest.MonkeyPatch
Words = list[str]
NEVER = 1_000_000  # processus, secondes : plus qu'aucune attaque n'en prend


def replaced(words: Sequence[str], old: Sequence[str], new: Sequence[str] = ()) -> Words:
    """`words`, où la suite de mots `old`, qui doit s'y trouver, est devenue `new`."""
    for place in range(len(words)):
        if list(words[place : place + len(old)]) == list(old):
            return [*words[:place], *new, *words[place + len(old) :]]
    raise AssertionError(f"{old} n'est pas dans la commande")


def commanding(patch: Patch, edit: Callable[[BubblewrapCell, Words], Words]) -> None:
    """Retouche la commande qui lance chaque programme."""
    real = BubblewrapCell.command

    def command(
        self: BubblewrapCell, runtime: Runtime, arguments: Sequence[str], folder: str
    ) -> Words:
        return edit(self, real(self, runtime, arguments, folder))

    patch.setattr(BubblewrapCell, "command", command)


def creating(patch: Patch, edit: Callable[[BubblewrapCell], None]) -> None:
    """Retouche chaque cellule, avant que rien n'y soit lancé."""
    real = BubblewrapCell.create

    def create(*arguments: Any) -> BubblewrapCell:
        made = real(*arguments)
        edit(made)
        return made

    patch.setattr(BubblewrapCell, "create", create)


class NoDns:
    def close(self) -> None:
        pass


def network(patch: Patch) -> None:
    async def no_dns() -> NoDns:
        return NoDns()

    patch.setattr(namespaces, "EVERYTHING", namespaces.EVERYTHING & ~namespaces.NEW_NETWORK)
    patch.setattr(namespaces, "make_every_address_local", lambda: None)
    patch.setattr(arena, "start_dns", no_dns)  # le port 53 de la machine n'est pas à nous


def processes(patch: Patch) -> None:
    def edit(_: BubblewrapCell, words: Words) -> Words:
        words = replaced(words, ["--unshare-pid", "--as-pid-1"])
        return replaced(words, ["--proc", "/proc"], ["--bind", "/proc", "/proc"])

    commanding(patch, edit)


def init(patch: Patch) -> None:
    """Un processus 1 ordinaire, fait d'un programme que l'on peut lire."""
    patch.setattr(cell, "EXECUTE_ONLY", 0o755)


def filesystem(patch: Patch) -> None:
    def files(self: BubblewrapCell, runtime: Runtime) -> Words:
        options = ["--dev-bind", "/", "/", "--tmpfs", "/home", "--tmpfs", "/root"]
        options += ["--proc", "/proc", "--bind", str(self.home), str(cell.HOME)]
        options += ["--dev", "/dev", "--bind", str(self.tmp), "/tmp"]
        for root in runtime.roots:
            options += ["--ro-bind", str(self._shown(root)), str(root)]
        return [*options, "--ro-bind", str(self.system / "init"), "/tmp/init"]

    patch.setattr(cell, "INIT", "/tmp/init")
    patch.setattr(BubblewrapCell, "_files", files)


def private_tmp(patch: Patch) -> None:
    def edit(self: BubblewrapCell, words: Words) -> Words:
        return replaced(words, [str(self.tmp), "/tmp"], ["/tmp", "/tmp"])

    commanding(patch, edit)


def user(patch: Patch) -> None:
    """Le filtre refuse aussi les paquets du réseau et les montages."""
    system_calls(patch)

    def edit(_: BubblewrapCell, words: Words) -> Words:
        for option in (["--unshare-user"], ["--uid", "1000"], ["--gid", "1000"]):
            words = replaced(words, option)
        return replaced(words, ["--cap-drop", "ALL", "--disable-userns"])

    def stay(made: BubblewrapCell) -> None:
        for name in ("user", "group", "extra_groups"):
            made.options.pop(name, None)

    commanding(patch, edit)
    creating(patch, stay)


def nested_namespaces(patch: Patch) -> None:
    """Le filtre les refuse aussi, sur les processeurs dont il connaît les appels."""
    system_calls(patch)
    commanding(patch, lambda _, words: replaced(words, ["--disable-userns"]))


def system_calls(patch: Patch) -> None:
    patch.setattr(cell, "call_filter", lambda: b"")


def terminals(patch: Patch) -> None:
    def edit(made: BubblewrapCell, words: Words) -> Words:
        hidden = str(made.system / "nothing/folder")
        return replaced(words, ["--ro-bind", hidden, "/dev/pts"])

    commanding(patch, edit)


def zero(patch: Patch) -> None:
    """/dev/zero tel que le noyau l'offre, qui donne aussi de la mémoire partagée."""
    commanding(patch, lambda _, words: replaced(words, ["--dev-bind", "/dev/full", "/dev/zero"]))


def keys(patch: Patch) -> None:
    def edit(made: BubblewrapCell, words: Words) -> Words:
        return replaced(words, ["--ro-bind", str(made.system / "nothing/file"), "/proc/keys"])

    commanding(patch, edit)


def environment(patch: Patch) -> None:
    creating(patch, lambda made: made.options.pop("env"))


def descriptors(patch: Patch) -> None:
    """Le tube des verdicts, laissé à qui en hérite."""
    real = inherited.keep_only

    def keep(pipe: int) -> None:
        real(pipe)
        os.set_inheritable(pipe, True)

    def inherit(made: BubblewrapCell) -> None:
        for descriptor in made.options.pop("pass_fds", ()):
            os.set_inheritable(descriptor, True)
        made.options["close_fds"] = False

    patch.setattr(pool, "keep_only", keep)
    creating(patch, inherit)


def lifetime(patch: Patch) -> None:
    commanding(patch, lambda _, words: replaced(words, ["--die-with-parent"]))


def watchdog(patch: Patch) -> None:
    patch.setattr(Watchdog, "watch", lambda *_: None)


def sockets(patch: Patch) -> None:
    """Le chien de garde, qui ne regarderait que la mémoire des processus."""
    patch.setattr(Buffers, "held", lambda _: 0)


def priority(patch: Patch) -> None:
    patch.setattr(cell, "LOW_PRIORITY", ())


MEASURES: dict[str, Callable[[Patch], None]] = {
    remove.__name__: remove
    for remove in (
        network,
        processes,
        init,
        filesystem,
        private_tmp,
        user,
        nested_namespaces,
        system_calls,
        terminals,
        zero,
        keys,
        environment,
        descriptors,
        lifetime,
        watchdog,
        sockets,
        priority,
    )
}
# Les mesures qui ne sont que des bornes : on les ôte en la portant hors d'atteinte.
BOUNDS: dict[str, dict[str, int]] = {
    "process_limit": {"processes": 1_000},
    "memory_limit": {"memory": sys.maxsize, "address_space": 1 << 40},
    "disk_limit": {"disk": 1 << 32, "files": NEVER, "file_size": 1 << 40},
    "cpu_limit": {"cpu": NEVER},
    "output_limit": {"output": sys.maxsize},
}
