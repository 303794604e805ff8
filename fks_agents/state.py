"""What one running cycle knows, in the order it learns it."""

from __future__ import annotations

import operator
from datetime import datetime
from typing import Annotated

from typing_extensions import TypedDict

from fks_agents.contracts import (
    Approval,
    Choice,
    Lesson,
    OrderIntent,
    Plan,
    Proposal,
    Receipt,
    Report,
    Research,
    Sized,
    Snapshot,
    Timeframe,
    Turn,
    Verdict,
)


class CycleState(TypedDict, total=False):
    """The graph's state. Only lists that grow have reducers; nothing is overwritten."""

    id: str
    symbol: str
    timeframe: Timeframe
    as_of: datetime
    proposed: Proposal
    """What the decision is about, where somebody outside proposed a trade: no analyst is asked then."""
    snapshot: Snapshot
    stopped: str
    """Why the cycle ended before anyone spoke: data too poor, feed missing."""
    research: Research
    reports: Annotated[list[Report], operator.add]
    debate: Annotated[list[Turn], operator.add]
    draft: Plan
    proposals: Annotated[list[Plan], operator.add]
    choice: Choice
    sized: Sized
    verdict: Verdict
    approval: Approval
    orders: list[OrderIntent]
    receipts: list[Receipt]
    lessons: list[Lesson]
