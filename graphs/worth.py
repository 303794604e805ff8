"""What a paper account was worth over time: its fills, marked at the closes of the bars it was played over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import SECONDS, Bars, Floats, Nanoseconds, moment, nanoseconds
from fks_agents.contracts import Fill
from fks_agents.errors import DataError, UsageError
from graphs.desk import Desk

_LONGEST = 50_000
"""Bars of one symbol that are looked at."""


class Worth(NamedTuple):
    at: datetime
    equity: float
    drawdown: float
    """From the highest equity so far, as a fraction."""
    open_profit: float
    """Of positions still held, against what they were bought or sold at; fees are not in it."""


def worth(desk: Desk, account: str, until: datetime) -> tuple[Worth, ...]:
    """At every close from the first fill on; one point where nothing has filled yet.

    Raises UsageError for an account that does not exist, DataError where its bars cannot be had.
    """
    state = desk.ledger.paper.load(account)
    if state is None:
        raise UsageError(
            f"unknown paper account {account!r}; known: {', '.join(desk.ledger.paper.accounts()) or 'none'}"
        )
    opened_with = cast(float, state["opened_with"])
    fills = [fill for fill in desk.ledger.paper.fills(account=account) if fill.at <= until]
    if not fills:
        return (Worth(until, opened_with, 0.0, 0.0),)
    groups = {symbol: [fill for fill in fills if fill.symbol == symbol] for symbol in {fill.symbol for fill in fills}}
    bars = {symbol: _bars(desk, own, until) for symbol, own in groups.items()}
    first = nanoseconds(fills[0].at)
    closes = [each.closed[each.closed >= first] for each in bars.values()]
    times = np.unique(np.concatenate([*closes, np.array([nanoseconds(fill.at) for fill in fills])]))
    equity, gain = np.full(len(times), opened_with), np.zeros(len(times))
    for symbol, own in groups.items():
        value, profit = _marked(own, bars[symbol], times)
        equity, gain = equity + value, gain + profit
    peak = np.maximum(np.maximum.accumulate(equity), opened_with)
    drawdown = np.clip(1.0 - equity / peak, 0.0, 1.0)
    rows = zip(times.tolist(), equity.tolist(), drawdown.tolist(), gain.tolist(), strict=True)
    return tuple(Worth(moment(at), *values) for at, *values in rows)


def _bars(desk: Desk, fills: Sequence[Fill], until: datetime) -> Bars:
    admission = desk.ledger.decisions.admission(fills[0].decision_id)
    market = desk.feeds(desk.settings_of(admission)).market
    span = (until - fills[0].at).total_seconds() / SECONDS[admission.timeframe]
    return market.bars(fills[0].symbol, admission.timeframe, until, min(int(span) + 2, _LONGEST)).guard(until)


def _marked(fills: Sequence[Fill], bars: Bars, times: Nanoseconds) -> tuple[Floats, Floats]:
    """What the symbol's fills are worth at each time, cash paid and taken included; and the gain of what is held."""
    seen = np.searchsorted(bars.closed, times, side="right") - 1
    at = np.searchsorted(times, [nanoseconds(fill.at) for fill in fills])
    cash, held, cost = (np.zeros(len(times)) for _ in range(3))
    position = average = 0.0
    for place, fill in zip(at.tolist(), fills, strict=True):
        signed = fill.quantity if fill.side == "buy" else -fill.quantity
        average = _average(position, average, signed, fill.price)
        position += signed
        cash[place:] -= signed * fill.price + fill.fee
        held[place:], cost[place:] = position, average
    if np.any((seen < 0) & (held != 0.0)):
        raise DataError(f"{bars.symbol} {bars.timeframe}: expected bars from {fills[0].at.isoformat()} on, was none")
    close: NDArray[np.float64] = bars.close[np.maximum(seen, 0)] if len(bars) else np.zeros(len(times))
    # What is left of a position by rounding is none.
    held = np.where(np.abs(held) < 1e-9, 0.0, held)
    return cash + held * close, held * (close - cost)


def _average(position: float, average: float, signed: float, price: float) -> float:
    """Price of what is held after one more fill; a part that is given up leaves it as it is."""
    if position == 0.0 or position * signed < 0.0:
        return average if abs(signed) < abs(position) else price
    return (average * position + price * signed) / (position + signed)
