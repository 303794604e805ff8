from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.bars import Bars, moment
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from tests.tools.bars.conftest import Make, around_the_clock
from tools.bars.resample import resample
from tools.market.sample import SampleMarket

SPX = SampleMarket().bars("SPX", "1d", datetime(2019, 1, 1, tzinfo=UTC), 10_000)


def same(one: Bars, other: Bars) -> bool:
    return one.digest == other.digest


def thinned(bars: Bars, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Bars:
    return Bars(
        bars.symbol, bars.timeframe, bars.venue, bars.opened[kept], bars.closed[kept],
        bars.open[kept], bars.high[kept], bars.low[kept], bars.close[kept], bars.volume[kept],
    )  # fmt: skip


def test_four_hours_make_one_bar(make: Make) -> None:
    bars = make(8)

    higher = resample(bars, "4h")

    assert higher.timeframe == "4h"
    assert list(higher.opened) == [bars.opened[0], bars.opened[4]]
    assert list(higher.closed) == [bars.closed[3], bars.closed[7]]
    assert list(higher.open) == [bars.open[0], bars.open[4]]
    assert list(higher.high) == [bars.high[:4].max(), bars.high[4:].max()]
    assert list(higher.low) == [bars.low[:4].min(), bars.low[4:].min()]
    assert list(higher.close) == [bars.close[3], bars.close[7]]
    assert higher.volume == pytest.approx([bars.volume[:4].sum(), bars.volume[4:].sum()])


def test_an_unfinished_bar_is_left_out_and_leaves_no_trace(make: Make) -> None:
    bars = make(7)

    assert same(resample(bars, "4h"), resample(bars[:4], "4h"))


def test_a_period_without_its_last_hour_is_known_with_the_next_bar(make: Make) -> None:
    bars = thinned(make(8), np.arange(8) != 3)

    first, second = resample(bars, "4h")[:1], resample(bars, "4h")[1:]

    assert first.closed[0] == bars.closed[3]  # hour 4, the first after the missing hour 3
    assert first.close[0] == bars.close[2]
    assert second.closed[0] == bars.closed[-1]


def test_no_bars_make_no_bars(make: Make) -> None:
    assert len(resample(make(8)[:0], "1d")) == 0
    assert len(resample(make(3), "4h")) == 0


def test_the_same_timeframe_gives_the_same_bars(make: Make) -> None:
    bars = make(5)

    assert resample(bars, "1h") is bars


def test_a_finer_timeframe_is_refused(make: Make) -> None:
    with pytest.raises(UsageError, match=r"not finer than the bars' \(1h, 4h, 1d, 1w\), was '5m'"):
        resample(make(5), "5m")


def test_a_week_whose_friday_was_lost_by_notice_is_known_on_monday() -> None:
    # 2004-06-11 was closed for President Reagan; the schedule said Friday, so Thursday does not end the week.
    week = SPX.until(datetime(2004, 6, 14, 20, tzinfo=UTC))
    on_thursday = SPX.until(datetime(2004, 6, 10, 20, tzinfo=UTC))

    assert moment(resample(week, "1w").closed[-1]) == datetime(2004, 6, 14, 20, tzinfo=UTC)
    assert moment(resample(on_thursday, "1w").closed[-1]) == datetime(2004, 6, 4, 20, tzinfo=UTC)


def test_a_bad_price_stays_visible(make: Make) -> None:
    bars = make(8)
    high = bars.high.copy()
    high[2] = np.nan
    broken = Bars(
        bars.symbol, bars.timeframe, bars.venue, bars.opened, bars.closed,
        bars.open, high, bars.low, bars.close, bars.volume,
    )  # fmt: skip

    assert np.isnan(resample(broken, "4h").high[0])


def test_notes_of_the_source_are_kept(make: Make) -> None:
    bars = make(8)
    noted = Bars(
        bars.symbol, bars.timeframe, bars.venue, bars.opened, bars.closed,
        bars.open, bars.high, bars.low, bars.close, bars.volume, ("one row left out",),
    )  # fmt: skip

    assert resample(noted, "4h").notes == ("one row left out",)


@settings(max_examples=60, deadline=None)
@given(upto=st.integers(1, len(SPX)))
def test_weeks_of_a_prefix_are_a_prefix_of_the_weeks(upto: int) -> None:
    whole, part = resample(SPX, "1w"), resample(SPX[:upto], "1w")

    assert same(part, whole[: len(part)])
    assert same(part, whole.until(moment(SPX.closed[upto - 1])))


@settings(max_examples=60, deadline=None)
@given(
    kept=st.lists(st.booleans(), min_size=40, max_size=400),
    upto=st.integers(0, 400),
    timeframe=st.sampled_from(["4h", "1d", "1w"]),
)
def test_bars_of_a_prefix_with_gaps_are_a_prefix(kept: list[bool], upto: int, timeframe: Timeframe) -> None:
    bars = thinned(around_the_clock(len(kept)), np.array(kept))

    whole, part = resample(bars, timeframe), resample(bars[:upto], timeframe)

    assert same(part, whole[: len(part)])
    if 0 < upto <= len(bars):
        assert same(part, whole.until(moment(bars.closed[upto - 1])))


def hindsight(bars: Bars, timeframe: Timeframe) -> Bars:
    """The naive way: every period with a bar in it, named complete at its end."""
    padded = resample(bars, timeframe)
    rest = bars[int(np.searchsorted(bars.opened, padded.closed[-1])) :] if len(padded) else bars
    if not len(rest):
        return padded
    return Bars(
        bars.symbol, timeframe, bars.venue,
        np.append(padded.opened, rest.opened[0]), np.append(padded.closed, rest.closed[-1]),
        np.append(padded.open, rest.open[0]), np.append(padded.high, rest.high.max()),
        np.append(padded.low, rest.low.min()), np.append(padded.close, rest.close[-1]),
        np.append(padded.volume, rest.volume.sum()),
    )  # fmt: skip


def test_the_prefix_property_catches_a_resampler_that_gives_unfinished_bars(make: Make) -> None:
    bars = make(30)

    part = hindsight(bars[:6], "4h")

    assert not same(part, hindsight(bars, "4h")[: len(part)])
