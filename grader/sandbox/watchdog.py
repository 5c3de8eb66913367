"""Le chien de garde d'une arène : il arrête le programme qui prend trop à la machine.

Hors de l'arène, et de qui la conduit : de longs calculs (TLS, un écran à redessiner) retiennent
celui-ci aussi longtemps qu'une copie le veut.
"""

import os
import select
import signal
from contextlib import closing, suppress

from grader.sandbox.appetite import children_of, memory_of, number_inside, processes_of
from grader.sandbox.buffers import Buffers
from grader.sandbox.limits import CellLimits

PERIOD = 100  # millisecondes entre deux regards


class Watchdog:
    """`alarms` : un tube, où il dit quel programme il arrête, et ce qu'il a pris de trop."""

    def __init__(self, limits: CellLimits, alarms: int, *, network: bool) -> None:
        self._limits, self._alarms = limits, alarms
        self._network = network  # celui de l'arène : les sockets qui s'y trouvent sont de la copie
        self._stopped: set[int] = set()

    def watch(self, driver: int) -> None:
        """Surveille les programmes que lance `driver`, jusqu'à la fin de celui-ci."""
        ended = select.poll()
        end = os.pidfd_open(driver)
        ended.register(end, select.POLLIN)
        with closing(Buffers()) as buffers:
            while not ended.poll(PERIOD):
                programs = [one for one in children_of(driver) if one not in self._stopped]
                held = buffers.held() if self._network and programs else 0
                for program in programs:
                    if excess := self._excess(program, held):
                        self._stop(program, excess)
        os.close(end)

    def _excess(self, program: int, held: int) -> str:
        """Ce qu'il a de trop ; `held` : la mémoire des sockets de l'arène, qu'on impute à tous."""
        processes = processes_of(program)
        # Un compte qui n'a qu'un utilisateur n'a pas non plus de limite de processus.
        if len(processes) > self._limits.processes:
            return "processus"
        limit = self._limits.memory - held
        return "mémoire" if memory_of(processes, limit) > limit else ""

    def _stop(self, program: int, excess: str) -> None:
        self._stopped.add(program)
        with suppress(OSError):  # il vient de finir, ou plus personne n'écoute
            os.write(self._alarms, f"{number_inside(program)} {excess}\n".encode())
        with suppress(OSError):
            os.kill(program, signal.SIGKILL)
