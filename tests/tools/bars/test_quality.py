from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.bars import Bars, moment
from fks_agents.errors import LookaheadError
from tests.tools.bars.conftest import Make, around_the_clock
from tools.bars.quality import assess
from tools.bars.resample import resample

THRESHOLD = 60.0
"""Default of `settings.min_quality`."""


def kept(bars: Bars, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Bars:
    columns = ("opened", "closed", "open", "high", "low", "close", "volume")
    return dataclasses.replace(bars, **{name: getattr(bars, name)[rows] for name in columns})


def with_value(bars: Bars, column: str, row: int, value: float) -> Bars:
    values = getattr(bars, column).copy()
    values[row] = value
    return dataclasses.replace(bars, **{column: values})


def end(bars: Bars) -> datetime:
    return moment(bars.closed[-1])


def test_the_sample_scores_full_marks_on_every_day(spx: Bars) -> None:
    for upto in range(600, len(spx), 97):
        bars = spx[upto - 600 : upto]
        assert assess(bars, end(bars)).score == 100.0
        weeks = resample(bars, "1w")
        assert assess(weeks, end(bars)).score == 100.0


def test_clean_bars_around_the_clock_score_full_marks(make: Make) -> None:
    bars = make(600)

    assert assess(bars, end(bars)).reasons == ()


def test_no_bars_score_nothing(make: Make) -> None:
    quality = assess(make(1)[:0], datetime(2024, 1, 1, tzinfo=UTC))

    assert (quality.score, quality.reasons) == (0.0, ("no bars: -100",))


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -3.0])
@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
def test_one_unusable_price_scores_nothing(make: Make, column: str, value: float) -> None:
    bars = with_value(make(100), column, 5, value)

    quality = assess(bars, end(bars))

    assert quality.score == 0.0
    assert quality.reasons == (
        "1 of 100 bars (first 2024-01-01 05:00) have a price that is not finite and positive: -100",
    )


def test_two_of_a_hundred_inconsistent_bars_cost_ten(make: Make) -> None:
    whole = make(100)
    bars = with_value(with_value(whole, "high", 3, float(whole.low[3])), "high", 9, float(whole.low[9]))

    quality = assess(bars, end(bars))

    assert quality.score == 90.0  # 500 x 2 / 100
    assert quality.reasons == ("2 of 100 bars (first 2024-01-01 03:00) have open or close outside low and high: -10",)


def test_ten_of_two_hundred_missing_hours_cost_ten(make: Make) -> None:
    bars = make(200)
    rows = np.ones(200, dtype=bool)
    rows[50:60] = False

    quality = assess(kept(bars, rows), end(bars))

    assert quality.score == 90.0  # 200 x 10 / 200
    assert quality.reasons == ("10 of 200 expected bars are missing, first after 2024-01-03 01:00: -10",)


def test_a_missing_session_is_a_gap_and_a_closure_is_none(spx: Bars) -> None:
    autumn = spx.until(datetime(2001, 10, 1, 21, tzinfo=UTC))[-200:]
    rows = np.ones(200, dtype=bool)
    rows[100] = False

    assert assess(autumn, end(autumn)).score == 100.0  # 11 to 14 September were closed
    assert assess(kept(autumn, rows), end(autumn)).score == 99.0  # 200 x 1 / 200


def test_a_weekend_is_not_stale_and_a_missed_session_is(spx: Bars) -> None:
    bars = spx.until(datetime(2018, 12, 21, 21, tzinfo=UTC))[-300:]  # a Friday

    assert assess(bars, datetime(2018, 12, 24, 20, tzinfo=UTC)).score == 100.0
    quality = assess(bars, datetime(2018, 12, 26, 12, tzinfo=UTC))
    assert quality.score == 95.0  # the session of Monday; Tuesday was Christmas
    assert quality.reasons == ("the last bar closed 4.62 days before as_of, 1 expected bars are missing since: -5",)


def test_a_feed_seven_years_stale_is_below_the_threshold(spx: Bars) -> None:
    bars = spx[-600:]

    quality = assess(bars, end(bars) + timedelta(days=7 * 365))

    assert quality.score == 40.0
    assert quality.score < THRESHOLD


def test_a_crypto_feed_is_stale_on_a_weekend_too(make: Make) -> None:
    bars = make(24 * 5)  # Monday to Friday

    assert assess(bars, end(bars) + timedelta(hours=3)).score == 85.0


