"""Delivering again what was delivered: the engine must not be kinder than Kafka when a test asks."""

import random


class Redelivery:
    """A seeded choice, made at each poll, of how far to step back."""

    def __init__(self, *, seed: int, chance: float = 0.2, most: int = 20) -> None:
        self._dice = random.Random(seed)
        self._chance = chance
        self._most = most

    def step_back(self) -> int:
        """How many records to deliver once more; 0 most of the time."""
        return self._dice.randint(1, self._most) if self._dice.random() < self._chance else 0
