from __future__ import annotations

from datetime import timedelta

import pytest

from fks_agents.contracts import Cycle
from graphs.outcomes import result_of
from tests.graphs.conftest import AS_OF, days_after, fill


def test_a_target_hit_is_counted_in_money_and_in_units_of_risk(working: Cycle) -> None:
    result = result_of(
        working, days_after(100.0, 110.0), [fill("entry", 100.0, 1), fill("target", 110.0, 2)], horizon=5
    )
    assert result is not None
    # 10 x (110 - 100) - 2 fees of 1 = 98; at risk were 10 x (100 - 95) = 50; 110 / 102 - 1 = 0.0784...
    assert (result.kind, result.profit, result.r_multiple) == ("target", 98.0, 98.0 / 50.0)
    assert result.market_return == pytest.approx(110.0 / 102.0 - 1.0)
    assert result.ended_at == AS_OF + timedelta(days=2)


def test_a_stop_hit_is_a_loss(working: Cycle) -> None:
    result = result_of(working, days_after(100.0, 94.0), [fill("entry", 100.0, 1), fill("stop", 94.5, 2)], horizon=5)
    # 10 x (94.5 - 100) - 2 = -57
    assert result is not None
    assert (result.kind, result.profit) == ("stop", -57.0)


def test_an_open_position_has_no_result_yet(working: Cycle) -> None:
    assert result_of(working, days_after(100.0, 101.0), [fill("entry", 100.0, 1)], horizon=5) is None


def test_an_entry_that_never_filled_ends_when_it_expires(working: Cycle) -> None:
    assert result_of(working, days_after(103.0, 104.0), [], horizon=5) is None
    result = result_of(working, days_after(103.0, 104.0, 105.0, 120.0), [], horizon=5)
    assert result is not None
    assert (result.kind, result.profit, result.r_multiple) == ("expired", 0.0, 0.0)
    assert result.ended_at == AS_OF + timedelta(days=3)
    assert result.market_return == pytest.approx(105.0 / 102.0 - 1.0)


def test_a_refusal_is_measured_over_the_horizon(working: Cycle) -> None:
    refused = working.model_copy(update={"status": "refused"})
    assert result_of(refused, days_after(101.0, 100.0, 99.0, 98.0), [], horizon=5) is None
    result = result_of(refused, days_after(101.0, 100.0, 99.0, 98.0, 51.0, 200.0), [], horizon=5)
    assert result is not None
    assert (result.kind, result.market_return) == ("not_traded", -0.5)


def test_a_decision_that_saw_nothing_has_no_result(working: Cycle) -> None:
    blind = working.model_copy(update={"snapshot": None, "status": "no_decision"})
    assert result_of(blind, days_after(*[1.0] * 10), [], horizon=5) is None
