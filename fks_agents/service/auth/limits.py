"""How often one caller may ask: by address before signing in, by name afterwards."""

from __future__ import annotations

from math import ceil
from time import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from fks_agents.service.problems import Problem


class Limiter:
    """One window of one kind of request, in this process."""

    def __init__(self, rate: str) -> None:
        """`rate` as `10/minute`."""
        self._rate: RateLimitItem = parse(rate)
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def hit(self, caller: str) -> None:
        """Raises Problem 429 with the seconds to wait."""
        if not self._window.hit(self._rate, caller):
            reset = self._window.get_window_stats(self._rate, caller).reset_time
            wait = {"Retry-After": str(max(ceil(reset - time()), 1))}
            raise Problem(429, f"at most {self._rate}; wait a little", headers=wait)
