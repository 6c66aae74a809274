"""Visits, inspections and tracks as rows: written once."""

from services.grid.domain.rounds import Inspection, Track, Visit
from services.grid.store.tables import INSPECTIONS, TRACKS, VISITS
from shared.events.grid_rounds import TrackRecorded
from shared.kernel.ids import InspectionId, VisitId
from shared.store import bulk
from shared.store.repository import Knock, Repository
from shared.store.shape import Shape

SHAPE = Shape(Track, TRACKS)


class VisitRepository(Repository[VisitId, Visit]):
    AGGREGATE = "visit"
    MODEL = Visit
    TABLE = VISITS
    KEY = "visit_id"


class InspectionRepository(Repository[InspectionId, Inspection]):
    AGGREGATE = "inspection"
    MODEL = Inspection
    TABLE = INSPECTIONS
    KEY = "inspection_id"


class TrackRows:
    """The `Tracks` of the ports: nothing is ever read back to be decided on."""

    def __init__(self, work: Knock) -> None:
        self._work = work
        self._fresh: list[Track] = []

    def keep(self, track: Track, said: TrackRecorded) -> None:
        self._work.say("track", str(track.track_id), 0, (said,))
        self._fresh.append(track)

    async def flush(self) -> None:
        """Write what was kept, into the month by the database's clock."""
        rows = [SHAPE.to_row(track) for track in self._fresh]
        self._fresh.clear()
        await bulk.insert(self._work.connection, TRACKS, rows)
