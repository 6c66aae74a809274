"""Router's memory."""

from services.router.store.repository import RouterWork

__all__ = ["RouterWork"]
