"""How a decision ended, once enough later bars have closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import numpy as np

from fks_agents.bars import Bars, moment, nanoseconds
from fks_agents.contracts import Cycle, Fill, Plan, Result


def result_of(cycle: Cycle, later: Bars, fills: Sequence[Fill], horizon: int) -> Result | None:
    """The result, or None while the decision is still open.

    `later` are the bars closed after `cycle.as_of`; `fills` those of this decision. A trade ends when its exit has
    filled what its entry filled, or when an unfilled entry expires; every other decision ends `horizon` bars later.
    """
    if cycle.snapshot is None:
        return None
    if cycle.status not in ("working", "filled"):
        return _measured(cycle, later, _close_of(later, horizon), "not_traded", 0.0)
    entered = [fill for fill in fills if fill.leg == "entry"]
    left = [fill for fill in fills if fill.leg != "entry"]
    if entered and left and np.isclose(_quantity(entered), _quantity(left), rtol=1e-9):
        return _measured(cycle, later, max(fill.at for fill in left), _kind(left[-1]), profit([*entered, *left]))
    plan = cycle.plan
    if not entered and plan is not None and plan.expires_at is not None and len(later):
        expired = int(np.searchsorted(later.closed, nanoseconds(plan.expires_at), side="left"))
        if expired < len(later):
            return _measured(cycle, later, moment(later.closed[expired]), "expired", 0.0)
    return None


def _close_of(later: Bars, count: int) -> datetime | None:
    return moment(later.closed[count - 1]) if len(later) >= count else None


def _measured(
    cycle: Cycle,
    later: Bars,
    ended_at: datetime | None,
    kind: Literal["target", "stop", "horizon", "expired", "not_traded"],
    profit: float,
) -> Result | None:
    if ended_at is None or cycle.snapshot is None:
        return None
    price = float(later.until(ended_at).close[-1])
    return Result(
        decision_id=cycle.id,
        symbol=cycle.symbol,
        ended_at=ended_at,
        kind=kind,
        profit=profit,
        r_multiple=_r_multiple(cycle, profit),
        market_return=price / cycle.snapshot.price - 1.0,
    )


def _quantity(fills: Sequence[Fill]) -> float:
    return sum(fill.quantity for fill in fills)


def profit(fills: Sequence[Fill]) -> float:
    """Cash received less cash paid and fees, in account currency."""
    return sum(
        (fill.quantity * fill.price if fill.side == "sell" else -fill.quantity * fill.price) - fill.fee
        for fill in fills
    )


def _kind(exit_fill: Fill) -> Literal["target", "stop", "horizon"]:
    if exit_fill.leg == "entry":
        raise ValueError("an entry is no exit")
    return exit_fill.leg


def _r_multiple(cycle: Cycle, profit: float) -> float:
    plan: Plan | None = cycle.plan
    if profit == 0.0 or cycle.sized is None or plan is None or plan.entry is None or plan.stop is None:
        return 0.0
    # A person may have let less go than the limits allowed.
    ordered = next((order.quantity for order in cycle.orders if order.leg == "entry"), cycle.sized.quantity)
    return profit / (ordered * abs(plan.entry - plan.stop))
