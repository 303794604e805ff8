from __future__ import annotations

import pytest

from fks_agents.bars import moment
from fks_agents.contracts import Direction, Event
from tests.tools.indicators.columns import bars, walk
from tools import detectors
from tools.indicators import present, structure

HUNDRED = bars([100.0] * 100, high=[101.0] * 100, low=[99.0] * 100)
"""Every true range is 2, so atr_14 is 2; the close is 100."""


def event(
    kind: str,
    level: float,
    ago: int,
    direction: Direction = "neutral",
    far: float | None = None,
    *,
    is_open: bool = True,
) -> Event:
    """An event that became known `ago` bars before the last."""
    row = len(HUNDRED) - 1 - ago
    return Event(
        detector="fvg" if kind == "fvg" else "swings", kind=kind, direction=direction,
        formed_at=moment(HUNDRED.opened[row]), confirmed_at=moment(HUNDRED.closed[row]), level=level, far_level=far,
        is_open=is_open,
    )  # fmt: skip


def test_swings_are_measured_in_ranges_from_the_close() -> None:
    swings = [event("swing_high", 105.0, 30), event("swing_low", 95.0, 20), event("swing_high", 104.0, 10)]
    facts = structure.describe({"swings": swings}, HUNDRED)
    assert (facts["swing_high"], facts["swing_low"]) == (104.0, 95.0)
    assert (facts["bars_since_swing_high"], facts["bars_since_swing_low"]) == (10.0, 20.0)
    assert facts["close_to_swing_high_atr"] == pytest.approx(-2.0)  # 4 below, range 2
    assert facts["close_to_swing_low_atr"] == pytest.approx(2.5)
    assert facts["swing_high_change"] == pytest.approx(100.0 * (104.0 / 105.0 - 1.0))
    assert facts["swing_position"] == pytest.approx(5.0 / 9.0)  # (100 - 95) / (104 - 95)
    assert "swing_low_change" not in dict(present(facts))


def test_breaks_are_dated_and_counted() -> None:
    swings = [
        event("bos", 90.0, 60, "bullish"),
        event("choch", 97.0, 59, "bearish"),
        event("bos", 96.0, 5, "bearish", is_open=False),
    ]
    facts = structure.describe({"swings": swings}, HUNDRED)
    assert (facts["last_break"], facts["last_break_direction"], facts["last_break_holds"]) == ("bos", "bearish", "no")
    assert (facts["last_break_level"], facts["bars_since_last_break"]) == (96.0, 5.0)
    assert facts["close_to_last_break_atr"] == pytest.approx(2.0)
    assert (facts["last_choch_direction"], facts["bars_since_last_choch"]) == ("bearish", 59.0)
    # The first lies 60 bars back, which is one too many.
    assert (facts["bullish_breaks_60"], facts["bearish_breaks_60"]) == (0.0, 2.0)


def test_the_nearest_open_gap_of_each_side_counts() -> None:
    gaps = [
        event("fvg", 98.0, 40, "bullish", 97.0),
        event("fvg", 94.0, 30, "bullish", 93.0),
        event("fvg", 99.5, 20, "bullish", 99.0, is_open=False),
        event("fvg", 103.0, 10, "bearish", 106.0),
    ]
    facts = structure.describe({"fvg": gaps}, HUNDRED)
    assert (facts["open_bullish_gaps"], facts["open_bearish_gaps"]) == (2.0, 1.0)
    assert (facts["bullish_gap_top"], facts["bullish_gap_bottom"]) == (98.0, 97.0)
    assert facts["close_to_bullish_gap_atr"] == pytest.approx(1.0)
    assert (facts["bearish_gap_bottom"], facts["bearish_gap_top"]) == (103.0, 106.0)
    assert facts["close_to_bearish_gap_atr"] == pytest.approx(-1.5)


def test_a_detector_that_did_not_run_leaves_no_zero_behind() -> None:
    assert structure.describe({}, HUNDRED) == {}
    assert set(structure.describe({"swings": []}, HUNDRED)) == {"bullish_breaks_60", "bearish_breaks_60"}
    assert set(structure.describe({"fvg": []}, HUNDRED)) == {"open_bullish_gaps", "open_bearish_gaps"}


def test_every_fact_comes_out_of_the_real_detectors() -> None:
    seen: set[str] = set()
    for seed in range(8):
        whole = walk(seed, 600)
        found = {name: detectors.get(name)(whole) for name in ("swings", "fvg")}
        seen |= {name for name, _ in present(structure.describe(found, whole))}
    assert seen == {name for name, _, _ in structure.FACTS}
