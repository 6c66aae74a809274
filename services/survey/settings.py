"""What survey alone is told from outside."""

from pathlib import Path

from shared.kernel.settings import ServiceSettings


class SurveySettings(ServiceSettings):
    intake_url: str = "http://127.0.0.1:8101"
    """Where a contact is asked for at call time."""
    public_url: str = "http://127.0.0.1:8104"
    """What the citizens' links begin with."""

    @property
    def service_key(self) -> Path:
        """Ed25519 private key (PEM) that signs survey's own short tokens; the JWKS has its public half."""
        return self.keys / "survey.pem"

    @property
    def link_key(self) -> Path:
        """At least 32 random bytes that sign the citizens' links."""
        return self.keys / "link.key"
