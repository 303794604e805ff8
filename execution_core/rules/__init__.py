"""What an account must keep to, as data: circuit breakers, limits of a prop firm, the end of its day.

Each TOML file here is a set of rules of the file's name; a file of your own is loaded by its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

KNOWN: Mapping[str, float | int | bool | str] = {
    "daily_loss": 0.0,  # fraction of the equity the day began with
    "daily_loss_amount": 0.0,  # the same in account currency
    "drawdown": 0.0,  # fraction below the highest equity, or below the first
    "drawdown_from": "peak",  # peak: trailing; start: static
    "losing_streak": 0,  # closed trades
    "position": 0.0,  # units: beyond it the breaker trips
    "contracts": 0.0,  # units: an order that would lead beyond it is refused
    "orders_per_minute": 0,
    "seconds_between_trades": 0.0,
    "volatility": 0.0,  # of the returns from close to close, of about the last 20 bars
    "stale_seconds": 0.0,  # without data
    "cutoff_minutes": 0,  # before the day ends, from which on all is flat; 0: round the clock
    "flatten": False,  # a breaker that trips also closes positions
}
"""Every rule, as it is where it is not set."""


def names() -> tuple[str, ...]:
    from pathlib import Path

    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.toml")))


def load(name: str | Path) -> dict[str, Any]:
    """The rules of that name, or of the TOML file at that path; raises ValueError naming what does not fit."""
    import tomllib
    from pathlib import Path

    path = Path(name) if isinstance(name, Path) or name.endswith(".toml") else Path(__file__).parent / f"{name}.toml"
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"rules must be one of {', '.join(names())} or a TOML file, was {str(name)!r}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as TOML: {error}") from error
    return checked(told)


def checked(rules: Mapping[str, object] | None) -> dict[str, Any]:
    """The rules that are set; raises ValueError naming one that is unknown or does not fit."""
    if rules is None:
        return {}
    unknown = sorted(set(rules) - set(KNOWN))
    if unknown:
        raise ValueError(f"expected rules among {', '.join(KNOWN)}, was {unknown[0]!r}")
    fitting = {name: _fitting(name, rules[name], usual) for name, usual in KNOWN.items() if name in rules}
    return {name: value for name, value in fitting.items() if value != KNOWN[name]}


def _fitting(name: str, value: object, usual: float | str) -> float | str:
    if isinstance(usual, str):
        if value not in ("peak", "start"):
            raise ValueError(f"{name} must be one of peak, start, was {value!r}")
        return str(value)
    if isinstance(usual, bool):
        if value is not True and value is not False:
            raise ValueError(f"{name} must be true or false, was {value!r}")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be a number, finite and not negative, was {value!r}")
    if isinstance(usual, int) and int(value) != value:
        raise ValueError(f"{name} must be whole, was {value!r}")
    return type(usual)(value)
