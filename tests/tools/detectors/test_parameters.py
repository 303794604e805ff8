"""A parameter that makes no sense is refused by its name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from math import nan

import pytest

from fks_agents.errors import UsageError

WRONG: list[tuple[str, str, dict[str, object], str]] = [
    ("bos", "breaks_of_structure", {"n": 0}, "n must be at least 1, was 0"),
    ("choch", "changes_of_character", {"n": 0}, "n must"),
    ("fvg", "fair_value_gaps", {"smallest": nan}, "smallest must be at least 0, was nan"),
    ("imbalance", "volume_imbalances", {"smallest": -1}, "smallest must"),
    ("order_block", "order_blocks", {"n": 0}, "n must"),
    ("mitigation", "returns_to_blocks", {"n": 0}, "n must"),
    ("breaker", "breaker_blocks", {"n": 0}, "n must"),
    ("sweep", "liquidity_sweeps", {"n": 0}, "n must"),
    ("swing_failure", "swing_failures", {"n": 0}, "n must"),
    ("swing_labels", "labels", {"n": 0}, "n must"),
    ("equal_levels", "equal_highs_and_lows", {"tolerance": -1}, "tolerance must"),
    ("equal_break", "breaks_of_equal_levels", {"tolerance": nan}, "tolerance must"),
    ("double_reversal", "double_tops_and_bottoms", {"within": 0}, "within must"),
    ("breakout_retest", "retests", {"within": 0}, "within must"),
    ("fakeout", "fakeouts", {"within": 0}, "within must"),
    ("level_bounce", "bounces", {"tolerance": -1}, "tolerance must"),
    ("level_break", "breaks_of_levels", {"memory": 0}, "memory must"),
    ("inducement", "inducements", {"minor": 5, "n": 5}, "n must be at least 6, was 5"),
    ("divergence", "divergences", {"lookback": 0}, "lookback must"),
    ("hidden_divergence", "hidden_divergences", {"lookback": 0}, "lookback must"),
    ("three_drives", "three_drives", {"ratio": 0.5}, "ratio must"),
    ("premium_discount", "halves_of_the_range", {"n": 0}, "n must"),
    ("fib_retracement", "retracements", {"deep": 1.5}, "deep must be from 0 to 1, was 1.5"),
    ("fib_retracement", "retracements", {"shallow": 0.9}, "deep must be at least 0.9"),
    ("compression_expansion", "expansions", {"tight": 0}, "tight must be above 0, was 0"),
    ("range_break", "range_breaks", {"width": 0}, "width must"),
    ("momentum_continuation", "continuations", {"pause": 0}, "pause must"),
    ("snapback", "snapbacks", {"stretch": nan}, "stretch must be above 0"),
    ("volatility_band", "band_exits", {"width": 1}, "width must be at least 2"),
    ("gap", "gaps", {"smallest": -1}, "smallest must"),
    ("gap_fill", "gap_fills", {"within": -1}, "within must"),
    ("opening_range_break", "opening_range_breaks", {"begin": 25}, "begin must be from 0 to 24, was 25"),
    (
        "session_range_break",
        "session_range_breaks",
        {"session": "mars"},
        "unknown session 'mars'; expected one of asia",
    ),
    ("previous_day", "previous_day_levels", {"begin": -1}, "begin must"),
    ("previous_week", "previous_week_levels", {"begin": -1}, "begin must"),
    ("higher_bias", "biases", {"width": 1}, "width must"),
    ("inside_bar_break", "inside_bar_breaks", {"within": 0}, "within must"),
    ("narrow_range", "narrow_ranges", {"width": 1}, "width must"),
    ("key_reversal", "key_reversals", {"width": 0}, "width must"),
    ("engulfing_at_level", "engulfings", {"tolerance": -1}, "tolerance must"),
    ("exhaustion_wick", "exhaustion_wicks", {"long": 0}, "long must"),
    ("displacement", "displacements", {"share": 2}, "share must"),
    ("volume_climax", "volume_climaxes", {"times": 0}, "times must"),
    ("regime", "trend_regimes", {"enter": 0.2}, "enter must be from 0.25 to 1, was 0.2"),
    ("volatility", "volatility_states", {"leave": 1}, "leave must be above 1"),
    ("drift", "drift_alarms", {"threshold": 0}, "threshold must"),
]


@pytest.mark.parametrize(("module", "factory", "given", "says"), WRONG, ids=[f"{row[0]} {row[2]}" for row in WRONG])
def test_a_parameter_out_of_range_is_refused(module: str, factory: str, given: dict[str, object], says: str) -> None:
    make: Callable[..., object] = getattr(import_module(f"tools.detectors.{module}"), factory)
    with pytest.raises(UsageError, match=says):
        make(**given)
