"""What only intake is told."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from shared.kernel.settings import NoneIfEmpty, ServiceSettings, WebAddress


class IntakeSettings(ServiceSettings):
    """受理: its vault, and how its numbers begin."""

    tracking_prefix: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "BJ"
    """The two letters every tracking number of this city begins with."""
    public_url: Annotated[WebAddress | None, NoneIfEmpty] = None
    """Where strangers reach intake, for Open311's discovery; without it, as each asker reached it."""

    rate_limit_per_minute: Annotated[int, Field(ge=0)] = 600
    """Requests a minute for a client app that was given no rate of its own, and for a citizen who signed in;
    a minute's worth may come at once. Counted by each replica. 0: nobody is counted."""

    follow_rate_limit_per_minute: Annotated[int, Field(ge=0)] = 60
    """Requests a minute for whoever follows a case by number and access code without token or key: for each
    number and code, counted in the same way. 0: nobody is counted.
    """

    open311_rate_limit_per_minute: Annotated[int, Field(ge=0)] = 600
    """Requests a minute for whoever reads Open311, which asks for no key: for each address they come from,
    counted in the same way. 0: nobody is counted.
    """

    objects: str = ".state/objects"
    """Where attachments lie: a folder, file:///…, or s3://bucket/prefix?endpoint=…&region=…"""

    @property
    def vault_ring(self) -> Path:
        """Key ring of the contact vault; no other service is given it."""
        return self.keys / "vault.json"

    @property
    def case_pass_key(self) -> Path:
        """Secret of the passes with which whoever follows a case answers survey; survey reads them."""
        return self.keys / "case-pass.key"

    @property
    def vault_index_key(self) -> Path:
        """Secret of the keyed hashes that phones are found by and access codes are known by; never turned."""
        return self.keys / "vault-index.key"
