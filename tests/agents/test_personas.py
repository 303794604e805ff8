"""Personas re-plan a draft with their own profile; the selector takes one of them."""

from __future__ import annotations

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.agents import persona, personas
from fks_agents.agents.levels import written
from fks_agents.agents.manager import rules_draft
from fks_agents.agents.personas import profile
from fks_agents.agents.proposing import rules_proposal
from fks_agents.agents.selector import choose, heard, selector
from fks_agents.contracts import AccountView, Plan, Regime
from fks_agents.settings import Settings
from tests.agents.conftest import RISING, Opened, claim, report, run, snapshot_of, traded

SNAPSHOT = snapshot_of(RISING)
ACCOUNT = AccountView(equity=100_000.0, cash=100_000.0)


def draft(conviction: float = 0.75, side: str = "buy") -> Plan:
    stance = (2 * conviction - 1) * (1 if side == "buy" else -1)
    said = [report(name, stance, 0.8, claim(f"{name}.1")) for name in ("technical", "macro")]
    return rules_draft(SNAPSHOT, said, [], Settings())


def proposals(regime: Regime, conviction: float) -> list[Plan]:
    plan = draft(conviction)
    return [rules_proposal(name, profile(name), plan, SNAPSHOT, Settings()) for name in heard(regime)]


# close 100, ATR 2; entry 100 - 2 e, stop entry - 2 s, target entry + r x 2 s
LEVELS = {
    "conservative": (99.0, 94.0, 106.5, 0.005),  # e 0.5, s 2.5, r 1.5
    "moderate": (99.5, 95.5, 107.5, 0.01),  # e 0.25, s 2, r 2
    "aggressive": (99.8, 96.8, 107.3, 0.02),  # e 0.1, s 1.5, r 2.5
}


@pytest.mark.parametrize("name", personas())
def test_a_persona_trades_its_own_levels(name: str, opened: Opened) -> None:
    (plan,) = run(persona(name), opened(), SNAPSHOT, draft=draft())["proposals"]
    assert (plan.entry, plan.stop, *plan.targets, plan.risk) == LEVELS[name]
    assert (plan.author, plan.action, plan.reason) == (name, "buy", draft().reason)
    assert plan.conviction == pytest.approx(0.75)
    assert outcome_of(check_claims(plan.claims, SNAPSHOT.facts)) == "pass"


def test_levels_are_written_like_all_prices() -> None:
    assert written(2680.36, 0.01) == "2,680.36"
    assert written(2680.0, 0.25) == "2,680.00"
    assert written(1.0845, 0.0001) == "1.0845"


@pytest.mark.parametrize(("conviction", "takers"), [(0.72, 3), (0.68, 2), (0.58, 0)])
def test_a_persona_declines_below_its_conviction(conviction: float, takers: int) -> None:
    plans = proposals("calm", conviction)
    assert sum(plan.action == "buy" for plan in plans) == takers
    declined = [plan for plan in plans if plan.action == "hold"]
    if declined:
        assert declined[0].reason == f"conviction {conviction:.2f} is below the 0.70 that conservative wants"


@pytest.mark.parametrize("name", personas())
def test_what_does_not_trade_passes_without_a_word(name: str, opened: Opened) -> None:
    held = draft(0.55)
    assert held.action == "hold"
    assert run(persona(name), opened(), SNAPSHOT, draft=held)["proposals"] == []
    choice = run(selector, opened(), SNAPSHOT, draft=held, proposals=[])["choice"]
    assert (choice.persona, choice.plan) == ("manager", held)


REGIMES: tuple[Regime, ...] = ("calm", "trending", "volatile")


def test_who_is_heard_from_the_most_cautious_to_the_boldest() -> None:
    assert [heard(regime) for regime in REGIMES] == [
        ("conservative", "moderate", "aggressive"),
        ("moderate", "aggressive"),
        ("conservative", "moderate"),
    ]


def test_every_persona_is_heard_somewhere_and_in_every_regime_somebody() -> None:
    assert {name for regime in REGIMES for name in heard(regime)} == set(personas())
    assert all(heard(regime) for regime in REGIMES)


@pytest.mark.parametrize(
    ("regime", "conviction", "account", "chosen"),
    [
        ("calm", 0.75, {}, "moderate"),
        ("calm", 0.65, {}, "moderate"),  # conservative declines: the most cautious that takes it
        ("trending", 0.75, {}, "aggressive"),
        ("volatile", 0.75, {}, "conservative"),
        ("volatile", 0.65, {}, "moderate"),
        ("trending", 0.75, {"drawdown": 0.05}, "moderate"),
        ("calm", 0.75, {"losing_streak": 3}, "conservative"),
    ],
)
def test_whose_plan_is_taken(regime: Regime, conviction: float, account: dict[str, float], chosen: str) -> None:
    choice = choose(proposals(regime, conviction), regime, ACCOUNT.model_copy(update=account))
    assert (choice.persona, choice.plan.action) == (chosen, "buy")


@pytest.mark.parametrize("regime", REGIMES)
def test_nobody_takes_it_and_nothing_is_traded(regime: Regime) -> None:
    choice = choose(proposals(regime, 0.58), regime, ACCOUNT)
    assert (choice.persona, choice.plan.action) == (heard(regime)[0], "hold")


def test_the_chosen_plan_is_a_proposal_as_it_was(opened: Opened) -> None:
    plans = proposals("calm", 0.75)
    choice = run(selector, opened(), SNAPSHOT, draft=draft(), proposals=plans[::-1])["choice"]
    assert traded(choice.plan) == traded(plans[1])
