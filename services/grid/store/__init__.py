"""Grid's memory."""

from services.grid.store.repository import GridWork, UnitCopies
from services.grid.store.seals import IncidentSeals

__all__ = ["GridWork", "IncidentSeals", "UnitCopies"]
