"""Un rapport écrit à la main : tous les verdicts, toutes les preuves ; et le même, hostile."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from grader.model.records import (
    Check,
    CheckResult,
    Event,
    EventKind,
    Failure,
    Kind,
    Launch,
    Match,
    Outcome,
    Report,
    Step,
    StepResult,
    Verdict,
)

HINTS = (
    "Relisez la phrase que demande le sujet, lettre par lettre.",
    "Le pseudo est ce qui suit « Hello| » dans le premier message.",
    'broadcast(f"Annonce : {pseudo} a rejoint la chatroom")',
)
TRACE = 'Traceback (most recent call last):\n  File "checks/web.py", line 12\nKeyError: 8888'

# Un échantillon de chaque piège : balisage rich, terminal, HTML, sens d'écriture, substitut isolé.
HOSTILE = (
    "[/bold][red]:smile:\x1b]0;x\x07\x9b2J\x00\x7f\r<img src=x onerror=alert(1)></script>"
    "</style>&lt;\"'`{{7*7}}{% raise %}\u202egnp\u2066\u200d\ud800\ue000\u0378\u2028]]>--><!--\n"
)


def check(name: str, title: str, asks: str, points: float = 0.5, **more: bool) -> Check:
    return Check(name, title, asks, points, 2.0, (), False, HINTS, ("python {script}",), **more)


def step(name: str, title: str, file: str, kind: Kind, *checks: Check) -> Step:
    return Step(name, title, kind, file, (), (), checks)


def passed(which: Check, *timeline: Event) -> CheckResult:
    trial = Outcome(1.0, timeline=list(timeline))
    return CheckResult(which, Verdict.PASSED, which.points, trial=trial, runs=1)


def event(at: float, actor: str, kind: EventKind, text: str = "") -> Event:
    return Event(actor, kind, text, at)


def sleeping() -> StepResult:
    """Une étape juste."""
    counts = check("I.1.sync.counts", "Compter deux fois", "Compter de 1 à 10, deux fois.", 1.0)
    result = passed(
        counts,
        event(0.0, "programme", "start", "python sleep_and_print.py"),
        event(0.08, "programme", "screen", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n" * 2),
        event(10.1, "programme", "exit", "0"),
    )
    return StepResult(
        step("I.1.sync", "Dormir et afficher", "part1/sleep_and_print.py", "script", counts),
        Verdict.PASSED,
        [result],
        file="part1/sleep_and_print.py",
        python="3.12.1",
        launch=Launch(folder="part1"),
    )


def pages() -> StepResult:
    """Beaucoup d'événements, une panne du correcteur, un échec."""
    lands = check("I.3.async.lands", "Écrire les pages", "Chaque page dans /tmp/web_<URL>.", 1.0)
    together = check("I.3.async.together", "Ensemble", "Les requêtes se recouvrent.", 1.0)
    session = check("I.3.async.session", "Une seule session", "…", 0.5)
    requests = [
        event(0.2 + i / 100, "site", "request", f"GET https://page{i}.test/") for i in range(60)
    ]
    responses = [event(1.2 + i / 100, "site", "response", "200, 1234 octets") for i in range(60)]
    ten = Failure("Dix sessions pour dix URL.", expected="1 session", received="10 sessions")
    return StepResult(
        step(
            "I.3.async",
            "Dix pages, toutes ensemble",
            "part1/web_async_multiple.py",
            "fetch_many",
            *(lands, together, session),
        ),
        Verdict.PARTIAL,
        [
            passed(lands, event(0.0, "programme", "start", "python x.py"), *requests, *responses),
            CheckResult(together, Verdict.ERROR, trial=Outcome(0.0, error=TRACE), runs=2),
            CheckResult(session, Verdict.FAILED, trial=Outcome(0.0, ten), runs=1),
        ],
        file="TP6/partie 1/web_async_mutiple.py",
        others=["TP6/old/web_async_multiple.py", "TP6/brouillon.py"],
        python="3.12.1",
        launch=Launch("TP6/partie 1", ("-f", "{file}"), ("enter",), urls=("https://ynov.com",)),
        note="Le nom diffère de celui du sujet.",
    )


def arrivals() -> list[Event]:
    return [
        event(0.0, "serveur", "start", "python -u server.py -p 9000 -a 127.0.0.1"),
        event(0.12, "serveur", "screen", "Serveur lancé ✨\n"),
        event(0.15, "client A", "connect", "10.1.2.3:40001 → 127.0.0.1:9000"),
        event(0.15, "client A", "sent", "Hello|ambre"),
        event(0.18, "client A", "received", "Annonce : ambre a rejoin la chatroom\n"),
        event(0.2, "client B", "connect", "10.1.2.4:40002 → 127.0.0.1:9000"),
        event(0.21, "client B", "sent", "Hello|brume"),
        event(0.25, "client A", "received", "Annonce : brume a rejoin la chatroom\n"),
        event(0.25, "client B", "received", "Annonce : brume a rejoin la chatroom\n"),
        event(0.3, "client B", "close"),
        event(0.31, "client A", "reset"),
        event(0.33, "serveur", "note", "le correcteur arrête le programme"),
        event(0.35, "serveur", "exit", "-15"),
    ]


