"""What somebody outside proposed stands near the real price; plans of our own are not asked."""

from __future__ import annotations

import pytest

from evaluators.gate import judge
from evaluators.rules import nearness
from fks_agents.agents.proposal import plan_of
from fks_agents.agents.risk import size
from fks_agents.contracts import Plan, Proposal
from fks_agents.settings import Settings
from tests.agents.conftest import AS_OF, RISING, snapshot_of

SEEN = snapshot_of(RISING)  # close 100, average true range 2


def plan(entry: float, stop: float, author: str = "tradingview") -> Plan:
    return Plan(
        author=author, action="buy", conviction=0.75, entry=entry, stop=stop, targets=(120.0,), risk=0.005, horizon=5,
        expires_at=AS_OF, model="rules",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "stop", "outcomes"),
    [
        (100.0, 95.0, ["pass", "pass"]),
        (106.0, 95.0, ["pass", "pass"]),  # 6 / 2 = 3 average true ranges
        (106.1, 95.0, ["fail", "pass"]),
        (94.0, 93.5, ["pass", "pass"]),  # 0.5 / 2 = 0.25
        (93.9, 93.5, ["fail", "fail"]),
        (100.0, 99.6, ["pass", "fail"]),
    ],
)
def test_the_entry_is_near_and_the_stop_is_not(entry: float, stop: float, outcomes: list[str]) -> None:
    assert [check.outcome for check in nearness.check(plan(entry, stop), SEEN)] == outcomes


def test_plans_of_our_own_and_those_that_do_not_trade_are_not_asked() -> None:
    assert list(nearness.check(plan(500.0, 499.9, "moderate"), SEEN)) == []
    idle = Plan(author="tradingview", action="no_decision", abstained="so", reason="so", model="rules")
    assert list(nearness.check(idle, SEEN)) == []


def test_without_an_average_true_range_nothing_is_near() -> None:
    blind = SEEN.model_copy(update={"facts": tuple(fact for fact in SEEN.facts if fact.name != "atr_14")})
    assert [check.outcome for check in nearness.check(plan(100.0, 95.0), blind)] == ["unscored"]


def test_nothing_else_would_have_stopped_a_stop_that_noise_reaches() -> None:
    """The naive control: of everything the gate looks at, only this rule sees it."""
    near = plan_of(
        Proposal(origin="tradingview", alert="a", action="buy", entry=100.0, stop=99.6, proposed_at=AS_OF),
        0.75, SEEN, Settings(),
    )  # fmt: skip
    verdict = judge(SEEN, [], [], near, size(near, SEEN, Settings()))
    assert {check.rule for check in verdict.checks if check.outcome != "pass"} == {"nearness"}
