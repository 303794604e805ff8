"""What both engines check before anything moves: settings, bars in columns, and saved states."""

from __future__ import annotations

from math import isfinite
from operator import index
from typing import TYPE_CHECKING, Any

from execution_core.records import KINDS, LIMIT_FILLS, LIMIT_GAPS, PATHS, SIDES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATE_FORMAT = 1
ORDER_FIELDS = (
    "order_id", "entry_id", "kind", "leg", "side", "is_working", "is_reduce_only", "quantity", "price", "trail",
    "activation", "starts_at", "extreme", "starts", "expires", "bars_left",
)  # fmt: skip
"""Columns of a saved order."""
ACCOUNT_FIELDS = (
    "cash", "position", "average_price", "realised", "fees", "mark", "clock", "bars", "ambiguous_bars", "next_id",
)  # fmt: skip


def checked_settings(
    cash: float,
    path: str,
    limit_fill: str,
    limit_gap: str,
    maker_fee: float,
    taker_fee: float,
    slippage: float,
    tick: float,
    lot: float,
    min_notional: float,
) -> dict[str, Any]:
    """The settings by name; raises ValueError naming the first that does not fit."""
    words = (("path", path, PATHS), ("limit_fill", limit_fill, LIMIT_FILLS), ("limit_gap", limit_gap, LIMIT_GAPS))
    for name, word, known in words:
        if word not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, was {word!r}")
    if not isfinite(cash):
        raise ValueError(f"cash must be finite, was {cash!r}")
    shares = {"maker_fee": maker_fee, "taker_fee": taker_fee, "slippage": slippage}
    for name, share in shares.items():
        if not 0.0 <= share < 1.0:
            raise ValueError(f"{name} must lie in [0, 1), was {share!r}")
    steps = {"tick": tick, "lot": lot, "min_notional": min_notional}
    for name, step in steps.items():
        if not (isfinite(step) and step >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {step!r}")
    if limit_fill == "through" and tick == 0.0:
        raise ValueError("limit_fill through needs a tick, was 0")
    return {
        "cash": float(cash), "path": path, "limit_fill": limit_fill, "limit_gap": limit_gap,
        **{name: float(value) for name, value in (*shares.items(), *steps.items())},
    }  # fmt: skip


def check_request(
    clock: int,
    mark: float,
    kind: str,
    side: str,
    quantity: float,
    price: float,
    stop: float,
    target: float,
    trail: float,
    activation: float,
    horizon: int,
    starts: int,
    expires: int,
    reduce_only: bool,  # noqa: FBT001
) -> None:
    """Raise ValueError naming what about an order does not fit, or what does not fit together."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, was {kind!r}")
    if side not in SIDES:
        raise ValueError(f"side must be one of {', '.join(SIDES)}, was {side!r}")
    if not (isfinite(quantity) and quantity > 0.0):
        raise ValueError(f"quantity must be finite and positive, was {float(quantity)!r}")
    levels = (("price", price), ("stop", stop), ("target", target), ("trail", trail), ("activation", activation))
    for name, level in levels:
        if not (isfinite(level) and level >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {float(level)!r}")
    for name, count in (("horizon", horizon), ("starts", starts), ("expires", expires)):
        if index(count) < 0:
            raise ValueError(f"{name} must not be negative, was {count}")
    if expires and expires <= max(clock, starts):
        raise ValueError(f"expires must be later than the clock {clock} and starts {starts}, was {expires}")
    if kind == "trail" and mark == 0.0:
        raise ValueError("a trail order needs a bar seen before it")
    has_legs = bool(stop or target or horizon or (trail and kind != "trail"))
    _check_combination(kind, price, trail, activation, reduces=reduce_only or kind == "trail", has_legs=has_legs)


def _check_combination(
    kind: str, price: float, trail: float, activation: float, *, reduces: bool, has_legs: bool
) -> None:
    if kind == "market" and price != 0.0:
        raise ValueError(f"a market order has no price, was {float(price)!r}")
    if kind in ("limit", "stop") and price == 0.0:
        raise ValueError(f"a {kind} order needs a price")
    if kind == "trail" and trail == 0.0:
        raise ValueError("a trail order needs a trail")
    if activation != 0.0 and trail == 0.0:
        raise ValueError("activation needs a trail")
    if reduces and has_legs:
        raise ValueError("a trail or reduce-only order has no legs of its own")


def checked_state(state: object) -> dict[str, Any]:
    """The state as saved by `export`; raises ValueError where it is of another format or lacks a part."""
    if not isinstance(state, dict) or state.get("format") != STATE_FORMAT:
        found = state.get("format") if isinstance(state, dict) else type(state).__name__
        raise ValueError(f"expected an engine state of format {STATE_FORMAT}, was {found!r}")
    missing = sorted({"settings", "account", "orders", "events"} - set(state))
    lacking = sorted(set(ACCOUNT_FIELDS) - set(state.get("account", ())))
    if missing or lacking:
        raise ValueError(f"engine state lacks {', '.join(missing + lacking)}")
    for row in state["orders"]:
        if len(row) != len(ORDER_FIELDS):
            raise ValueError(f"a saved order must have {len(ORDER_FIELDS)} fields, had {len(row)}")
    return state


def checked_columns(clock: int, **columns: object) -> list[NDArray[Any]]:
    """Opened, closed, open, high, low, close as arrays; raises ValueError naming the column, row and value that does
    not fit: wrong dtype or shape, not finite or positive, an order of time or price that cannot be."""
    import numpy as np

    arrays: list[NDArray[Any]] = []
    for name, values in columns.items():
        wanted = np.int64 if name in ("opened", "closed") else np.float64
        if not isinstance(values, np.ndarray) or values.dtype != wanted or values.ndim != 1:
            said = f"{values.dtype} {values.shape}" if isinstance(values, np.ndarray) else type(values).__name__
            raise ValueError(f"{name} must be a one-dimensional array of {np.dtype(wanted)}, was {said}")
        arrays.append(np.ascontiguousarray(values))
    for name, array in zip(columns, arrays, strict=True):
        if len(array) != len(arrays[0]):
            raise ValueError(f"{name} must have {len(arrays[0])} values as opened has, had {len(array)}")
    if len(arrays[0]) == 0:
        raise ValueError("bars must not be empty")
    _check_values(clock, *arrays)
    return arrays


def _check_values(
    clock: int,
    opened: NDArray[np.int64],
    closed: NDArray[np.int64],
    open_: NDArray[np.float64],
    high: NDArray[np.float64],
    low: NDArray[np.float64],
    close: NDArray[np.float64],
) -> None:
    import numpy as np

    def refuse(bad: NDArray[np.bool_], what: str, values: NDArray[Any]) -> None:
        if bad.any():
            row = int(bad.argmax())
            raise ValueError(f"row {row}: {what}, was {values[row].item()!r}")

    for name, values in (("open", open_), ("high", high), ("low", low), ("close", close)):
        refuse(~(np.isfinite(values) & (values > 0.0)), f"{name} must be finite and positive", values)
    refuse(high < np.maximum(open_, close), "high must not lie below open or close", high)
    refuse(low > np.minimum(open_, close), "low must not lie above open or close", low)
    refuse(closed <= opened, "closed must be later than opened", closed)
    before = np.concatenate([np.array([clock], dtype=np.int64), closed[:-1]])
    refuse(opened < before, "opened must not be earlier than the last close seen", opened)
