"""Which bars are to be expected: by the venue where it is known, else by what the bars themselves show.

A bar is named by its period, `opened` divided by the length of a bar. Periods of a day and longer are UTC days and
weeks from Monday.

| bars                                        | expected                                                       |
|---------------------------------------------|----------------------------------------------------------------|
| weekly                                      | every week                                                     |
| of `ccxt:` venues, or with Saturdays        | every period                                                   |
| daily, others                               | weekdays that are sessions of the New York Stock Exchange      |
| intraday, seen in 20 or more hours of a day | all but Friday 21:00 to Sunday 22:00 UTC, Christmas, New Year  |
| intraday, others                            | on New York session days, the times of day seen on most days   |
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import SECONDS, Bars, Nanoseconds
from tools.calendar import nyse

Periods = NDArray[np.int64]
Expected = Callable[[Periods], NDArray[np.bool_]]

_SECOND = 1_000_000_000
_DAY = 86_400
_WEEK = 7 * _DAY
_MONDAY = 4 * _DAY
"""1970-01-05, the first Monday of the epoch, in seconds."""
_FRIDAY_END, _SUNDAY_BEGIN = 4 * _DAY + 21 * 3600, 6 * _DAY + 22 * 3600
"""Seconds after Monday 00:00 UTC: the widest weekend of the currency market over summer and winter."""
_HOURS_OF_CURRENCIES = 20


def period(times: Nanoseconds, bars: Bars) -> Periods:
    """The period each time lies in, as a whole number that grows by one from bar to bar."""
    offset = _MONDAY * _SECOND if bars.timeframe == "1w" else 0
    return (times - offset) // (SECONDS[bars.timeframe] * _SECOND)


def expected(bars: Bars) -> Expected:
    """Whether a bar is expected in each period, for a venue that trades as these bars show."""
    step = SECONDS[bars.timeframe]
    seconds = bars.opened // _SECOND
    day_of_week = (seconds - _MONDAY) % _WEEK // _DAY
    if step > _DAY or bars.venue.startswith("ccxt:") or bool(np.any(day_of_week == 5)):
        return _always
    if step == _DAY:
        return _on_sessions
    if len(np.unique(seconds % _DAY // 3600)) >= _HOURS_OF_CURRENCIES:
        return _in_currency_hours(step)
    return _at_usual_times(seconds, step)


def _always(periods: Periods) -> NDArray[np.bool_]:
    return np.ones(periods.shape, dtype=np.bool_)


def _on_sessions(days: Periods) -> NDArray[np.bool_]:
    return nyse.is_session(days.astype("datetime64[D]"))


def _in_currency_hours(step: int) -> Expected:
    def is_expected(periods: Periods) -> NDArray[np.bool_]:
        begin = periods * step
        in_week = (begin - _MONDAY) % _WEEK
        days = (begin // _DAY).astype("datetime64[D]")
        of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
        next_year = (days.astype("datetime64[Y]") + 1).astype("datetime64[D]")
        is_christmas = (next_year - days).astype(np.int64) == 7
        weekend = (in_week + step > _FRIDAY_END) & (in_week < _SUNDAY_BEGIN)
        answer: NDArray[np.bool_] = ~weekend & (of_year != 0) & ~is_christmas
        return answer

    return is_expected


def _at_usual_times(seconds: NDArray[np.int64], step: int) -> Expected:
    slots, seen = np.unique(seconds % _DAY // step, return_counts=True)
    days = len(np.unique(seconds // _DAY))
    usual = slots[2 * seen > days]

    def is_expected(periods: Periods) -> NDArray[np.bool_]:
        begin = periods * step
        return _on_sessions(begin // _DAY) & np.isin(begin % _DAY // step, usual)

    return is_expected
