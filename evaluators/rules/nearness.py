"""A plan that somebody outside proposed stands near the real price, with a stop that noise alone does not reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from evaluators.rules._statement import shown
from fks_agents.contracts import Check, Plan, Snapshot
from fks_agents.proposals import Origin

RULE = "nearness"

NEAREST_STOP = 0.25
"""Average true ranges between entry and stop, at least: the nearer the stop, the larger the size."""

FARTHEST_ENTRY = 3.0
"""Average true ranges between the last close and the entry, at most: farther away it is another price's alert."""


def check(plan: Plan, snapshot: Snapshot) -> Iterator[Check]:
    """Nothing for a plan of our own, or one that does not trade."""
    if plan.author not in get_args(Origin) or plan.entry is None or plan.stop is None:
        return
    close, ranges = (snapshot.fact(name, snapshot.timeframe) for name in ("close", "atr_14"))
    if close is None or ranges is None or float(ranges.value) <= 0:
        yield Check(rule=RULE, subject="plan.entry", outcome="unscored", reason="no close or average true range")
        return
    ids = (close.id, ranges.id)
    away = abs(plan.entry - float(close.value)) / float(ranges.value)
    yield Check(
        rule=RULE, subject="plan.entry", outcome="pass" if away <= FARTHEST_ENTRY else "fail", fact_ids=ids,
        reason=f"the entry {shown(plan.entry)} is {away:.2f} average true ranges from the last close "
        f"{shown(float(close.value))}; expected at most {FARTHEST_ENTRY:g}",
    )  # fmt: skip
    away = abs(plan.entry - plan.stop) / float(ranges.value)
    yield Check(
        rule=RULE, subject="plan.stop", outcome="pass" if away >= NEAREST_STOP else "fail", fact_ids=ids,
        reason=f"the stop {shown(plan.stop)} is {away:.2f} average true ranges from the entry; "
        f"expected at least {NEAREST_STOP:g}",
    )  # fmt: skip
