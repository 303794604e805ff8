"""How far bars can be trusted: 100 points, less what each finding costs.

| finding                                   | costs                                            |
|-------------------------------------------|--------------------------------------------------|
| no bars                                   | 100                                              |
| a price not finite or not positive        | 100                                              |
| bar closes falling                        | 20                                               |
| high below low                            | 45                                               |
| high or low does not hold open and close  | 500 x share of bars, 5 to 60                     |
| expected bars missing between the first and the last | 200 x share, 1 to 40                  |
| volume not finite or negative             | 10                                               |
| volume zero                               | 50 x share of bars, 1 to 10; none up to 1 in 100 |
| log return beyond 20 robust sigma (intraday: not over a pause) | 5 each, at most 20          |
| expected bars missing since the last one  | 5 each, at most 60                               |
| something the source had to mend          | 1 each, at most 5                                |

Which bars are expected says `tools.calendar.hours`; a weekend is no gap and nothing grows stale in it. Robust sigma is
1.4826 x the median absolute deviation of log returns; the sample's worst day in 20 years lies at 14.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import SECONDS, Bars, moment, nanoseconds
from fks_agents.contracts import Quality, Timeframe
from tools.calendar.hours import expected, period

OUTLIER = 20.0
"""Robust sigmas beyond which a return is taken for a mistake of the feed."""

_HOUR = 3_600_000_000_000
_GRACE: dict[Timeframe, int] = {"1d": _HOUR, "1w": 48 * _HOUR}
_LOOKED_AHEAD = 2_000
"""Periods after the last bar that are looked at; more than enough to reach the highest cost of staleness."""


def assess(bars: Bars, as_of: datetime) -> Quality:
    """Score and reasons, a line for each deduction with what it cost; raises LookaheadError for a bar after `as_of`."""
    now = nanoseconds(as_of)
    bars.guard(as_of)
    if not len(bars):
        return Quality(score=0.0, reasons=("no bars: -100",))
    findings = list(_prices(bars)) or [
        *_order(bars), *_consistency(bars), *_gaps(bars), *_volume(bars), *_outliers(bars), *_age(bars, now),
        *((note, 1.0 if row < 5 else 0.0) for row, note in enumerate(bars.notes)),
    ]  # fmt: skip
    score = max(0.0, 100.0 - sum(cost for _, cost in findings))
    return Quality(score=round(score, 1), reasons=tuple(f"{text}: -{cost:.3g}" for text, cost in findings))


def _prices(bars: Bars) -> Iterator[tuple[str, float]]:
    prices = np.stack([bars.open, bars.high, bars.low, bars.close])
    bad: NDArray[np.bool_] = ~np.logical_and.reduce(np.isfinite(prices) & (prices > 0))
    if bad.any():
        yield f"{_of(bad, bars)} have a price that is not finite and positive", 100.0


def _order(bars: Bars) -> Iterator[tuple[str, float]]:
    bad = np.append(False, np.diff(bars.closed) < 0)
    if bad.any():
        yield f"{_of(bad, bars)} close before the bar before them", 20.0


def _consistency(bars: Bars) -> Iterator[tuple[str, float]]:
    inverted = bars.high < bars.low
    if inverted.any():
        yield f"{_of(inverted, bars)} have a high below their low", 45.0
    bad = (bars.high < np.maximum(bars.open, bars.close)) | (bars.low > np.minimum(bars.open, bars.close))
    bad &= ~inverted
    if bad.any():
        yield f"{_of(bad, bars)} have open or close outside low and high", _share(bad, 500.0, 5.0, 60.0)


def _gaps(bars: Bars) -> Iterator[tuple[str, float]]:
    seen = period(bars.opened, bars)
    every = np.arange(seen[0], seen[-1] + 1)
    wanted = every[expected(bars)(every)]
    missing = ~np.isin(wanted, seen)
    if missing.any():
        first = moment(bars.opened[np.searchsorted(seen, wanted[missing][0]) - 1])
        text = f"{missing.sum()} of {len(wanted)} expected bars are missing, first after {first:%Y-%m-%d %H:%M}"
        yield text, _share(missing, 200.0, 1.0, 40.0)


def _volume(bars: Bars) -> Iterator[tuple[str, float]]:
    bad = ~(np.isfinite(bars.volume) & (bars.volume >= 0))
    if bad.any():
        yield f"{_of(bad, bars)} have a volume that is not finite or negative", 10.0
    zero = bars.volume == 0
    if zero.mean() > 0.01:
        yield f"{_of(zero, bars)} have no volume", _share(zero, 50.0, 1.0, 10.0)


def _outliers(bars: Bars) -> Iterator[tuple[str, float]]:
    returns = np.diff(np.log(bars.close))
    if len(returns) < 20:
        return
    distance = np.abs(returns - np.median(returns))
    # Where most bars do not move at all, the median says nothing; the mean does (0.7979 = mean of |N(0, 1)|).
    sigma = 1.4826 * np.median(distance) or float(np.mean(distance)) / 0.7979
    is_next = np.diff(period(bars.opened, bars)) == 1
    bad = np.append(False, (distance > OUTLIER * sigma) & (is_next | (SECONDS[bars.timeframe] >= 86_400)))
    if bad.any():
        worst = np.max(distance[bad[1:]]) / sigma
        text = f"{_of(bad, bars)} move more than {OUTLIER:.0f} robust sigma, at most {worst:.0f}"
        yield text, min(20.0, 5.0 * int(bad.sum()))


def _age(bars: Bars, now: int) -> Iterator[tuple[str, float]]:
    step = SECONDS[bars.timeframe] * 1_000_000_000
    last = int(period(bars.opened[-1:], bars)[0])
    ahead = np.arange(last + 1, last + 1 + _LOOKED_AHEAD)
    # A later bar closes as long after its period's begin as the last one did, give or take summer time and holidays.
    closes = bars.closed[-1] + (ahead - last) * step + _GRACE.get(bars.timeframe, 0)
    missed = int(expected(bars)(ahead[closes <= now]).sum())
    if missed:
        age = (now - int(bars.closed[-1])) / (24 * _HOUR)
        more = " or more" if closes[-1] <= now else ""
        text = f"the last bar closed {age:.3g} days before as_of, {missed}{more} expected bars are missing since"
        yield text, min(60.0, 5.0 * missed)


def _share(bad: NDArray[np.bool_], factor: float, least: float, most: float) -> float:
    return round(min(most, max(least, factor * float(bad.mean()))), 1)


def _of(bad: NDArray[np.bool_], bars: Bars) -> str:
    return f"{bad.sum()} of {len(bars)} bars (first {moment(bars.opened[bad.argmax()]):%Y-%m-%d %H:%M})"
