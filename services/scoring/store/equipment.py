"""What scoring's work is equipped with."""

from dataclasses import dataclass, field

from services.scoring.store.divisions import DivisionsShelf


@dataclass(frozen=True, slots=True)
class Equipment:
    """The divisions that closed months are read by."""

    divisions: DivisionsShelf = field(default_factory=DivisionsShelf)
