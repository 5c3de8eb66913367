"""Celui qui lance le correcteur n'en laisse rien à la copie : signaux, masques, dossiers."""

import os
import signal

import pytest

from grader.model.records import Verdict
from tests.grader.attacks.ground import SUCCESS, Ground, seen


def test_who_started_the_grader_changes_nothing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """En arrière-plan, prudent, avec un dossier temporaire fermé aux autres : rien n'en paraît."""
    private = ground.place / "fermé"
    private.mkdir(mode=0o700)
    monkeypatch.setattr("tempfile.tempdir", str(private))
    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1)
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    signals = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    mask = os.umask(0o077)
    try:
        (result,) = ground.grade("inherited", orders={})
    finally:
        os.umask(mask)
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert SUCCESS not in seen(result)
    assert result.verdict is Verdict.PASSED
    private.rmdir()
