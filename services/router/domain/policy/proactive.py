"""未诉先办: what numbers found becomes a case that nobody had to ask for."""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain.records import HotspotWork
from services.router.domain.words import StatedPlace, Words
from shared.city.city import City
from shared.events import router as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId


def words_of(cmd: do.TakeUpHotspot, city: City) -> Words:
    """What the unit reads. The category is stated beside it and not left to be read out of this."""
    kind = city.categories.by_code.get(cmd.category)
    text = (
        f"未诉先办：{city.units.name_of(cmd.unit)}最近{cmd.days}天“{kind.zh if kind else cmd.category}”"
        f"类诉求{cmd.cases}件，预期{cmd.expected:.1f}件，明显增多。请到现场排查原因，主动办理。"
    )
    return Words(text, places=(StatedPlace("site", cmd.unit),))


def take_up(
    cmd: do.TakeUpHotspot, case_id: CaseId, sealed_words: str, *, at: datetime
) -> Decision[HotspotWork]:
    """Proactive work: counted apart, and dispatched by the same list as everything else."""
    fact = say.HotspotTakenUp(
        case_id=case_id, hotspot_id=cmd.hotspot_id, category=cmd.category, sealed_words=sealed_words
    )
    return Decision(HotspotWork(cmd.hotspot_id, case_id, cmd.unit, cmd.category, at), (fact,))
