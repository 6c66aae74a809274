"""What only grid is told."""

from typing import Annotated

from pydantic import Field

from shared.kernel.settings import ServiceSettings


class GridSettings(ServiceSettings):
    """吹哨报到: where photos lie, and how near is on the site."""

    objects: str = ".state/objects"
    """Where photos lie, with intake's attachments: a folder, file:///…, or s3://bucket/prefix?…"""
    on_site_radius_m: Annotated[float, Field(gt=0, le=50_000)] = 500.0
    """How near to the site a report-in counts as on the site. No published rule was found: ours."""
