"""Grid's memory."""

from services.grid.store.repository import GridWork

__all__ = ["GridWork"]
