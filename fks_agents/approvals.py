"""Who let an order go, or did not."""

from __future__ import annotations

from typing import Literal

from fks_agents.vocabulary import Contract, NonNegative, Positive, Utc


class Approval(Contract):
    status: Literal["not_needed", "pending", "approved", "rejected", "expired", "halted"]
    by: str
    """`policy`, `halt`, `time`, or the person's name."""
    at: Utc
    """Of a person's answer, by the clock on the wall; else the decision's own moment."""
    reason: str
    as_of: Utc | None = None
    """Of a person's approval: the moment of the market it was given at. The order is placed then."""
    price: Positive | None = None
    """Of a person's approval: the close it was checked against."""
    quantity: NonNegative | None = None
    """Of a person's approval: what may be ordered, never more than the size; None leaves the size."""
