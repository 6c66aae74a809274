"""Router's settings: those every service has, and where the text model lies."""

from pathlib import Path

from shared.kernel.settings import ServiceSettings


class RouterSettings(ServiceSettings):
    """Router opens the citizen's words, so `keys` must hold the words ring."""

    model: Path = Path(".state/model")
    """Folder of the text model that `jiesu train` writes; where there is none, rules classify alone."""
