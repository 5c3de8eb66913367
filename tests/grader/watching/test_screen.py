"""Ce que l'on voit en travaillant : peu, et rien qui déborde ni ne pilote le terminal."""

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.engine.catalogue import select, steps
from grader.model.records import (
    CheckResult,
    Failure,
    Match,
    Outcome,
    Report,
    StepResult,
    Verdict,
)
from grader.watching import screen
from grader.watching.judging import Advanced, Tried
from grader.watching.memory import Memory
from grader.watching.work import Order, Showing, Work
from tests.grader.reports import sample

(SERVER,) = select("II.5.server")
JOINS = next(check for check in SERVER.checks if check.id == "II.5.server.joins")
FAILURE = Failure(
    "L'annonce de l'arrivée de mibedi : le texte n'est pas celui demandé.",
    sent="Hello|mibedi",
    expected="Annonce : mibedi a rejoint la chatroom",
    received="Annonce : mibedi rejoint la chatroom",
    match=Match.WORD,
    output="Serveur à l'écoute sur 127.0.0.1:8888",
    reproduce=("python serveur.py",),
)
WRONG = CheckResult(JOINS, Verdict.FAILED, 0.1375, trial=Outcome(0.5, FAILURE), runs=2)
FAILED_SCREEN = """\
II.5.server  Serveur : des pseudos                               2,1125 / 2,25
  serveur.py · 7 contrôles justes sur 8

  ✗ échec  Annonce les arrivées                                 0,1375 / 0,275
    L'annonce de l'arrivée de mibedi : le texte n'est pas celui demandé.

    demandé    Quand un client se présente par « Hello|PSEUDO », tout le monde
               reçoit « Annonce : PSEUDO a rejoint la chatroom ».
    envoyé     Hello|mibedi
    attendu    Annonce : mibedi·a rejoint la chatroom
    reçu       Annonce : mibedi·rejoint la chatroom
                                ^
               caractère 18 : attendu « a », reçu « r »
               le mot tiré au sort y est, le texte attendu non
    affiché    Serveur à l'écoute sur 127.0.0.1:8888

  n suivante   r refaire   h indice   l liste   t tout noter   q quitter"""


def shown(work: Work, width: int = 80, *, keys: bool = True) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    with console.capture() as captured:
        screen.show(work, console, keys=keys)
    lines = [line.rstrip() for line in captured.get().rstrip().split("\n")]
    assert max(map(cell_len, lines)) <= width or work.level == screen.CODE
    return "\n".join(lines)


def judged(wrong: CheckResult | None = WRONG) -> Work:
    checks = [CheckResult(check, Verdict.PASSED, check.points, runs=1) for check in SERVER.checks]
    if wrong:
        checks[SERVER.checks.index(wrong.check)] = wrong
    verdict = Verdict.PARTIAL if wrong else Verdict.PASSED
    work = Work(Memory("II.5.server", {"II.5.server": verdict}), SERVER)
    work.result = StepResult(SERVER, verdict, checks, "serveur.py")
    return work


def test_the_first_failure_and_only_it() -> None:
    assert shown(judged(), 78) == FAILED_SCREEN
    assert "python serveur.py" not in shown(judged())


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("level", range(4))
def test_hints_are_those_one_asks_for(level: int, width: int) -> None:
    work = judged()
    work.memory.hints = {JOINS.id: level} if level else {}
    told = shown(work, width)
    for rank in (1, 2, 3):
        assert (f"indice {rank} " in told.replace("\n", " ")) is (rank <= level + (0 < level < 3))
    code = JOINS.hints[2].strip("\n").split("\n")
    assert all((f"    {line}\n" in told) is (level == 3) for line in code)
    assert ("h sans indice" in told) is (level == 3)
    assert (f"h indice {level + 1}" in told) is (0 < level < 3)


def test_a_failure_that_is_played_again() -> None:
    work = Work(Memory(), SERVER, judging=Order.JUDGE, saved="serveur.py")
    work.tried = {JOINS.id: Tried(WRONG, sure=False)}
    told = shown(work)
    assert "Annonce les arrivées" in told
    assert told.count("à confirmer") == 1
    assert "0,1375" not in told
    assert "enregistré : serveur.py" in told
    assert "Jugement en cours : 0 contrôle jugé sur 8." in told
    work.tried = {JOINS.id: Tried(WRONG, sure=True)}
    told = shown(work)
    assert "à confirmer" not in told
    assert "0,1375 / 0,275" in told
    assert "1 contrôle jugé sur 8" in told


