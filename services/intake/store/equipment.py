"""What intake's work is equipped with."""

from dataclasses import dataclass

from services.intake.domain.file_links import FileLinks
from services.intake.store.vault import KeyVault
from shared.files.objects import Objects
from shared.sealing.passes import CasePasses


@dataclass(frozen=True, slots=True)
class Equipment:
    """The vault, the store of files, and the secrets of file links and passes."""

    vault: KeyVault
    tracking_prefix: str
    objects: Objects
    links: FileLinks
    passes: CasePasses
