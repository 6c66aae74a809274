"""Grid's memory."""

from services.grid.store.repository import GridWork, UnitCopies
from services.grid.store.seals import Equipment, IncidentSeals

__all__ = ["Equipment", "GridWork", "IncidentSeals", "UnitCopies"]
