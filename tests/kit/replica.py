"""One more replica of a service, for as long as it rings one timer: no journey waits for a minute."""

from shared.service import flat_of, let_go
from shared.ticker import Ticker
from tests.kit.city import beijing
from tests.kit.flats import dsn_of
from tests.kit.suite import Suite, declared, settings_of


async def rings(suite: Suite, service: str, timer: str) -> int:
    """The timer rings in a replica that stands beside the suite's own in the flats; how many it moved."""
    settings = settings_of(service, dsn_of(suite.admin_dsn, service), suite.keys, suite.issuer)
    flat = flat_of(declared(service), settings, clock=suite.clock, city=beijing())
    try:
        (named,) = (one for one in flat.service.ticks if one.name == timer)
        return await Ticker(flat.store, (named,)).ring(named)
    finally:
        await let_go(flat)
