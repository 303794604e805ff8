"""What somebody outside proposes to trade, as it is kept with the decision about it."""

from __future__ import annotations

from typing import Literal

from fks_agents.outside import Document
from fks_agents.vocabulary import Contract, Positive, Side, Utc

Origin = Literal["tradingview"]


class Proposal(Contract):
    """Prices and nothing else: size, conviction, mode and approval are the desk's own."""

    origin: Origin
    alert: str
    """Its id, as it was sent or made; text from outside."""
    action: Side
    entry: Positive | None = None
    """Limit price; None leaves it to the rules, as with the other two."""
    stop: Positive | None = None
    targets: tuple[Positive, ...] = ()
    proposed_at: Utc
    """When the alert says it was raised."""
    comment: Document | None = None
    """Text from outside: shown between markers, and read by nobody who decides."""
