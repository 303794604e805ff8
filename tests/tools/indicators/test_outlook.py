from __future__ import annotations

import pytest

from fks_agents.contracts import Forecast
from tools import forecasters
from tools.indicators import outlook


def forecast(name: str, skill: float | None, median: float = 102.0) -> Forecast:
    return Forecast(
        forecaster=name, horizon=2, levels=(0.1, 0.25, 0.5, 0.75, 0.9), skill=skill,
        path=((98.0, 99.0, 101.0, 102.0, 103.0), (94.0, 98.0, median, 104.0, 110.0)),
    )  # fmt: skip


def test_a_forecast_is_read_at_its_horizon() -> None:
    facts = outlook.describe([forecast("ewma", 0.25)], 100.0)
    assert [facts[f"forecast_ewma_{level}"] for level in ("q10", "q50", "q90")] == [94.0, 102.0, 110.0]
    assert facts["forecast_horizon"] == 2.0
    assert facts["forecast_ewma_move"] == pytest.approx(2.0)
    assert facts["forecast_ewma_range"] == pytest.approx(16.0)
    assert facts["forecast_ewma_skill"] == 0.25


def test_the_best_is_the_most_skilled_and_the_first_of_equals() -> None:
    facts = outlook.describe([forecast("drift", 0.1), forecast("ewma", 0.1), forecast("random_walk", None)], 100.0)
    assert (facts["best_forecaster"], facts["best_skill"]) == ("drift", 0.1)
    assert "forecast_random_walk_skill" not in facts
    assert "best_forecaster" not in outlook.describe([forecast("drift", None)], 100.0)


def test_each_forecaster_there_is_has_its_facts_defined() -> None:
    defined = {name for name, _, _ in outlook.FACTS}
    for name in forecasters.names():
        assert set(outlook.describe([forecast(name, 0.1)], 100.0)) <= defined
