from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from fks_agents.bars import Bars
from fks_agents.contracts import Cycle, Forecast, Snapshot
from fks_agents.service.showing.candles import SHOWN, Candles, Level, Seen, best, candles
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, snapshot

__all__ = ["bars", "cycle", "snapshot"]

LAST = 2802.0 + 25 * math.sin(149 / 6)
"""2700 + 2 x 149, less 14 x 14 of the fall, and the wave."""


def test_the_last_bars_are_shown_and_what_is_to_come_is_counted(bars: Bars, snapshot: Snapshot) -> None:
    shown = candles(bars, snapshot, None)
    assert (len(shown.prices), len(shown.times)) == (SHOWN, SHOWN + 10)
    assert shown.times[SHOWN - 1 : SHOWN + 2] == ("2018-10-12", "+1", "+2")
    before = 2802.0 - 2.0 + 14.0 + 25 * math.sin(148 / 6)
    assert shown.prices[-1] == pytest.approx((before, LAST, LAST - 6.0, before + 6.0))
    assert before > LAST


def test_an_event_stands_at_its_candles(bars: Bars, snapshot: Snapshot) -> None:
    shown = candles(bars, snapshot, None)
    # Bars open 6.5 hours before they close: formed 30 days before 20:00 falls on the next candle's opening.
    assert shown.events == (
        Seen("choch", "bearish", SHOWN - 30, SHOWN - 10, 2895.0, 2895.0),
        Seen("fvg", "bearish", SHOWN - 6, SHOWN - 5, 2860.0, 2880.0),
    )


def test_a_zone_that_was_filled_and_what_is_older_than_the_chart_are_left_out(bars: Bars, snapshot: Snapshot) -> None:
    swing, gap = snapshot.events
    old = swing.model_copy(update={"formed_at": AS_OF - timedelta(days=200)})
    filled = gap.model_copy(update={"is_open": False})
    assert candles(bars, snapshot.model_copy(update={"events": (old, filled)}), None).events == ()


def test_levels_are_those_of_the_plan(bars: Bars, cycle: Cycle, snapshot: Snapshot) -> None:
    levels = candles(bars, snapshot, cycle.plan).levels
    price = snapshot.price
    assert levels == (Level("entry", price + 5), Level("stop", price + 67.5), Level("target", price - 120))
    assert candles(bars, snapshot, None).levels == ()


def test_the_band_starts_at_the_close_and_has_a_point_for_each_bar(bars: Bars, snapshot: Snapshot) -> None:
    band = candles(bars, snapshot, None).band
    assert band is not None
    assert (band.forecaster, band.share, band.first) == ("drift", "80 %", SHOWN - 1)
    # Four bars ahead: 12 x sqrt(4) below, 4 below, 11 x sqrt(4) above.
    assert (band.low[4], band.middle[4], band.high[4]) == pytest.approx((LAST - 24, LAST - 4, LAST + 22))
    assert band.low[0] == band.middle[0] == band.high[0] == pytest.approx(LAST)
    assert len(band.low) == 11


def test_everything_that_is_drawn_fits(bars: Bars, cycle: Cycle, snapshot: Snapshot) -> None:
    # From the target at 2,674.6 to a wick at 2,984.2: tens, and at least half of one outside.
    assert candles(bars, snapshot, cycle.plan).axis == (2_660.0, 2_990.0)
    assert cycle.plan is not None
    far = cycle.plan.model_copy(update={"targets": (1_000.0,)})
    # From 1,000 to 2,984.2: hundreds.
    assert candles(bars, snapshot, far).axis == (900.0, 3_100.0)


@given(st.floats(1e-6, 1e6), st.one_of(st.just(0.0), st.floats(1e-6, 1e3)))
def test_an_axis_holds_what_is_drawn_and_little_else(low: float, share: float) -> None:
    length = low * share
    high = low + length
    lower, upper = Candles((), ((low, high, low, high),), (), (), None).axis
    assert lower < low <= high < upper
    room = length or high
    assert low - lower <= 1.5 * room
    assert upper - high <= 1.5 * room


def test_the_best_forecast_is_the_one_of_the_highest_measured_skill() -> None:
    def one(name: str, skill: float | None) -> Forecast:
        return Forecast(forecaster=name, horizon=1, levels=(0.5,), path=((1.0,),), skill=skill)

    unmeasured, good, bad = one("a", None), one("b", 0.07), one("c", -0.2)
    assert best((unmeasured, bad, good)) is good
    assert best((unmeasured, bad)) is bad
    assert best((unmeasured,)) is unmeasured
    assert best(()) is None


def test_bars_after_the_decision_are_never_drawn(bars: Bars, snapshot: Snapshot) -> None:
    earlier = snapshot.model_copy(update={"as_of": AS_OF - timedelta(days=3)})
    assert candles(bars, earlier, None).times[SHOWN - 1] == "2018-10-09"


def test_the_chart_is_told_in_a_sentence(bars: Bars, cycle: Cycle, snapshot: Snapshot) -> None:
    said = candles(bars, snapshot, cycle.plan).told
    assert said.startswith("140 candles until 2018-10-12, from ")
    assert said.endswith(f"entry {LAST + 5:,.2f}, stop {LAST + 67.5:,.2f}, target {LAST - 120:,.2f}")
