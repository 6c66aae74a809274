"""What grid workers tell, sealed under the ring that intake has too: grid holds no key to citizens' words."""

from services.grid.domain.incident import Incident, Telling, read_telling
from shared.kernel.ids import IncidentId
from shared.sealing.ring import Ring


class WordSeals:
    """The `Seals` of the ports."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def seal_telling(self, key: IncidentId, told: Telling) -> str:
        return self._ring.seal(told.plain(), context=f"incident:{key}")

    def open_telling(self, incident: Incident) -> Telling:
        return read_telling(
            self._ring.open(incident.sealed_words, context=f"incident:{incident.incident_id}")
        )

    def seal_evidence(self, key: IncidentId, evidence: str) -> str:
        return self._ring.seal(evidence.encode(), context=f"incident.evidence:{key}")

    def open_evidence(self, incident: Incident) -> str | None:
        if incident.sealed_evidence is None:
            return None
        context = f"incident.evidence:{incident.incident_id}"
        return self._ring.open(incident.sealed_evidence, context=context).decode()

    def seal_words(self, place: str, words: str) -> str:
        return self._ring.seal(words.encode(), context=place)

    def open_words(self, place: str, sealed: str) -> str:
        return self._ring.open(sealed, context=place).decode()
