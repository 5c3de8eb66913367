"""L'état du serveur en nombres, au format de Prometheus : des comptes, aucun nom, aucun texte.

Écrit à la main, en cinquante lignes : prometheus-client garde les siens dans un registre global et
les protège par un verrou que chaque envoi prendrait ; les nôtres existent déjà.
"""

import math
import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path

from chatroom.common.logs import Log
from chatroom.protocol.frames import Reason
from chatroom.server.core.hub import Hub
from chatroom.server.core.tally import DURATIONS, Durations
from chatroom.server.storage.opening import FILE
from chatroom.server.transports.tcp import Listener
from wording.version import VERSION

TYPE = "text/plain; version=0.0.4; charset=utf-8"
STARTED = time.time()

Value = float | Durations | tuple[str, Mapping[str, float]]  # seule ; ou une par étiquette


def exposition(hub: Hub, listener: Listener, log: Log, data: Path) -> str:
    """Les mesures de cet instant ; `data` : le dossier de la base."""
    measures = [*_people(hub, listener), *_talk(hub, listener), *_machine(log, data)]
    return "".join(line for measure in measures for line in _family(*measure))


def _people(hub: Hub, listener: Listener) -> Iterator[tuple[str, str, str, Value]]:
    tally = hub.tally
    yield "chat_info", "gauge", "toujours 1 : la version du serveur", ("version", {VERSION: 1})
    yield (
        *("chat_connections", "gauge", "connexions ouvertes : clients, page web, demandes HTTP"),
        ("kind", {"tcp": 0, "websocket": 0, "http": 0} | listener.census()),
    )
    limit = hub.limits.connections
    yield "chat_connections_limit", "gauge", "connexions que le serveur accepte en tout", limit
    accepted = tally.accepted
    yield "chat_connections_accepted_total", "counter", "clients acceptés", accepted
    refused = tally.turned_away
    yield "chat_connections_refused_total", "counter", "connexions refusées à la porte", refused
    yield (
        *("chat_dismissals_total", "counter", "clients congédiés, par raison"),
        ("reason", _by_reason(tally.dismissed)),
    )
    yield (
        *("chat_refusals_total", "counter", "demandes refusées, par raison"),
        ("reason", _by_reason(tally.refused)),
    )
    present = len({session.person for session in hub.sessions if session.person})
    yield "chat_people_present", "gauge", "personnes présentes", present
    yield "chat_people_new_total", "counter", "premières visites", tally.people
    yield "chat_rooms", "gauge", "salons publics", len(hub.rooms)


def _talk(hub: Hub, listener: Listener) -> Iterator[tuple[str, str, str, Value]]:
    tally, queues = hub.tally, ("queue", hub.queues)
    yield "chat_messages_total", "counter", "messages et images enregistrés", tally.messages
    yield "chat_pictures_total", "counter", "images enregistrées", tally.pictures
    yield "chat_stored_bytes_total", "counter", "octets de ces messages et images", tally.stored
    yield "chat_received_bytes_total", "counter", "octets reçus des clients", tally.received
    yield "chat_sent_bytes_total", "counter", "octets envoyés aux clients", tally.sent
    yield "chat_queued", "gauge", "ce qui attend le disque : à écrire, en cours", queues
    uploads = listener.uploads
    yield "chat_uploads_bytes", "gauge", "octets d'images en cours d'arrivée", uploads
    yield "chat_commit_seconds", "histogram", "durée d'une transaction", tally.commits
    yield "chat_commit_failures_total", "counter", "transactions que le disque refuse", tally.failed
    yield "chat_loop_lag_seconds", "histogram", "retard de la boucle d'événements", tally.lag


def _machine(log: Log, data: Path) -> Iterator[tuple[str, str, str, Value]]:
    yield "chat_log_lines_lost_total", "counter", "lignes que le journal n'a pas gardées", log.lost
    yield "chat_disk_free_bytes", "gauge", "place libre sur le disque de la base", _free(data)
    yield "chat_database_bytes", "gauge", "taille de la base", _size(data)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    yield "process_cpu_seconds_total", "counter", "secondes de calcul", cpu
    memory = _resident()
    yield "process_resident_memory_bytes", "gauge", "mémoire vive du processus", memory
    yield "process_start_time_seconds", "gauge", "départ du serveur, depuis 1970", STARTED


def _by_reason(counted: Mapping[Reason, int]) -> Mapping[str, float]:
    """Toutes, même à zéro : une alerte ne voit pas venir ce qui n'existait pas avant."""
    return {reason.name.lower(): counted.get(reason, 0) for reason in Reason}


def _unless_refused(measure: Callable[[], float]) -> float:
    try:
        return measure()
    except OSError:
        return math.nan


def _free(data: Path) -> float:
    def measure() -> float:
        disk = os.statvfs(data)
        return disk.f_bavail * disk.f_frsize

    return _unless_refused(measure)


def _size(data: Path) -> float:
    def measure() -> float:
        files = (data / FILE, data / f"{FILE}-wal")  # le second n'est pas toujours là
        return sum(file.stat().st_size for file in files if file.exists())

    return _unless_refused(measure)


def _resident() -> float:
    def measure() -> float:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
        return int(pages) * resource.getpagesize()

    return _unless_refused(measure)


# Le format : https://prometheus.io/docs/instrumenting/exposition_formats/


def _family(name: str, kind: str, text: str, value: Value) -> Iterator[str]:
    yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
    if isinstance(value, Durations):
        tops = (*map(str, DURATIONS), "+Inf")
        for top, count in zip(tops, accumulate(value.counts), strict=True):
            yield f'{name}_bucket{{le="{top}"}} {count}\n'
        yield f"{name}_sum {value.total}\n{name}_count {sum(value.counts)}\n"
    elif isinstance(value, tuple):
        label, values = value
        for key, number in values.items():
            yield f'{name}{{{label}="{key}"}} {number}\n'
    else:
        yield f"{name} {value}\n"
