"""What is done by the clock: the loop that runs timers, and the one that collects garbage."""

from shared.ticker.ticker import Ticker
from shared.ticker.timer import Timer

__all__ = ["Ticker", "Timer"]
