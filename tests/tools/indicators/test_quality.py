from __future__ import annotations

from fks_agents.bars import moment
from fks_agents.contracts import Quality
from tests.tools.indicators.columns import bars
from tools.indicators import quality


def test_quality_is_told_in_numbers() -> None:
    known = bars([10.0] * 8, volume=[0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    judged = Quality(score=87.5, reasons=("one: -10", "two: -2.5"))
    half_a_day_later = moment(int(known.closed[-1]) + 43_200_000_000_000)
    facts = quality.describe(judged, known, half_a_day_later)
    assert facts == {
        "quality_score": 87.5, "quality_issues": 2, "bars_known": 8, "bar_age": 0.5, "bars_without_volume": 25.0,
    }  # fmt: skip
    assert set(facts) == {name for name, _, _ in quality.FACTS}