def test_currency_bars_may_rest_on_the_weekend(make: Make) -> None:
    bars = make(24 * 21, venue="fx")
    hour_of_week = np.arange(24 * 21) % 168
    open_hours = (hour_of_week < 4 * 24 + 21) | (hour_of_week >= 6 * 24 + 22)
    fx = kept(bars, open_hours)

    assert assess(fx, end(fx)).reasons == ()
    friday = fx.until(datetime(2024, 1, 19, 21, tzinfo=UTC))
    assert assess(friday, datetime(2024, 1, 21, 21, tzinfo=UTC)).reasons == ()
    assert assess(friday, datetime(2024, 1, 22, 0, tzinfo=UTC)).score == 90.0  # Sunday 22 and 23 h


def test_exchange_hours_are_learned_from_the_bars(make: Make) -> None:
    bars = make(24 * 14, venue="XNYS", begin=datetime(2024, 4, 1, tzinfo=UTC))
    hours = np.arange(24 * 14)
    trading = (hours % 24 >= 14) & (hours % 24 < 20) & (hours // 24 % 7 < 5)
    shares = kept(bars, trading)
    without_one = kept(bars, trading & (hours != 24 + 16))

    assert assess(shares, end(shares)).reasons == ()
    assert assess(shares, end(shares) + timedelta(hours=12)).reasons == ()
    assert assess(without_one, end(shares)).reasons == (
        "1 of 60 expected bars are missing, first after 2024-04-02 15:00: -3.3",
    )


def test_a_misplaced_decimal_point_is_an_outlier(make: Make) -> None:
    bars = make(300)
    price = bars.close[100] * 10
    wrong = with_value(with_value(bars, "close", 100, price), "high", 100, price)

    quality = assess(wrong, end(wrong))

    assert quality.score == 90.0  # there and back: two returns of 5 points each
    assert "2 of 300 bars (first 2024-01-05 04:00) move more than 20 robust sigma" in quality.reasons[0]


def test_half_the_bars_without_volume_cost_ten(make: Make) -> None:
    bars = make(100)
    silent = dataclasses.replace(bars, volume=np.where(np.arange(100) < 50, 0.0, bars.volume))

    assert assess(silent, end(silent)).score == 90.0


def test_volume_that_is_no_number_costs_ten(make: Make) -> None:
    bars = with_value(make(100), "volume", 7, np.nan)

    assert assess(bars, end(bars)).score == 90.0


def test_falling_closes_cost_twenty(make: Make) -> None:
    bars = make(100)
    closed = bars.closed.copy()
    closed[50] += 2 * 3600 * 10**9
    tangled = dataclasses.replace(bars, closed=closed)

    assert assess(tangled, end(tangled)).score == 80.0


def test_each_note_of_the_source_costs_one_point_up_to_five(make: Make) -> None:
    bars = dataclasses.replace(make(100), notes=tuple(f"mended {n}" for n in range(7)))

    quality = assess(bars, end(bars))

    assert quality.score == 95.0
    assert quality.reasons[0] == "mended 0: -1"


def test_a_price_that_never_moves_has_no_outliers(make: Make) -> None:
    bars = make(100)
    still = np.full(100, 5.0)
    flat = dataclasses.replace(bars, open=still, high=still, low=still, close=still)

    assert assess(flat, end(flat)).score == 100.0


def test_a_bar_after_as_of_is_looking_ahead(make: Make) -> None:
    bars = make(100)

    with pytest.raises(LookaheadError):
        assess(bars, end(bars) - timedelta(seconds=1))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.booleans(), min_size=30, max_size=120).filter(lambda rows: sum(rows) > 25),
    late=st.integers(0, 10_000),
)
def test_the_deductions_add_up_to_the_score(rows: list[bool], late: int) -> None:
    bars = kept(around_the_clock(len(rows)), np.array(rows))

    quality = assess(bars, end(bars) + timedelta(hours=late))

    costs = [float(reason.rpartition(": -")[2]) for reason in quality.reasons]
    assert quality.score == pytest.approx(max(0.0, 100.0 - sum(costs)), abs=0.1)
    assert all(cost > 0 for cost in costs)


def test_a_high_below_its_low_is_below_the_threshold(spx: Bars) -> None:
    broken = with_value(spx[-600:], "high", 7, float(spx[-600:].low[7]) - 1.0)
    judged = assess(broken, end(broken))
    assert judged.score == 55.0 < THRESHOLD
    assert any("high below" in reason for reason in judged.reasons)
