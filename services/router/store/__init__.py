"""Router's memory."""

from services.router.store.equipment import Equipment
from services.router.store.repository import RouterWork
from services.router.store.running import RouterCity

__all__ = ["Equipment", "RouterCity", "RouterWork"]
