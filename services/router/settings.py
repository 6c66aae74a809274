"""Router's settings: those every service has."""

from shared.kernel.settings import ServiceSettings


class RouterSettings(ServiceSettings):
    """Router opens the citizen's words, so `keys` must hold the words ring."""
