"""Comment un contrôle dit qu'il échoue."""

from grader.model import Match


class Wrong(Exception):  # noqa: N818 (« faux » est un verdict, pas une erreur du correcteur)
    """La copie ne fait pas ce qui est demandé.

    `credit`, de 0 à 1, est la part des points quand le comportement y est sans la lettre.
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
        credit: float = 0.0,
        timed_out: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sent, self.expected, self.received = sent, expected, received
        self.match, self.credit, self.timed_out = match, credit, timed_out
