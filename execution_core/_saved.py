"""What a saved engine consists of, and what a state must have to be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from execution_core.records import EVENTS, KINDS, LEGS, REASONS, TIFS, OrderEvent

STATE_FORMAT = 2
ORDER_FIELDS = (
    "order_id", "entry_id", "kind", "leg", "side", "tif", "is_working", "is_reduce_only", "is_target", "quantity",
    "price", "limit", "distance", "fraction", "trail", "activation", "starts_at", "extreme", "starts", "expires",
    "bars_left", "group",
)  # fmt: skip
"""Columns of a saved order."""
ACCOUNT_FIELDS = (
    "cash", "position", "average_price", "realised", "fees", "funding", "bid", "ask", "entry_fees", "variance",
    "returns", "opened_at", "carried_at", "clock", "bars",
    "ambiguous_bars", "next_id",
)  # fmt: skip
GUARD_FIELDS = (
    "began_with", "peak", "day_began_with", "last_equity", "day", "streak", "minute", "orders_in_minute", "last_entry",
    "closing_until", "is_hasty", "tripped_at", "tripped_by",
)  # fmt: skip


def checked_state(state: object) -> dict[str, Any]:
    """The state as saved by `export`; raises ValueError where it is of another format or lacks a part."""
    if not isinstance(state, dict) or state.get("format") != STATE_FORMAT:
        found = state.get("format") if isinstance(state, dict) else type(state).__name__
        raise ValueError(f"expected an engine state of format {STATE_FORMAT}, was {found!r}")
    missing = sorted({"settings", "account", "guard", "orders", "events"} - set(state))
    lacking = sorted(set(ACCOUNT_FIELDS) - set(state.get("account", ())))
    lacking += sorted(set(GUARD_FIELDS) - set(state.get("guard", ())))
    if missing or lacking:
        raise ValueError(f"engine state lacks {', '.join(missing + lacking)}")
    for row in state["orders"]:
        if len(row) != len(ORDER_FIELDS):
            raise ValueError(f"a saved order must have {len(ORDER_FIELDS)} fields, had {len(row)}")
        _check_order(dict(zip(ORDER_FIELDS, row, strict=True)))
    for row in state["events"]:
        if len(row) != len(OrderEvent._fields):
            raise ValueError(f"a saved event must have {len(OrderEvent._fields)} fields, had {len(row)}")
        _check_words("event", OrderEvent(*row)._asdict(), {"what": EVENTS, "leg": LEGS, "reason": REASONS})
    for part, fields in (("account", ACCOUNT_FIELDS), ("guard", GUARD_FIELDS)):
        _check_numbers(part, {name: state[part][name] for name in fields if name != "tripped_by"})
    _check_words("guard", state["guard"], {"tripped_by": REASONS})
    return state


def _check_order(order: dict[str, Any]) -> None:
    _check_words("order", order, {"kind": KINDS, "leg": LEGS, "tif": TIFS, "side": (-1, 0, 1)})
    _check_numbers("order", {name: value for name, value in order.items() if name not in ("kind", "leg", "tif")})
    for name in ("quantity", "price", "limit", "distance", "fraction", "trail", "activation"):
        if order[name] < 0.0:
            raise ValueError(f"{name} of a saved order must not be negative, was {order[name]!r}")


def _check_words(what: str, values: Mapping[str, Any], known: Mapping[str, Sequence[object]]) -> None:
    for name, words in known.items():
        if values[name] not in words:
            raise ValueError(
                f"{name} of a saved {what} must be one of {', '.join(map(str, words))}, was {values[name]!r}"
            )


def _check_numbers(what: str, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if not isinstance(value, int | float) or not isfinite(value) or abs(value) >= 2.0**63:
            raise ValueError(f"{name} of a saved {what} must be a finite number, was {value!r}")
