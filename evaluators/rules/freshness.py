"""Nothing is newer than the moment of the decision, and the last bar is not stale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from evaluators.rules._statement import shown
from fks_agents.bars import SECONDS
from fks_agents.contracts import Check, Outcome, Snapshot, Timeframe

RULE = "freshness"
OLDEST_DAILY = timedelta(days=4)
"""A close before a long weekend is at most that old just before the next one."""
OLDEST_WEEKLY = timedelta(days=11)
OLDEST_BARS = 5
"""Of intraday bars; hours of Saturday and Sunday (UTC) are not counted."""


def check(snapshot: Snapshot) -> Iterator[Check]:
    yield from _nothing_newer(snapshot)
    closed = [fact for fact in snapshot.facts if fact.timeframe == snapshot.timeframe]
    if not closed:
        yield _check("bars", "unscored", f"no fact on {snapshot.timeframe}; cannot tell how old the last bar is")
        return
    last = max(fact.as_of for fact in [fact for fact in closed if fact.name == "close"] or closed)
    age, allowed = _age(last, snapshot.as_of, snapshot.timeframe), _allowed(snapshot.timeframe)
    yield _check(
        "bars",
        "pass" if age <= allowed else "fail",
        f"the last {snapshot.timeframe} bar closed {last.isoformat()}, {_told(age)} before as_of; "
        f"at most {_told(allowed)}",
        stated=_told(age),
        computed=f"at most {_told(allowed)}",
    )
    close = snapshot.fact("close", snapshot.timeframe)
    if close is not None and close.value != snapshot.price:
        yield _check(
            "price",
            "fail",
            f"price is {shown(snapshot.price)}; {close.id} (close) is {close.value}",
            stated=shown(snapshot.price),
            computed=str(close.value),
        )


def _nothing_newer(snapshot: Snapshot) -> Iterator[Check]:
    dated: list[tuple[str, datetime]] = [(f"{fact.id} ({fact.name})", fact.as_of) for fact in snapshot.facts]
    dated += [(f"headline {headline.id}", headline.published_at) for headline in snapshot.headlines]
    dated += [(f"event {event.kind}", max(event.formed_at, event.confirmed_at)) for event in snapshot.events]
    if snapshot.account.last_trade_at is not None:
        dated.append(("the account's last trade", snapshot.account.last_trade_at))
    late = [(what, at) for what, at in dated if at > snapshot.as_of]
    for what, at in late:
        yield _check(
            "as_of",
            "fail",
            f"{what} is of {at.isoformat()}, after as_of {snapshot.as_of.isoformat()}",
            stated=at.isoformat(),
            computed=f"at most {snapshot.as_of.isoformat()}",
        )
    if not late:
        yield _check(
            "as_of",
            "pass",
            f"{_counted(snapshot)}: none is newer than {snapshot.as_of.isoformat()}",
        )


def _counted(snapshot: Snapshot) -> str:
    """`386 facts, 61 events`, so that the facts are as many as everywhere else."""
    counts = (len(snapshot.facts), len(snapshot.headlines), len(snapshot.events))
    named = zip(counts, ("facts", "headlines", "events"), strict=True)
    return ", ".join(f"{count} {name}" for count, name in named if count) or "nothing dated"


def _allowed(timeframe: Timeframe) -> timedelta:
    if timeframe == "1w":
        return OLDEST_WEEKLY
    return OLDEST_DAILY if timeframe == "1d" else timedelta(seconds=OLDEST_BARS * SECONDS[timeframe])


def _age(last: datetime, as_of: datetime, timeframe: Timeframe) -> timedelta:
    age = as_of - last
    if timeframe in ("1d", "1w") or age > timedelta(days=14):
        return age
    day = last.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < as_of:
        after = day + timedelta(days=1)
        if day.weekday() >= 5:
            age -= max(timedelta(0), min(after, as_of) - max(day, last))
        day = after
    return age


def _told(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"


def _check(
    part: str, outcome: Outcome, reason: str, *, stated: str | None = None, computed: str | None = None
) -> Check:
    return Check(
        rule=RULE, subject=f"snapshot.{part}", outcome=outcome, reason=reason, stated=stated, computed=computed
    )
