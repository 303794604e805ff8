"""The limits that people set while desks are at work: every decision that is admitted keeps to them, whoever asks.

The newest word on a limit stands in place of the setting; what is asked for one decision alone may only be stricter.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

from fks_agents.settings import Settings
from memory.ledger import Ledger

Limit = Literal[
    "max_position", "max_daily_loss", "max_drawdown", "max_losing_streak", "min_seconds_between_trades",
    "min_conviction",
]  # fmt: skip

LIMITS: tuple[Limit, ...] = get_args(Limit)


def set_here(ledger: Ledger) -> dict[Limit, float]:
    """What was set beside the settings, as `Settings.having` takes it."""
    current = ledger.limits.current()
    return {name: current[name] for name in LIMITS if name in current}


def effective(settings: Settings, ledger: Ledger, **asked: object) -> Settings:
    """The settings that the next decision is admitted with, which may ask for some of its own."""
    changes = asked | {
        name: limit
        for name, limit in set_here(ledger).items()
        if name not in asked or is_looser(name, limit, cast(float, asked[name]))
    }
    return settings.having(**changes) if changes else settings


def tightened(settings: Settings, ledger: Ledger) -> Settings:
    """Settings of a decision that was admitted before, with what has become stricter since."""
    stricter = {
        name: limit for name, limit in set_here(ledger).items() if is_looser(name, limit, value(settings, name))
    }
    return settings.having(**stricter) if stricter else settings


def value(settings: Settings, limit: Limit) -> float:
    return cast(float, getattr(settings, limit))


def is_looser(limit: Limit, now: float, wanted: float) -> bool:
    """Whether it allows more risk than now."""
    return wanted > now if limit.startswith("max_") else wanted < now
