"""Ce que reproche le système, en français."""

import errno
import os

from wording.reasons import FILES, LISTENING, reason


def test_reasons_are_in_french() -> None:
    assert reason(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))) == "le disque est plein"
    assert reason(OSError(errno.EDOM, "hors du domaine")) == "hors du domaine"
    assert reason(OSError("rien de plus")) == "rien de plus"


def test_what_is_refused_depends_on_what_was_asked() -> None:
    refused = OSError(errno.EACCES, os.strerror(errno.EACCES))
    assert reason(refused) == reason(refused, FILES) == "permission refusée"
    assert reason(refused, LISTENING) == "ce port est réservé à l'administrateur"
    assert reason(OSError(errno.EMFILE, ""), LISTENING) == "trop de fichiers sont ouverts"