def joining() -> CheckResult:
    asks = "À une arrivée, tous reçoivent « Annonce : <PSEUDO> a rejoint la chatroom »."
    failure = Failure(
        "L'annonce d'arrivée n'a pas le texte demandé.",
        sent="Hello|ambre",
        expected="Annonce : ambre a rejoint la chatroom",
        received="Annonce : ambre a rejoin la chatroom\n",
        match=Match.WORD,
        output="Serveur lancé ✨\nnouveau client ('10.1.2.3', 40001)",
        reproduce=("python server.py -p 9000", "printf 'Hello|ambre' | nc -q 2 127.0.0.1 9000"),
    )
    return CheckResult(
        check("II.5.server.joins", "Annoncer une arrivée", asks),
        Verdict.FAILED,
        0.25,
        trial=Outcome(
            0.5,
            failure,
            notes=["Un retour à la ligne suit chaque message."],
            timeline=arrivals(),
        ),
        runs=3,
        seconds=1.25,
    )


def relaying() -> CheckResult:
    failure = Failure(
        "Le message relayé arrive une fois sur deux.",
        sent="saphir",
        expected="ambre a dit : saphir",
        match=Match.NONE,
        output="Traceback (most recent call last):\nRuntimeError: dictionary changed size",
    )
    asks = "Les autres reçoivent « <PSEUDO> a dit : <MESSAGE> »."
    which = check("II.5.server.says", "Relayer un message", asks)
    return CheckResult(which, Verdict.UNSTABLE, trial=Outcome(0.0, failure), runs=4)


def chat() -> StepResult:
    """Une étape qui échoue de toutes les façons."""
    leaves = check("II.5.server.leaves", "Après un départ", "Les autres se parlent encore.")
    silent = check("II.5.server.silent", "Un client muet", "Qui ne dit rien reçoit tout.")
    results = [
        joining(),
        relaying(),
        passed(silent),
        CheckResult(leaves, Verdict.SKIPPED, cause="II.5.server.says"),
    ]
    return StepResult(
        step(
            "II.5.server",
            "Un pseudo, côté serveur",
            "part2/chat_server_ii_5.py",
            "server",
            *(result.check for result in results),
        ),
        Verdict.PARTIAL,
        results,
        file="II. Chat Room/4. Pseudo/server.py",
        python="3.12.1",
        launch=Launch("II. Chat Room/4. Pseudo", ("-p", "{port}"), (), "5.5.5.1", 9000),
    )


def unjudged(name: str, title: str, file: str, verdict: Verdict, cause: str = "") -> StepResult:
    only = check(f"{name}.quits", "Quitter quand le serveur part", "Le client s'arrête.", 1.0)
    return StepResult(
        step(name, title, file, "client", only),
        verdict,
        [CheckResult(only, verdict, cause=cause)],
    )


def report() -> Report:
    return Report(
        folder="/home/prof/copies/Zoé Durand",
        seed=4217,
        sandbox="bwrap",
        steps=[
            sleeping(),
            unjudged(
                "I.2.sync",
                "Une page web",
                "part1/web_sync.py",
                Verdict.NOT_JUDGED,
                "le temps accordé à cette copie est écoulé",
            ),
            pages(),
            chat(),
            unjudged(
                "II.6.client",
                "Le serveur s'en va",
                "part2/chat_client_ii_6.py",
                Verdict.SKIPPED,
                "II.5.server",
            ),
            unjudged(
                "II.6.server",
                "Un client s'en va",
                "part2/chat_server_ii_6.py",
                Verdict.NOT_SUBMITTED,
            ),
        ],
        notes=["3 fichiers ignorés : plus d'un mégaoctet."],
        seconds=12.34,
        date=datetime(2026, 1, 15, 9, 5, tzinfo=timezone(timedelta(hours=1))),
    )


def _spoiled(value: Any, poison: str) -> Any:
    if isinstance(value, Check | Step) or type(value) in (Verdict, Match):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        ours = {"kind", "cause", "sandbox", "selection", "grader", "content"}
        return replace(
            value,
            **{
                field.name: _spoiled(getattr(value, field.name), poison)
                for field in fields(value)
                if field.name not in ours
            },
        )
    if isinstance(value, list | tuple):
        return type(value)(_spoiled(item, poison) for item in value)
    return poison + value if isinstance(value, str) else value


def hostile() -> Report:
    """Le même rapport, un piège devant chaque texte qui peut venir d'une copie."""
    spoiled: Report = _spoiled(report(), HOSTILE)
    return spoiled


def huge(char: str) -> Report:
    """L'étape qui échoue, un million de fois `char` devant chacun de ses textes."""
    spoiled: Report = _spoiled(replace(report(), steps=[chat()]), char * 1_000_000)
    return spoiled
