"""A trade that somebody outside proposed, made a plan of ours: it takes the place of analysts, debate and personas.

Each price is read as its distance from the last close, in average true ranges rounded to three decimals:

    price = close + k x ATR          rounded to the tick, and a claim with that formula, which the gate computes again

so a plan's price is within 0.0005 ATR and a tick of the proposed one. What was not proposed comes from the profile of
the most cautious persona that is heard in the regime (as in `levels`): entry, stop and target, and always the risk.
The conviction is `CONVICTION`, shrunk by the record of earlier proposals of the same origin; nobody outside states it.
Prices that make no trade (on the wrong side, too far to be measured so) are `no_decision`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from langgraph.runtime import Runtime

import prompts
from fks_agents.agents.evidence import Abstention, numeric
from fks_agents.agents.levels import ENTRY_BARS, Measured, Profile, level_claim, on_tick
from fks_agents.agents.personas import profile
from fks_agents.agents.recollection import recall, shrunk
from fks_agents.agents.selector import heard
from fks_agents.bars import SECONDS
from fks_agents.contracts import Choice, Claim, Plan, Proposal, Snapshot
from fks_agents.deps import Deps, Node
from fks_agents.settings import Settings
from fks_agents.state import CycleState

CONVICTION = 0.75
"""Before the origin's record: enough for the default `min_conviction`, also after one wrong of one."""

FARTHEST = 9.999
"""Average true ranges between the close and a price; a formula's constant has four digits."""

NAMES = {"tradingview": "TradingView"}


class Level(NamedTuple):
    name: str
    """`entry`, `stop`, `target1`, ..."""
    price: float
    multiple: float
    """Average true ranges from the close; below it where negative."""


def proposal(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    snapshot, deps, proposed = state["snapshot"], runtime.context, state["proposed"]
    lessons = recall(state, deps, proposed.origin)
    conviction, before = shrunk(CONVICTION, lessons, snapshot)
    plan = plan_of(proposed, conviction, snapshot, deps.settings)
    recalled = tuple(lesson.id for lesson in lessons)
    before = before if plan.abstained is None else None
    plan = plan.model_copy(update={"recalled": recalled, "conviction_before": before})
    choice = Choice(persona=proposed.origin, reason=_why(proposed), plan=plan)
    return {"proposals": [plan], "choice": choice}


def plan_of(proposed: Proposal, conviction: float, snapshot: Snapshot, settings: Settings) -> Plan:
    """The plan to trade what was proposed, or `no_decision`."""
    author = proposed.origin
    close, ranges = numeric(snapshot, "close"), numeric(snapshot, "atr_14")
    if close is None or ranges is None or ranges[1] <= 0:
        return _none(author, "no levels without a close and an average true range above zero")
    own = profile(heard(snapshot.regime)[0])
    found = _levels(proposed, own, close[1], ranges[1], settings.tick)
    if isinstance(found, Abstention):
        return _none(author, found.reason)
    measured = Measured(close[0], ranges[0], settings.tick)
    bars = min(ENTRY_BARS, settings.horizon)
    return Plan(
        author=author,
        action=proposed.action,
        conviction=conviction,
        entry=found[0].price,
        stop=found[1].price,
        targets=tuple(level.price for level in found[2:]),
        risk=own.risk,
        horizon=settings.horizon,
        expires_at=snapshot.as_of + timedelta(seconds=bars * SECONDS[snapshot.timeframe]),
        reason=_said(proposed),
        claims=tuple(_claims(author, proposed, found, measured)),
        model="rules",
    )


def _levels(
    proposed: Proposal, own: Profile, close: float, ranges: float, tick: float
) -> tuple[Level, ...] | Abstention:
    """Entry, stop and targets, in this order."""
    way = 1 if proposed.action == "buy" else -1

    def away(price: float) -> float:
        return (price - close) / ranges

    entry = -way * own.entry if proposed.entry is None else away(proposed.entry)
    stop = entry - way * own.stop if proposed.stop is None else away(proposed.stop)
    targets = [away(price) for price in proposed.targets] or [entry + way * own.reward * abs(entry - stop)]
    names = ("entry", "stop", *(f"target{number}" for number in range(1, len(targets) + 1)))
    found = []
    for name, multiple in zip(names, (entry, stop, *targets), strict=True):
        rounded = round(multiple, 3)
        if abs(rounded) > FARTHEST:
            return Abstention(f"the {name} lies {abs(multiple):.4g} average true ranges from the last close {close:g}")
        found.append(Level(name, on_tick(close + rounded * ranges, tick), rounded))
    first, second, *others = (level.price for level in found)
    if min(first, second, *others) <= 0:
        return Abstention(f"expected prices above zero, was {min(first, second, *others):g}")
    if way * (first - second) <= 0:
        return Abstention(f"the stop {second:g} is on the wrong side of the entry {first:g} of a {proposed.action}")
    if wrong := [price for price in others if way * (price - first) <= 0]:
        return Abstention(f"the target {wrong[0]:g} is on the wrong side of the entry {first:g} of a {proposed.action}")
    return tuple(found)


def _claims(author: str, proposed: Proposal, found: Sequence[Level], measured: Measured) -> Iterator[Claim]:
    for level in found:
        yield level_claim(author, level.name, proposed.action, level.price, level.multiple, measured)


def _said(proposed: Proposal) -> str:
    """The plan's reason: code's own words, and no number."""
    given = {"entry": proposed.entry, "stop": proposed.stop, "target": proposed.targets}
    ours = [name for name, price in given.items() if not price]
    named = " and ".join(filter(None, (", ".join(ours[:-1]), *ours[-1:])))
    return f"{NAMES[proposed.origin]} proposes to {proposed.action}" + (f"; {named} by the rules" if ours else "")


def _why(proposed: Proposal) -> str:
    said = f"an alert of {NAMES[proposed.origin]} proposed it; no analyst was asked"
    if proposed.comment is None:
        return said
    return f"{said}. Its comment:\n{prompts.fence('comment', proposed.comment.text)}"


def _none(author: str, reason: str) -> Plan:
    return Plan(author=author, action="no_decision", reason=reason, abstained=reason, model="rules")


_: Node = proposal
