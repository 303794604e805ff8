"""A period in a name is the cited fact's own: `20-day return` cites the return of 20 days."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.reading import Period
from evaluators.rules._statement import Statement
from evaluators.rules._terms import Term, defined_counts, fits
from fks_agents.contracts import Check

RULE = "periods"
_ON_A_CHART = "chart|timeframe|closes?|rsi|sma|ema|atr|adx|macd|trend|bars?|candles?"
_CHART = re.compile(
    rf"\b(weekly|daily|hourly)\b(?=\s+(?:\w+\s+){{0,2}}(?:{_ON_A_CHART}))|(?<![\d.,])\b(1m|5m|15m|30m|1h|4h|1d|1w)\b(?=\s+[A-Za-z])",
    re.IGNORECASE,
)
_FRAMES = {"weekly": "1w", "daily": "1d", "hourly": "1h"}


def check(statement: Statement) -> Iterator[Check]:
    facts = tuple(term for term in statement.terms if term.id.startswith("F"))
    if not facts:
        return
    for period in statement.reading.periods:
        yield from _period(statement, period, facts)
    for match in _CHART.finditer(statement.reading.text):
        frame = _FRAMES.get(match[0].lower(), match[0].lower())
        on = {term.timeframe for term in facts} - {None}
        if on and frame not in on:
            cited = ", ".join(f"{term} on {term.timeframe}" for term in facts)
            yield statement.check(
                RULE,
                "fail",
                f"says {match[0]}; cited is {cited}",
                stated=match[0],
                computed=", ".join(sorted(map(str, on))),
            )


def _period(statement: Statement, period: Period, facts: tuple[Term, ...]) -> Iterator[Check]:
    printed = statement.reading.text[period.start : period.end]
    if period.unit in ("day", "bar", "week", "session", "candle", "period") and period.counts == (1,):
        # `one-day` and `one-bar` say the bar itself; no name has to repeat it.
        return
    if fitting := next((term for term in facts if fits(period, term)), None):
        yield statement.check(
            RULE,
            "pass",
            f"says {printed}; cited is {fitting}",
            stated=printed,
            computed=fitting.name,
            ids=(fitting.id,),
        )
        return
    cited = ", ".join(f"{term}{f' on {term.timeframe}' if term.timeframe else ''}" for term in facts)
    if any(term.counts or defined_counts(term.name) for term in facts):
        yield statement.check(RULE, "fail", f"says {printed}; cited is {cited}", stated=printed, computed=cited)
    else:
        yield statement.check(
            RULE, "unscored", f"says {printed}; no period can be read off {cited}", stated=printed, computed=cited
        )
