"""What an engine tells: events and open orders; and the words it uses, in the order of their codes."""

from __future__ import annotations

from typing import NamedTuple

KINDS = ("market", "limit", "stop", "trail")
SIDES = {"buy": 1, "sell": -1}
LEGS = ("entry", "stop", "target", "horizon")
"""`entry` is every order that was placed itself; the others come with it and only ever reduce what it opened."""
EVENTS = ("filled", "cancelled", "expired", "rejected")
PATHS = ("pessimistic", "ohlc", "olhc", "adaptive")
LIMIT_FILLS = ("touch", "through")
LIMIT_GAPS = ("improve", "at_limit")
REASONS = (
    "",
    "sibling_filled",
    "position_closed",
    "entry_ended",
    "nothing_to_reduce",
    "asked",
    "below_lot",
    "below_min_notional",
)
"""Why an order ended without a fill. A rejected order is answered with minus its reason's index."""
LEG_IDS = 4
"""Ids a bracket takes: its entry n, stop n + 1, target n + 2, horizon n + 3, whichever of them there are."""


class OrderEvent(NamedTuple):
    what: str
    order_id: int
    entry_id: int
    """Of a leg, the order it came with; else 0."""
    leg: str
    side: str
    quantity: float
    price: float
    """After slippage; 0 where nothing filled."""
    fee: float
    realised: float
    """Profit this fill realised on the position, before fees."""
    at: int
    """Close of the bar it happened in, ns; of a command, the engine's clock."""
    is_ambiguous: bool
    """Another order of events inside the bar would have ended differently."""
    reason: str


class OpenOrder(NamedTuple):
    order_id: int
    entry_id: int
    leg: str
    kind: str
    side: str
    is_working: bool
    """False for a leg whose entry has not filled."""
    quantity: float
    price: float
    """Limit, or present stop level; 0 where there is none yet."""
    starts: int
    expires: int
    bars_left: int
    is_reduce_only: bool