def test_a_step_that_is_right() -> None:
    work = judged(None)
    assert work.result
    work.result.checks[0].trial.notes.append("Il ne répond pas à Ctrl-C.")
    told = shown(work)
    assert "2,25 / 2,25" in told
    assert "✓ juste  Tout est juste. « n » passe à la suite." in told
    assert "· Il ne répond pas à Ctrl-C." in told
    assert "« n »" not in shown(work, keys=False)


def test_a_script_that_is_not_there() -> None:
    absent = [CheckResult(check, Verdict.NOT_SUBMITTED) for check in SERVER.checks]
    work = Work(Memory(), SERVER)
    work.result = StepResult(SERVER, Verdict.NOT_SUBMITTED, absent, note="serveur.py est vide.")
    told = shown(work)
    assert "∅ non rendu  le sujet demande part2/chat_server_ii_5.py" in told
    assert "serveur.py est vide." in told
    assert all(check.title in told for check in SERVER.checks)


@pytest.mark.parametrize(
    ("verdict", "cause", "told"),
    [
        (Verdict.NOT_JUDGED, "la mémoire manque", "la mémoire manque"),
        (Verdict.SKIPPED, "II.5.server.listens", "II.5.server.listens a échoué"),
        (Verdict.ERROR, "", "le correcteur s'est trompé, pas vous"),
    ],
)
def test_a_check_that_was_not_judged(verdict: Verdict, cause: str, told: str) -> None:
    text = shown(judged(CheckResult(JOINS, verdict, cause=cause)))
    assert told in text
    assert "plus bas" not in text


def test_what_prevents_from_judging() -> None:
    work = Work(Memory(), SERVER, failed="/copie : ce dossier ne contient aucun fichier Python.")
    assert "ce dossier ne contient aucun fichier Python" in shown(work)


def test_the_list() -> None:
    work = judged()
    work.page = Showing.LIST
    lines = shown(work).split("\n")
    assert [line[3:].split()[0] for line in lines[:16]] == [step.id for step in steps()]
    (current,) = [line for line in lines if line.startswith("▸")]
    assert "II.5.server" in current
    assert current.endswith("◐ partiel")
    assert sum(line.endswith("à juger") for line in lines) == 15
    assert "l étape" in lines[-1]
    assert "Note" not in shown(work)
    assert work.result
    work.report = Report("/copie", 1, "bwrap", [work.result])
    assert "2,1125 / 2,25" in shown(work)


@pytest.mark.parametrize("step", [None, SERVER])
def test_everything_is_being_judged(step: object) -> None:
    work = judged() if step else Work(Memory())
    work.judging, work.done = Order.JUDGE_ALL, Advanced(12, 95)
    told = shown(work)
    assert "12 contrôles jugés sur 95." in told
    assert ("Premier passage" in told) is (step is None)
    assert ("n suivante" in told) is ("h indice" in told) is (step is not None)


def test_messages_and_keys() -> None:
    work = judged()
    work.standing, work.notice = ["Toujours."], "Maintenant."
    told = shown(work)
    assert "  Toujours.\n" in told
    assert "  Maintenant.\n" in told
    assert "q quitter" in told
    assert "quitter" not in shown(work, keys=False)


def test_keys_are_never_cut() -> None:
    for width in range(40, 90):
        lines = shown(judged(), width).split("\n")
        told = "\n".join(lines[-3:])
        assert all(f"{key} {word}" in told for key, word in screen.KEYS), width


@pytest.mark.parametrize("width", [60, 80])
def test_what_a_copy_says_cannot_drive_the_terminal(width: int) -> None:
    bad = sample.HOSTILE
    failure = replace(
        FAILURE, message=bad, sent=bad, expected=bad, received=bad * 9, output=bad, match=None
    )
    trial = Outcome(0.0, failure, notes=[bad])
    work = judged(CheckResult(JOINS, Verdict.FAILED, trial=trial, runs=2))
    assert work.result
    work.result.file = work.saved = bad
    work.notice = work.failed = bad
    seen = [shown(work, width)]
    work.failed, work.notice = "", ""
    seen.append(shown(work, width))
    work.result = None
    work.tried = {JOINS.id: Tried(CheckResult(JOINS, Verdict.FAILED, trial=trial), sure=False)}
    seen.append(shown(work, width))
    for text in seen:
        assert not set("\x1b\x07\x00\x7f\r\u202e\u2066\ud800\u2028") & set(text)
        assert "␛" in text
