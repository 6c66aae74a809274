"""文本模型: what the characters of a text make one think of, learned from texts whose category is known.

Runs of one to three characters, weighed against each other: a linear model, read with numpy alone. Pure; how
it is made is `training`, where it lies is the store.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import add
from typing import TYPE_CHECKING

from shared.city.categories import folded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

LONGEST = 3
MOST_CHARACTERS = 2_000
"""What a text begins with says what it is about; a novel must not cost more than a report."""
TOLD = 3
"""How many runs of characters an explanation names."""
FAINT = 0.05
"""What is thought of more faintly is not worth a line."""
_DIGITS = re.compile(r"\d")
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Opinion:
    """A category the model thinks of, how surely, and the characters that made it think so."""

    category: str
    confidence: float
    because: tuple[str, ...] = ()
    model: str = ""
    """Its version."""


Read = Callable[[str], tuple[Opinion, ...]]
"""Somebody who reads a text."""


def unread(text: str) -> tuple[Opinion, ...]:
    """What nobody has read makes nobody think of anything: there is no model."""
    del text
    return ()


def runs(text: str) -> list[str]:
    """Every run of one to three characters inside a phrase; a digit is a digit, whichever it is."""
    found: list[str] = []
    for phrase in _NO_WORD.split(_DIGITS.sub("0", folded(text[:MOST_CHARACTERS]))):
        longer = list(phrase)
        for length in range(1, LONGEST + 1):
            found += longer
            longer = list(map(add, longer, phrase[length:]))
    return found


@dataclass(frozen=True)
class TextModel:
    """One trained model. `weights` has a row for each run and a column for each category."""

    version: str
    categories: tuple[str, ...]
    vocabulary: Mapping[str, int]
    rarity: "Numbers"
    weights: "Numbers"
    offsets: "Numbers"
    temperature: float
    """Turns margins into shares: chosen so that on held-back texts a share is what came true."""

    def opinions(self, text: str) -> tuple[Opinion, ...]:
        """What the text makes one think of, the surest first; nothing where no run of it is known."""
        import numpy as np

        told = self._told(text)
        if not told:
            return ()
        rows = np.fromiter(told, dtype=np.int64, count=len(told))
        counts = np.fromiter(told.values(), dtype=np.float32, count=len(told))
        said = (1 + np.log(counts)) * self.rarity[rows]
        said /= math.sqrt(said @ said)
        weights = self.weights[rows]
        margins = (said @ weights + self.offsets) / self.temperature
        shares = np.exp(margins - margins.max())
        shares /= shares.sum()
        thought = np.flatnonzero(shares >= FAINT)
        ranked = thought[np.argsort(-shares[thought], kind="stable")]
        return tuple(
            Opinion(
                category=self.categories[each],
                confidence=round(float(shares[each]), 4),
                because=self._because(weights[:, each] * said, rows),
                model=self.version,
            )
            for each in ranked.tolist()
        )

    def _told(self, text: str) -> dict[int, int]:
        """How often each known run is there, by its row."""
        counted: dict[int | None, int] = Counter(map(self.vocabulary.get, runs(text)))
        return {row: count for row, count in counted.items() if row is not None}

    def _because(self, shown: "Numbers", rows: "NDArray[np.int64]") -> tuple[str, ...]:
        """The heaviest runs that speak for it, none inside another."""
        kept: list[str] = []
        for at in (-shown).argsort(kind="stable").tolist():
            if shown[at] <= 0 or len(kept) == TOLD:
                break
            run = self._runs[rows[at]]
            if not any(run in other or other in run for other in kept):
                kept.append(run)
        return tuple(kept)

    @cached_property
    def _runs(self) -> tuple[str, ...]:
        return tuple(self.vocabulary)
