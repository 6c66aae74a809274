"""外呼平台: the provider's machine that rings citizens, and tells by signed webhooks what they pressed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.survey.domain.signatures import HEADER, Signatures
from tests.kit.suite import Suite


@dataclass(frozen=True, slots=True)
class VoiceProvider:
    """Whoever rings citizens by machine; what it says counts only when it holds survey's secret."""

    client: httpx.AsyncClient
    signatures: Signatures

    @classmethod
    def of(cls, suite: Suite, *, secret: bytes | None = None) -> "VoiceProvider":
        """The suite's own, or somebody who signs with another secret."""
        known = (suite.keys / "survey" / "gateway.key").read_bytes()
        return cls(suite.town.clients["survey"], Signatures(secret or known))

    async def tells(
        self, callback_id: str, keys: str | None, *, event: str, ago: timedelta = timedelta()
    ) -> tuple[int, Any]:
        """Which keys were pressed, None when nobody took the call; the status, and the outcome or the reason.

        `ago`: the signature is one that somebody kept for so long.
        """
        told = {"event_id": f"{event}-{callback_id}", "callback_id": callback_id, "keys": keys}
        body = json.dumps(told).encode()
        # Signatures follow the machine's own time, as tokens do.
        signed = self.signatures.write(body, at=datetime.now(UTC) - ago)
        headers = {HEADER: signed, "Content-Type": "application/json"}
        answer = await self.client.post("/v1/webhooks/keys", content=body, headers=headers)
        said = answer.json()
        return answer.status_code, said.get("outcome") or said["reason"]
