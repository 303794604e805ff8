"""The limits that people may set while the service runs, and which way is smaller."""

from __future__ import annotations

from typing import Literal, cast, get_args

from fks_agents.settings import Settings
from memory.ledger import Ledger

Limit = Literal[
    "max_position", "max_daily_loss", "max_drawdown", "max_losing_streak", "min_seconds_between_trades",
    "min_conviction",
]  # fmt: skip

LIMITS: tuple[Limit, ...] = get_args(Limit)


def set_here(ledger: Ledger) -> dict[str, float]:
    """What was set beside the settings, as `Settings.having` takes it."""
    return {name: value for name, value in ledger.limits.current().items() if name in LIMITS}


def effective(settings: Settings, ledger: Ledger) -> Settings:
    """The settings that the next decision is admitted with."""
    return settings.having(**changes) if (changes := set_here(ledger)) else settings


def value(settings: Settings, limit: Limit) -> float:
    return cast(float, getattr(settings, limit))


def is_looser(limit: Limit, now: float, wanted: float) -> bool:
    """Whether it allows more risk than now."""
    return wanted > now if limit.startswith("max_") else wanted < now
