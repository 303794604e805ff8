"""What a saved engine consists of, and what a state must have to be one."""

from __future__ import annotations

from typing import Any

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
    return state
