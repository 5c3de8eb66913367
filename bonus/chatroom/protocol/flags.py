"""Ce que dit, bit par bit, un champ d'un octet."""

from enum import IntFlag


class Asks(IntFlag):
    """Ce que demande un serveur à qui se présente."""

    CODE = 1  # celui de la classe


class Role(IntFlag):
    OPERATOR = 1


class Mode(IntFlag):
    """Ce qu'est un salon."""

    READ_ONLY = 1
    PRIVATE = 2
    PASSWORD = 4
    LOCKED = 8
    CLOSED = 16
