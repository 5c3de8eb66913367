"""Comment un contrôle dit qu'il échoue, ou qu'il ne peut pas juger."""

from typing import Self

from grader.model.records import Failure, Match


class Wrong(Exception):  # noqa: N818 (« faux » est un verdict, pas une erreur du correcteur)
    """La copie ne fait pas ce qui est demandé ; `failure` dit quoi, preuves à l'appui.

    `credit`, de 0 à 1, est la part des points quand le comportement y est sans la lettre.
    `reproduce` remplace les commandes du contrôle, quand elles ne montreraient pas cet échec-ci.
    `timed_out` dit qu'on a seulement attendu en vain : peut-être pas assez longtemps.
    """

    def __init__(
        self,
        message: str,
        *,
        sent: str = "",
        expected: str = "",
        received: str = "",
        match: Match | None = None,
        reproduce: tuple[str, ...] = (),
        credit: float = 0.0,
        timed_out: bool = False,
    ) -> None:
        super().__init__(message)
        self.failure = Failure(message, sent, expected, received, match, reproduce=reproduce)
        self.credit, self.timed_out = credit, timed_out

    def showing(self, output: str) -> Self:
        """La même, devant ce terminal-ci, et non celui du dernier programme lancé."""
        self.failure.output = output
        return self


class Unjudged(Exception):  # noqa: N818 (ce n'est pas une erreur du correcteur)
    """Ce contrôle ne peut être jugé ici ; le message, en français, dit ce qui manque."""
