"""Router's memory."""

from services.router.store.equipment import Equipment
from services.router.store.repository import RouterWork

__all__ = ["Equipment", "RouterWork"]
