"""The loop that runs timers."""

from shared.ticker.ticker import Ticker
from shared.ticker.timer import Timer

__all__ = ["Ticker", "Timer"]
