"""The life of one round of calling back. A recheck lives by it too, but says only `rechecked`, and that
only when it was made.
"""

from services.survey.domain.model import RoundState
from shared.events import survey as say
from shared.lifecycle.machine import Lifecycle, Move

_OPEN = frozenset({RoundState.SCHEDULED})

ROUND_LIFE = Lifecycle(
    "callback",
    first=RoundState.SCHEDULED,
    moves=(
        Move("skip", _OPEN, RoundState.SKIPPED, say.CallbackSkipped, "the case was not drawn"),
        Move("attempt", _OPEN, None, say.CallbackAttempted, "somebody tried to reach the citizen"),
        Move("complete", _OPEN, RoundState.COMPLETED, say.CallbackCompleted, "the citizen answered"),
        Move(
            "give_up",
            _OPEN,
            RoundState.UNREACHABLE,
            say.CallbackUnreachable,
            "the ladder is used up, the number is wrong, the citizen refused, or the days to answer are over",
        ),
        Move("lapse", _OPEN, RoundState.NOT_DONE, say.CallbackRechecked, "nobody made the check in its days"),
        Move("cancel", _OPEN, RoundState.CANCELLED, say.CallbackCancelled, "the case went on another way"),
    ),
)
