"""Grid's memory."""

from services.grid.store.equipment import Equipment
from services.grid.store.repository import GridWork, UnitCopies
from services.grid.store.seals import WordSeals

__all__ = ["Equipment", "GridWork", "UnitCopies", "WordSeals"]
