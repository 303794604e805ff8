"""Wakes what goes by the clock: APScheduler calls each at the time it asked for, and once a minute at the latest.

Nothing about jobs is stored here; whoever is woken looks into the ledger for what is due.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fks_agents.clock import SystemClock
from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

_LOG = logging.getLogger("fks.service")

LOOK = timedelta(seconds=60)
"""Another service on the same ledger may have changed what is due."""

_WALL = SystemClock()
"""APScheduler goes by no other; what is due is told by the clock of whoever is woken."""

_SOON = timedelta(seconds=1)
_AT_ONCE = 2
"""The second one finds that the first is at work, and counts it."""


class Waking:
    """Raises ConfigError where APScheduler is not installed."""

    def __init__(self) -> None:
        self._scheduler = _scheduler()

    def add(self, name: str, wake: Callable[[], None], next_at: Callable[[], datetime]) -> None:
        """Call `wake` at once and whenever `next_at` says, in a thread of its own."""
        self._scheduler.add_job(
            _guarded(name, wake), _trigger(next_at), id=name, coalesce=True, max_instances=_AT_ONCE,
            misfire_grace_time=None, next_run_time=_WALL.now(),
        )  # fmt: skip

    def now(self, name: str) -> None:
        self._scheduler.modify_job(name, next_run_time=_WALL.now())

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for what was woken."""
        self._scheduler.shutdown(wait=True)


def _scheduler() -> BackgroundScheduler:
    try:
        from apscheduler.schedulers.background import BackgroundScheduler
    except ModuleNotFoundError as error:
        raise ConfigError("the scanner needs apscheduler: pip install 'fks-agents[serve]'") from error
    # Its own lines repeat what the runs in the ledger say.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return BackgroundScheduler(timezone=UTC)


def _trigger(next_at: Callable[[], datetime]) -> Any:
    from apscheduler.triggers.base import BaseTrigger

    class Asking(BaseTrigger):  # type: ignore[misc]
        def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
            del previous_fire_time
            try:
                wanted = next_at()
            except Exception:  # a ledger that does not answer is asked again
                _LOG.exception("what is due could not be told")
                wanted = now + LOOK
            return min(max(wanted, now + _SOON), now + LOOK)

    return Asking()


def _guarded(name: str, wake: Callable[[], None]) -> Callable[[], None]:
    def woken() -> None:
        try:
            wake()
        except Exception:
            _LOG.exception("%s broke off; it is woken again", name)

    return woken
