"""What a factory says of a parameter that does not fit."""

from __future__ import annotations

from fks_agents.errors import UsageError


def at_least(least: float, **given: float) -> None:
    """Raise UsageError naming the first parameter below `least` (NaN included)."""
    for name, value in given.items():
        if not value >= least:
            raise UsageError(f"{name} must be at least {least:g}, was {value!r}")


def above(floor: float, **given: float) -> None:
    """Raise UsageError naming the first parameter not above `floor` (NaN included)."""
    for name, value in given.items():
        if not value > floor:
            raise UsageError(f"{name} must be above {floor:g}, was {value!r}")


def between(low: float, high: float, **given: float) -> None:
    """Raise UsageError naming the first parameter outside `low`..`high`."""
    for name, value in given.items():
        if not low <= value <= high:
            raise UsageError(f"{name} must be from {low:g} to {high:g}, was {value!r}")
