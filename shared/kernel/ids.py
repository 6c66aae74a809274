"""Typed ids. A new one is a UUIDv7, so that inserts land at the end of an index."""

from typing import NewType
from uuid import UUID

import uuid_utils.compat

CaseId = NewType("CaseId", UUID)
DeliberationId = NewType("DeliberationId", UUID)
MicroProjectId = NewType("MicroProjectId", UUID)
WorkOrderId = NewType("WorkOrderId", UUID)
WhistleId = NewType("WhistleId", UUID)
IncidentId = NewType("IncidentId", UUID)
TaskId = NewType("TaskId", UUID)
TerminalId = NewType("TerminalId", UUID)
VisitId = NewType("VisitId", UUID)
InspectionId = NewType("InspectionId", UUID)
TrackId = NewType("TrackId", UUID)
ItemId = NewType("ItemId", UUID)
"""One thing a terminal did, by the id the terminal gave it."""
CallbackId = NewType("CallbackId", UUID)
ConferenceId = NewType("ConferenceId", UUID)
ExclusionId = NewType("ExclusionId", UUID)
HotspotId = NewType("HotspotId", UUID)
TopicId = NewType("TopicId", UUID)
EventId = NewType("EventId", UUID)
UnitCode = NewType("UnitCode", str)
CategoryCode = NewType("CategoryCode", str)


def new_id() -> UUID:
    """A UUIDv7 of the standard library's class, which asyncpg and pydantic take as it is."""
    return uuid_utils.compat.uuid7()
