"""What grid's work is equipped with."""

from dataclasses import dataclass

from services.grid.store.seals import WordSeals
from shared.files.objects import Objects


@dataclass(frozen=True, slots=True)
class Equipment:
    """The seals of whatever is told in words, and the store of files."""

    seals: WordSeals
    objects: Objects
