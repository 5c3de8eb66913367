"""Des mots tirés au sort : un programme ne peut les avoir écrits d'avance."""

import random

CONSONANTS, VOWELS = "bcdfglmnprstvz", "aeiou"


class RandomWords:
    """Une suite de mots, toujours la même pour une graine et un contrôle donnés."""

    def __init__(self, seed: int, name: str) -> None:
        self.random = random.Random(f"{seed}/{name}")
        self._given: set[str] = set()

    def word(self, syllables: int = 4) -> str:
        """Un mot prononçable, en minuscules sans accent, jamais donné deux fois."""
        while True:
            word = "".join(
                self.random.choice(CONSONANTS) + self.random.choice(VOWELS)
                for _ in range(syllables)
            )
            if word not in self._given:
                self._given.add(word)
                return word

    def pseudo(self) -> str:
        """Accepté par les plus exigeants : certains n'admettent que [a-z0-9_-]{3,15}."""
        return self.word(3)

    def address(self) -> str:
        octets = (self.random.randrange(1, 255) for _ in range(3))
        return "10." + ".".join(map(str, octets))

    def port(self) -> int:
        """Hors des ports que le noyau donne de lui-même."""
        return self.random.randrange(20_000, 30_000)
