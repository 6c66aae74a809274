"""移交: from grid's fact to what intake takes down, and to the attachment it becomes."""

import json
from datetime import UTC, datetime

from services.intake.consumer import registration
from services.intake.domain.attachments import AttachmentId, Handover, UploadState
from shared.events.envelope import decode
from shared.events.grid import IncidentEscalated
from shared.files.media import Measured, MediaKind
from shared.kernel.ids import CaseId, new_id
from tests.kit.facts import a_fact, an_envelope

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def heard(**more: object) -> IncidentEscalated:
    """As it comes from the bus."""
    fact = a_fact(IncidentEscalated)
    said = {**json.loads(fact.model_dump_json(exclude={"photos"})), **more}
    found = decode(an_envelope(fact).headers(), json.dumps(said).encode()).fact
    assert isinstance(found, IncidentEscalated)
    return found


def test_the_photos_of_an_incident_are_those_it_names_in_their_order() -> None:
    assert registration(heard(photos=["ab/2", "ab/1"])).photos == ("ab/2", "ab/1")


def test_an_incident_told_before_photos_were_has_none() -> None:
    assert registration(heard()).photos == ()


def test_a_copy_is_the_case_s_own_attachment_and_says_nothing_of_who_took_it() -> None:
    key, case_id = AttachmentId(new_id()), CaseId(new_id())
    one = Handover(key, case_id, "ab/grid", "cd/intake", AT)
    made = one.attachment(Measured(MediaKind.IMAGE, "image/png", 7, 3, 2, "digest"))
    assert (made.attachment_id, made.case_id, made.object_name) == (key, case_id, "cd/intake")
    assert (made.kind, made.media_type, made.bytes) == (MediaKind.IMAGE, "image/png", 7)
    assert (made.width, made.height, made.sha256, made.created_at) == (3, 2, "digest", AT)
    assert (made.uploaded_by, made.state) == ("", UploadState.KEPT)
