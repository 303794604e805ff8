"""The forecast rules: no skill, no view."""

from __future__ import annotations

import pytest

from fks_agents.agents.analysts.forecast import view
from fks_agents.agents.evidence import Abstention, View
from tests.agents.conftest import snapshot_of

SKILLED: dict[str, float | str] = {
    "best_forecaster": "drift",
    "best_skill": 0.02,
    "forecast_drift_move": 0.5,
    "forecast_drift_range": 5.0,
}


def test_a_skilled_forecast_by_hand() -> None:
    # 0.5 / (5 / 2) = 0.2; 0.02 / 0.05 = 0.4
    seen = view(snapshot_of(SKILLED))
    assert isinstance(seen, View)
    assert (seen.stance, seen.conviction) == pytest.approx((0.2, 0.4))
    assert [claim.text for claim in seen.claims] == [
        "The median of drift is 0.500 % above the close",
        "The best forecaster's skill is 0.020, above zero",
        "The range of drift is 5 %",
    ]


@pytest.mark.parametrize("skill", [-0.02, 0.0])
def test_without_skill_there_is_no_view(skill: float) -> None:
    reason = f"no forecaster beats the random walk here (best skill {skill:.2f})"
    assert view(snapshot_of(SKILLED | {"best_skill": skill})) == Abstention(reason)


def test_nobody_scored_is_no_view() -> None:
    assert view(snapshot_of({"close": 100.0})) == Abstention("no forecaster was scored here: too little past")


def test_a_median_at_the_close_leans_nowhere() -> None:
    seen = view(snapshot_of(SKILLED | {"forecast_drift_move": 0.0}))
    assert isinstance(seen, View)
    assert (seen.stance, seen.conviction) == (0.0, 0.0)


def test_a_forecaster_whose_forecast_is_missing_is_named() -> None:
    without = {name: value for name, value in SKILLED.items() if name != "forecast_drift_range"}
    assert view(snapshot_of(without)) == Abstention("the forecast of drift is not among the facts")
