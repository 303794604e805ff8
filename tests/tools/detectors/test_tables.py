"""Small tables, and every event each detector gives on them, worked out by hand: one that fires, and a near miss.

Expected events: kind, direction, row formed, row known, level, far level, whether it is open after the last bar.
Most tables are closes with half a point above and below (`around`), swings with one bar on each side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from tests.tools.detectors.tables import around, table
from tools import detectors
from tools.detectors import (
    bos,
    breaker,
    breakout_retest,
    choch,
    compression_expansion,
    displacement,
    divergence,
    double_reversal,
    drift,
    engulfing_at_level,
    equal_break,
    equal_levels,
    exhaustion_wick,
    fakeout,
    fib_retracement,
    fvg,
    gap,
    gap_fill,
    hidden_divergence,
    higher_bias,
    imbalance,
    inducement,
    inside_bar_break,
    key_reversal,
    level_bounce,
    level_break,
    mitigation,
    momentum_continuation,
    narrow_range,
    opening_range_break,
    order_block,
    outside_bar,
    premium_discount,
    previous_day,
    previous_week,
    range_break,
    regime,
    session_range_break,
    sessions,
    snapback,
    sweep,
    swing_failure,
    swing_labels,
    swings,
    three_drives,
    volatility,
    volatility_band,
    volume_climax,
)

Row = tuple[float, float, float, float]
Expected = tuple[str, int, int, int, float, float | None, bool]


class Case(NamedTuple):
    detect: Detector
    bars: Bars
    expected: list[Expected]


TEN: Row = (10, 10.5, 9.5, 10)
TWO_BREAKS = around([10, 11, 12, 11, 10, 13, 14, 12, 11, 15, 12, 9, 8])
# Bar 1 is a swing high at 12.5, bar 2 falls from 12 to 10, bar 3 closes above the swing.
BLOCK: list[Row] = [TEN, (11, 12.5, 10.5, 12), (12, 12, 10, 10.5), (10.5, 13.5, 10.5, 13)]
INTO_IT, THROUGH_IT = (13, 13, 11.5, 12.5), (13, 13, 9, 9.5)
# Bar 1 is a swing low at 7.5.
LOW: list[Row] = [TEN, (8, 8.5, 7.5, 8), (9, 9.5, 8.5, 9)]
INDUCED = [10, 11, 13, 11, 10, 12, 14, 13, 15]
ENGULFED: list[Row] = [TEN, (9, 9, 7.5, 8), (8.5, 10, 8.5, 9.8), (9.5, 9.6, 8, 8.2)]

CASES: dict[str, list[Case]] = {
    "swings": [
        Case(swings.swing_structure(1), around([10, 12, 10]), [("swing_high", 0, 1, 2, 12.5, None, True)]),
        Case(swings.swing_structure(1), around([10, 12, 12]), [("swing_high", 0, 1, 2, 12.5, None, True)]),
        Case(swings.swing_structure(1), around([10, 12, 13]), []),
    ],
    "bos": [
        # The trend turns up at bar 5 out of nothing, and goes on at bar 9; both levels were closed through again.
        Case(
            bos.breaks_of_structure(1),
            TWO_BREAKS,
            [("bos", 1, 2, 5, 12.5, None, False), ("bos", 1, 6, 9, 14.5, None, False)],
        ),
        Case(bos.breaks_of_structure(1), around([10, 12, 10, 12.5]), []),  # at the level is not beyond it
    ],
    "choch": [
        Case(choch.changes_of_character(1), TWO_BREAKS, [("choch", -1, 8, 11, 10.5, None, True)]),
        Case(choch.changes_of_character(1), around([10, 12, 10, 13]), []),  # no trend to turn
    ],
    "fvg": [
        Case(
            fvg.detect, table([(10, 11, 9, 10), (10, 14, 10, 13), (13, 16, 12, 15)]), [("fvg", 1, 2, 2, 12, 11, True)]
        ),
        Case(fvg.detect, table([(10, 12, 9, 10), (10, 14, 10, 13), (13, 16, 12, 15)]), []),  # 12 touches 12
    ],
    "imbalance": [
        # Bodies 10..10.5 and 11..11.8; the low of 11 is inside the wick of the first.
        Case(
            imbalance.detect,
            table([(10, 11.5, 9.5, 10.5), (11, 12, 11, 11.8)]),
            [("imbalance", 1, 1, 1, 11, 10.5, True)],
        ),
        Case(imbalance.detect, table([(10, 11.5, 9.5, 10.5), (11.7, 12, 11.6, 11.8)]), []),  # wicks do not meet: a gap
    ],
    "order_block": [
        Case(order_block.order_blocks(1), table(BLOCK), [("order_block", 1, 2, 3, 12, 10, True)]),
        Case(order_block.order_blocks(1), table([*BLOCK[:2], (10, 12, 10, 10.5), BLOCK[3]]), []),  # bar 2 rises
    ],
    "mitigation": [
        Case(mitigation.returns_to_blocks(1), table([*BLOCK, INTO_IT]), [("mitigation", 1, 2, 4, 12, 10, True)]),
        Case(mitigation.returns_to_blocks(1), table([*BLOCK, THROUGH_IT]), []),
    ],
    "breaker": [
        Case(breaker.breaker_blocks(1), table([*BLOCK, THROUGH_IT]), [("breaker", -1, 2, 4, 10, 12, True)]),
        Case(breaker.breaker_blocks(1), table([*BLOCK, INTO_IT]), []),
    ],
    "sweep": [
        Case(sweep.liquidity_sweeps(1), table([*LOW, (9, 9.2, 7, 8)]), [("sweep", 1, 1, 3, 7.5, 7, True)]),
        Case(sweep.liquidity_sweeps(1), table([*LOW, (9, 9.2, 7, 7.4)]), []),  # closes below: a break
    ],
    "swing_failure": [
        # A lower low at bar 3, known at bar 4; no close below 7.5.
        Case(
            swing_failure.swing_failures(1),
            table([*LOW, (9, 9.2, 7, 8), (8, 9.5, 8, 9)]),
            [("swing_failure", 1, 3, 4, 7.5, 7, True)],
        ),
        Case(swing_failure.swing_failures(1), table([*LOW, (9, 9.2, 7, 7.4), (8, 9.5, 8, 9)]), []),
    ],
    "equal_levels": [
        Case(
            equal_levels.equal_highs_and_lows(1),
            around([10, 12, 10, 12, 10]),
            [("equal_highs", 0, 3, 4, 12.5, 12.5, True)],
        ),
        # One apart; the average range is (1 + 2.5 + 2.5 + 3.5 + 3.5) / 5 = 2.6, a quarter of it 0.65.
        Case(equal_levels.equal_highs_and_lows(1), around([10, 12, 10, 13, 10]), []),
    ],
    "equal_break": [
        Case(
            equal_break.breaks_of_equal_levels(1),
            around([10, 12, 10, 12, 10, 13]),
            [("equal_break", 1, 3, 5, 12.5, None, True)],
        ),
        Case(equal_break.breaks_of_equal_levels(1), around([10, 12, 10, 12, 10, 12.5]), []),
    ],
    "double_reversal": [
        # Lows of 9.5 at bars 1 and 3, the neckline 12.5 at bar 2.
        Case(
            double_reversal.double_tops_and_bottoms(1),
            around([12, 10, 12, 10, 12, 13]),
            [("double_bottom", 1, 2, 5, 12.5, 9.5, True)],
        ),
        Case(double_reversal.double_tops_and_bottoms(1), around([12, 10, 12, 10, 12, 12.5]), []),
    ],
    "breakout_retest": [
        Case(
            breakout_retest.retests(1),
            table([TEN, (12, 12.5, 11.5, 12), TEN, (13, 13.5, 12.6, 13), (13, 13.2, 12.4, 13)]),
            [("breakout_retest", 1, 1, 4, 12.5, None, True)],
        ),
        Case(
            breakout_retest.retests(1),
            table([TEN, (12, 12.5, 11.5, 12), TEN, (13, 13.5, 12.6, 13), (13, 13.2, 12.4, 12.5)]),
            [],
        ),
    ],
    "fakeout": [
        # The highest of the last four bars is 13.5, the bar that broke out.
        Case(fakeout.fakeouts(1), around([10, 12, 10, 13, 12]), [("fakeout", -1, 1, 4, 12.5, 13.5, True)]),
        Case(fakeout.fakeouts(1), around([10, 12, 10, 13, 12.5]), []),
        Case(fakeout.fakeouts(1, within=1), around([10, 12, 10, 13, 13, 12]), []),  # a bar too late
    ],
    "level_bounce": [
        # Average range at bar 2: (1 + 2.5 + 1.5) / 3 = 5/3; the level 7.5 reaches up to 7.92.
        Case(
            level_bounce.bounces(1), table([*LOW, (8.5, 9.5, 7.6, 9.2)]), [("level_bounce", 1, 1, 3, 7.5, None, True)]
        ),
        Case(level_bounce.bounces(1), table([*LOW, (9.5, 9.5, 7.6, 9.2)]), []),  # the bar falls
        Case(level_bounce.bounces(1), table([*LOW, (8.5, 9.5, 8, 9.2)]), []),  # 8 is too high
    ],
    "level_break": [
        # Average range at bar 4: (1 + 4 x 2.5) / 5 = 2.2; a quarter of it above 12.5 is 13.05.
        Case(
            level_break.breaks_of_levels(1),
            around([10, 12, 10, 12, 10, 13.5]),
            [("level_break", 1, 3, 5, 12.5, None, True)],
        ),
        Case(level_break.breaks_of_levels(1), around([10, 12, 10, 12, 10, 13]), []),
    ],
    "inducement": [
        # Up since bar 6 closed above 13.5; the minor low 12.5 of bar 7 goes at bar 9, the major one, 9.5, stands.
        Case(
            inducement.inducements(minor=1, n=2),
            around([*INDUCED, 12.25]),
            [("inducement", 1, 7, 9, 12.5, 9.5, True)],
        ),
        Case(inducement.inducements(minor=1, n=2), around([*INDUCED, 9.75]), []),  # down to 9.25
    ],
    "divergence": [
        # Momentum over one bar: -3 at the first low, -2.5 at the lower one.
        Case(
            divergence.divergences(1, lookback=1),
            around([12, 9, 11, 8.5, 10]),
            [("divergence", 1, 3, 4, 8, None, True)],
        ),
        Case(divergence.divergences(1, lookback=1), around([12, 9, 12, 8.5, 10]), []),
    ],
    "hidden_divergence": [
        # -3 at the first low, -3.5 at the higher one.
        Case(
            hidden_divergence.hidden_divergences(1, lookback=1),
            around([12, 9, 13, 9.5, 10]),
            [("hidden_divergence", 1, 3, 4, 9, None, True)],
        ),
        Case(hidden_divergence.hidden_divergences(1, lookback=1), around([12, 9, 12, 9.5, 10]), []),
    ],
    "three_drives": [
        # Lows 9.5, 8.5, 7.5.
        Case(
            three_drives.three_drives(1),
            around([12, 10, 11, 9, 10, 8, 9]),
            [("three_drives", 1, 5, 6, 7.5, None, True)],
        ),
        Case(three_drives.three_drives(1), around([12, 10, 11, 9, 10, 7, 9]), []),  # steps of 1 and 2
    ],
    "swing_labels": [
        Case(swing_labels.labels(1), around([10, 12, 10, 13, 11]), [("higher_high", 1, 3, 4, 13.5, 12.5, True)]),
        Case(swing_labels.labels(1), around([10, 12, 10, 11, 10]), [("lower_high", -1, 3, 4, 11.5, 12.5, True)]),
        Case(swing_labels.labels(1), around([10, 12, 10, 12, 10]), []),
    ],
    "premium_discount": [
        # Range 9.5 to 12.5, known at bar 3, which closes at its middle.
        Case(
            premium_discount.halves_of_the_range(1),
            around([10, 12, 10, 11, 12]),
            [("premium", -1, 4, 4, 11, 12.5, True)],
        ),
        Case(premium_discount.halves_of_the_range(1), around([10, 12, 10, 11]), []),
    ],
    "fib_retracement": [
        # Leg 7.5 to 12.5: the band is 12.5 - 0.5 x 5 = 10 down to 12.5 - 0.75 x 5 = 8.75.
        Case(
            fib_retracement.retracements(1, shallow=0.5, deep=0.75),
            around([10, 8, 12, 11, 9]),
            [("fib_retracement", 1, 2, 4, 10, 8.75, True)],
        ),
        Case(fib_retracement.retracements(1, shallow=0.5, deep=0.75), around([10, 8, 12, 11, 8.75]), []),
    ],
    "compression_expansion": [
        Case(
            compression_expansion.expansions(width=2),
            table([TEN, TEN, TEN, (10, 12, 10, 12)]),
            [("expansion", 1, 1, 3, 10.5, 9.5, True)],
        ),
        Case(compression_expansion.expansions(width=2), table([TEN, TEN, TEN, (10, 11, 10, 11)]), []),  # 1 < 1.25
    ],
    "range_break": [
        Case(range_break.range_breaks(2), around([10, 10, 10, 11]), [("range_break", 1, 1, 3, 10.5, None, True)]),
        Case(range_break.range_breaks(2), around([10, 10, 10, 10.5]), []),
    ],
    "momentum_continuation": [
        # Gain 3 over two bars, average range (1 + 1.5 + 2.5) / 3; half of the gain is kept above 11.5.
        Case(
            momentum_continuation.continuations(run=2, strong=1.0, pause=1),
            around([10, 11, 13, 12.5, 14]),
            [("continuation", 1, 2, 4, 13.5, 12, True)],
        ),
        Case(
            momentum_continuation.continuations(run=2, strong=1.0, pause=1), around([10, 11, 13, 11.5, 14]), []
        ),  # down to 11
    ],
    "snapback": [
        # Bar 2 closes 2 below the mean of 8, more than half of the average range 6.5 / 3; bar 3 is above its mean.
        Case(
            snapback.snapbacks(width=2, stretch=0.5), around([10, 10, 6, 7]), [("snapback", 1, 2, 3, 6.5, None, True)]
        ),
        Case(snapback.snapbacks(width=2, stretch=0.5), around([10, 10, 6, 6]), []),
    ],
    "volatility_band": [
        # Mean 12, average range (3 + 4.5) / 4 = 1.875: the edge is 12 + 0.9375.
        Case(
            volatility_band.band_exits(width=2, reach=0.5),
            around([10, 10, 10, 14]),
            [("band_exit", 1, 3, 3, 12.9375, None, True)],
        ),
        Case(volatility_band.band_exits(width=2, reach=0.5), around([10, 10, 10, 10.5]), []),
    ],
    "gap": [
        Case(gap.detect, table([TEN, (12, 13, 11.5, 12.5)]), [("gap", 1, 1, 1, 12, 10.5, True)]),
        Case(gap.detect, table([TEN, (12, 13, 10.5, 12.5)]), [("gap", 1, 1, 1, 12, 10.5, False)]),  # filled at once
        Case(gap.detect, table([TEN, (10.5, 13, 10.5, 12.5)]), []),
    ],
    "gap_fill": [
        Case(
            gap_fill.detect,
            table([TEN, (12, 13, 11.5, 12.5), (12, 12, 10.5, 11)]),
            [("gap_fill", 0, 0, 2, 10.5, 12, True)],
        ),
        Case(gap_fill.detect, table([TEN, (12, 13, 11.5, 12.5), (12, 12, 10.6, 11)]), []),
    ],
    "opening_range_break": [
        Case(
            opening_range_break.detect,
            around([10, 11, 10.5, 12], "1h"),
            [("range_break", 1, 0, 3, 11.5, 9.5, True)],
        ),
        Case(opening_range_break.detect, around([10, 11, 10.5, 11.5], "1h"), []),
    ],
    "session_range_break": [
        # Asia is over after eight hours.
        Case(
            session_range_break.detect,
            around([10, 11, *[10] * 6, 10.5, 12], "1h"),
            [("asia_break", 1, 0, 9, 11.5, 9.5, True)],
        ),
        Case(session_range_break.detect, around([10, 11, *[10] * 5, 12, 12], "1h"), []),  # 12 is in the range
    ],
    "sessions": [
        Case(
            sessions.detect,
            around([10] * 8, "1h"),
            [("asia", 0, 0, 0, 10, None, False), ("london", 0, 7, 7, 10, None, True)],
        ),
        Case(sessions.detect, around([10] * 8), []),
    ],
    "previous_day": [
        Case(
            previous_day.detect,
            around([10, 11, 10, 10, 10, 10, 10, 12], "4h"),
            [("previous_high_broken", 1, 1, 7, 11.5, None, True)],
        ),
        Case(
            previous_day.detect,
            table([TEN, (11, 11.5, 10.5, 11), *[TEN] * 5, (11, 12.5, 10.5, 11)], timeframe="4h"),
            [("previous_high_swept", -1, 1, 7, 11.5, None, True)],
        ),
        Case(previous_day.detect, around([10, 11, 10, 10, 10, 10, 10, 11], "4h"), []),
    ],
    "previous_week": [
        Case(
            previous_week.detect,
            around([10, 11, 10, 10, 10, 10, 10, 12]),
            [("previous_high_broken", 1, 1, 7, 11.5, None, True)],
        ),
        Case(previous_week.detect, around([10, 11, 10, 10, 10, 10, 12, 11]), []),  # 12 is Sunday's
    ],
    "higher_bias": [
        # Weeks close at 10 and 12; the mean of both is 11.
        Case(higher_bias.biases(width=2), around([10] * 13 + [12]), [("higher_bias", 1, 13, 13, 11, None, True)]),
        # Without its Sunday the second week is known to be over when Monday closes.
        Case(
            higher_bias.biases(width=2),
            table([*[TEN] * 12, (12, 12, 12, 12), TEN], skipped=[13]),
            [("higher_bias", 1, 12, 13, 11, None, True)],
        ),
        Case(higher_bias.biases(width=2), around([10] * 12 + [12, 10, 12]), []),
    ],
    "inside_bar_break": [
        Case(
            inside_bar_break.detect,
            table([(10, 13, 8, 10), (10, 12, 9, 11), (11, 14, 11, 13.5)]),
            [("inside_bar_break", 1, 0, 2, 13, 8, True)],
        ),
        Case(inside_bar_break.detect, table([(10, 13, 8, 10), (10, 12, 9, 11), (11, 14, 11, 13)]), []),
    ],
    "narrow_range": [
        Case(
            narrow_range.narrow_ranges(3),
            table([(10, 12, 9, 10), (10, 11, 9, 10), TEN]),
            [("narrow_range", 0, 2, 2, 10.5, 9.5, True)],
        ),
        Case(narrow_range.narrow_ranges(3), table([(10, 12, 9, 10), TEN, TEN]), []),  # as narrow is not narrower
    ],
    "outside_bar": [
        Case(outside_bar.detect, table([(10, 11, 9, 10), (10, 12, 8, 11.5)]), [("outside_bar", 1, 1, 1, 11, 8, True)]),
        Case(outside_bar.detect, table([(10, 11, 9, 10), (10, 12, 8, 11)]), []),
    ],
    "key_reversal": [
        Case(
            key_reversal.key_reversals(2),
            table([(10, 11, 9, 10), (10, 11, 9, 10), (9, 11.5, 8, 11.2)]),
            [("key_reversal", 1, 2, 2, 8, None, True)],
        ),
        Case(key_reversal.key_reversals(2), table([(10, 11, 9, 10), (10, 11, 9, 10), (9, 11.5, 9, 11.2)]), []),
    ],
    "engulfing_at_level": [
        # The body 8.1..9.9 covers 9.5..8.2; the low is 0.1 above the swing low.
        Case(
            engulfing_at_level.engulfings(1),
            table([*ENGULFED, (8.1, 10, 7.6, 9.9)]),
            [("engulfing", 1, 4, 4, 7.5, 7.6, True)],
        ),
        Case(engulfing_at_level.engulfings(1), table([*ENGULFED, (8.1, 10, 5, 9.9)]), []),
    ],
    "exhaustion_wick": [
        # Wick 3, average range (1 + 3.2) / 2 = 2.1.
        Case(
            exhaustion_wick.exhaustion_wicks(width=2),
            table([TEN, (10, 10.2, 7, 10)]),
            [("exhaustion_wick", 1, 1, 1, 7, None, True)],
        ),
        Case(exhaustion_wick.exhaustion_wicks(width=2), table([TEN, (10, 10.2, 7, 8.5)]), []),
    ],
    "displacement": [
        # Body 2 of 2.3, after an average range of 1.
        Case(displacement.detect, table([TEN, (10, 12.2, 9.9, 12)]), [("displacement", 1, 1, 1, 12, 10, True)]),
        Case(displacement.detect, table([TEN, (10, 13, 9.9, 12)]), []),  # 2 of 3.1
    ],
    "volume_climax": [
        Case(
            volume_climax.volume_climaxes(width=2),
            table([TEN, TEN, (10, 11.5, 9.5, 11)], volumes=[1, 1, 2]),
            [("volume_climax", 0, 2, 2, 11.5, 9.5, True)],
        ),
        Case(volume_climax.volume_climaxes(width=2), table([TEN, TEN, (10, 11.5, 9.5, 11)], volumes=[1, 1, 1.9]), []),
    ],
    "regime": [
        # 2 of 2, then 0 of 2.
        Case(
            regime.trend_regimes(width=2),
            around([10, 11, 12, 11]),
            [("trending_up", 1, 2, 2, 12, None, False), ("ranging", 0, 3, 3, 11, None, True)],
        ),
        Case(regime.trend_regimes(width=2), around([10, 11, 10]), [("ranging", 0, 2, 2, 10, None, True)]),
    ],
    "volatility": [
        # Average ranges 1, 1, 11/3; the last over its mean with the one before: 11/7, more than 1.4.
        Case(
            volatility.volatility_states(width=2),
            table([TEN, TEN, (10, 16, 7, 10)]),
            [("normal", 0, 1, 1, 10, None, False), ("volatile", 0, 2, 2, 10, None, True)],
        ),
        # 1, 1, 2: 2 / 1.5 is less.
        Case(
            volatility.volatility_states(width=2),
            table([TEN, TEN, (10, 13, 9, 10)]),
            [("normal", 0, 1, 1, 10, None, True)],
        ),
    ],
    "drift": [
        # Changes 0 and 2.5 ranges, mean 1.25: 1.25 above it.
        Case(
            drift.drift_alarms(slack=0, threshold=1),
            around([10, 10, 12.5]),
            [("drift_up", 1, 2, 2, 12.5, None, True)],
        ),
        Case(drift.drift_alarms(slack=0, threshold=1), around([10, 10, 12]), []),  # 1 is not above 1
    ],
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{name}, {number}") for name, cases in CASES.items() for number, case in enumerate(cases)],
)
def test_a_table_gives_these_events_and_no_other(case: Case) -> None:
    found = case.detect(case.bars)
    columns = (found.formed, found.confirmed, found.level, found.far_level, found.is_open)
    rows = zip(found.kind.tolist(), found.direction.tolist(), *(column.tolist() for column in columns), strict=True)
    said = [
        (found.kinds[kind], direction, formed, known, level, None if np.isnan(far) else far, is_open)
        for kind, direction, formed, known, level, far, is_open in rows
    ]
    assert said == case.expected


def test_every_detector_has_tables_one_of_which_fires() -> None:
    assert sorted(CASES) == list(detectors.names())
    assert all(any(case.expected for case in cases) and len(cases) > 1 for cases in CASES.values())
