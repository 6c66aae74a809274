"""What only router is told."""

from pathlib import Path

from shared.kernel.settings import ServiceSettings


class RouterSettings(ServiceSettings):
    """派单: where the text model lies. It opens the citizen's words, so `keys` must hold the words ring."""

    model: Path = Path(".state/model")
    """Folder of the text model that `jiesu train` writes; where there is none, rules classify alone."""

    @property
    def service_key(self) -> Path:
        """Ed25519 private key (PEM) that signs router's own short tokens; the JWKS has its public half."""
        return self.keys / "router.pem"
