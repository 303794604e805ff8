"""The threads that watch and send. None of them holds anything up: a decision never waits for a message."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from fks_agents.service.notices.sending import Sender, Tallies
from fks_agents.service.notices.watching import Watcher
from fks_agents.settings import Settings
from graphs.desk import Desk
from tools.alerts import Channel, open_channel

_LOG = logging.getLogger("fks.alerts")

_EVERY = 1.0
"""Seconds between two looks."""

_LONGEST = 60.0
"""Seconds between two looks of which the last one broke off."""

_PATIENCE = 3.0
"""Seconds that a stop waits for a message under way; what is cut off is taken up again as one that may have arrived."""


def open_channels(settings: Settings) -> dict[str, Channel]:
    """Every address that is set up, by a name without a secret; raises ConfigError where one cannot be an address."""
    return {
        f"{number}-{_scheme(url)}": open_channel(url) for number, url in enumerate(settings.service_alerts, start=1)
    }


class Notifier:
    def __init__(self, desk: Desk, settings: Settings, channels: dict[str, Channel], tallies: Tallies) -> None:
        self._stopped = Event()
        self._watcher = Watcher(desk, settings.service_daily_at, ZoneInfo(settings.service_daily_zone))
        self._senders = [
            Sender(
                name, channel, desk.ledger.notices, desk.clock, tallies, settings.service_alerts_rate,
                settings.service_alerts_for, self._stopped,
            )
            for name, channel in channels.items()
        ]  # fmt: skip
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Call it before anything is taken on that was left unfinished. Without an address nothing is watched."""
        if not self._senders:
            return
        for sender in self._senders:
            sender.begin()
        self._watcher.started()
        for name, work in [("watcher", self._watcher.look), *((sender.name, sender.step) for sender in self._senders)]:
            thread = Thread(target=self._repeat, args=(name, work), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _repeat(self, name: str, work: Callable[[], object]) -> None:
        pause = _EVERY
        while not self._stopped.wait(pause):
            try:
                work()
                pause = _EVERY
            except Exception:
                if self._stopped.is_set():  # the ledger closes soon after
                    return
                pause = min(2.0 * pause, _LONGEST)
                _LOG.exception("%s broke off; it is repeated in %g s", name, pause)


def _scheme(url: SecretStr) -> str:
    return url.get_secret_value().partition("://")[0][:20]
