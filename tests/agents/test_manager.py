"""The manager by the rules, with numbers worked by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evaluators.rules import check_claims, outcome_of
from fks_agents.agents.manager import manager, rules_draft
from fks_agents.contracts import Report, Turn
from fks_agents.settings import Settings
from tests.agents.conftest import AS_OF, RISING, Desk, Opened, claim, lesson, report, run, snapshot_of

UP = claim("technical.1", "The close is 100", direction="bullish")
DOWN = claim("macro.1", "The close is at 100", direction="bearish")
SNAPSHOT = snapshot_of(RISING)


def reports(technical: float, macro: float, risk: float = 0.0) -> list[Report]:
    return [
        report("technical", technical, 0.8, UP),
        report("macro", macro, 0.4, DOWN),
        report("risk", risk, 0.5),
    ]


def test_a_buy_by_hand() -> None:
    # (0.8 x 0.6 - 0.4 x 0.3) / 1.2 = 0.3; no debate; 0.5 + 0.5 x 0.3 = 0.65
    draft = rules_draft(SNAPSHOT, reports(0.6, -0.3), [], Settings())
    assert draft.action == "buy"
    assert draft.conviction == pytest.approx(0.65)
    # ATR 2: entry 100 - 0.5, stop 4 below it, target 8 above it
    assert (draft.entry, draft.stop, draft.targets, draft.risk) == (99.5, 95.5, (107.5,), 0.01)
    assert (draft.horizon, draft.expires_at) == (10, AS_OF + timedelta(days=5))
    assert draft.reason == "the evidence leans to buy: for a rise technical; for a fall macro"
    assert [said.id for said in draft.claims] == ["manager.1", "manager.entry", "manager.stop", "manager.target1"]
    assert [said.formula for said in draft.claims[1:]] == ["F1 - 0.25 * F2", "F1 - 2.25 * F2", "F1 + 3.75 * F2"]
    assert outcome_of(check_claims(draft.claims, SNAPSHOT.facts)) == "pass"


def test_a_sell_mirrors_it() -> None:
    draft = rules_draft(SNAPSHOT, reports(-0.6, 0.3), [], Settings())
    assert (draft.action, draft.entry, draft.stop, draft.targets) == ("sell", 100.5, 104.5, (92.5,))
    assert draft.conviction == pytest.approx(0.65)
    assert outcome_of(check_claims(draft.claims, SNAPSHOT.facts)) == "pass"


def test_what_the_debate_left_standing_tilts() -> None:
    # (0.8 x 0.3 - 0.4 x 0.3) / 1.2 = 0.1: a hold; three bull claims stand against one: + 0.1 x 2/4 = 0.15: a buy
    said = [claim(f"bull.{n}") for n in (1, 2, 3)]
    debate = [
        Turn(speaker="bull", round=1, claims=tuple(said), model="rules"),
        Turn(speaker="bear", round=1, claims=(claim("bear.1"),), model="rules"),
    ]
    assert rules_draft(SNAPSHOT, reports(0.3, -0.3), [], Settings()).action == "hold"
    assert rules_draft(SNAPSHOT, reports(0.3, -0.3), debate, Settings()).action == "buy"
    # once rebutted, they tilt no more: 1 against 1
    answered = Turn(speaker="bear", round=2, rebuts=("bull.1", "bull.2"), model="rules")
    assert rules_draft(SNAPSHOT, reports(0.3, -0.3), [*debate, answered], Settings()).action == "hold"


def test_the_risk_analyst_takes_conviction_and_gives_no_direction() -> None:
    # caution 0.8 x 0.5 = 0.4: 0.5 + 0.15 x (1 - 0.2) = 0.62
    calm, strained = (rules_draft(SNAPSHOT, reports(0.6, -0.3, risk), [], Settings()) for risk in (0.0, -0.8))
    assert strained.action == calm.action
    assert strained.conviction == pytest.approx(0.62)


def test_the_manager_s_record_shrinks_its_conviction(opened: Opened, desk: Desk) -> None:
    # one wrong: x 2 x 2/5
    desk.lessons["manager"] = (lesson("manager", False),)
    draft = run(manager, opened(), SNAPSHOT, reports=reports(0.6, -0.3))["draft"]
    assert draft.conviction == pytest.approx(0.65 * 0.8)
    assert draft.recalled == ("l0",)


def test_one_voice_is_no_evidence(opened: Opened) -> None:
    silent = Report(analyst="macro", abstained="no series", model="rules")
    alone = [report("technical", 0.9, 0.9, UP), report("risk", -0.1, 0.5), silent]
    draft = run(manager, opened(), SNAPSHOT, reports=alone)["draft"]
    assert draft.action == "no_decision"
    assert draft.abstained == "expected at least 2 analysts with a view, was 1 (technical)"


def test_no_conviction_is_no_decision_and_not_a_hold() -> None:
    draft = rules_draft(SNAPSHOT, [report("technical", 0.5, 0.0), report("macro", 0.5, 0.0)], [], Settings())
    assert (draft.action, draft.abstained) == ("no_decision", "no analyst has any conviction")


def test_no_levels_are_no_decision() -> None:
    bare = snapshot_of({"close": 100.0})
    draft = rules_draft(bare, reports(0.6, 0.6), [], Settings())
    assert (draft.action, draft.abstained) == ("no_decision", "no levels without the fact atr_14")


def test_levels_lie_on_the_tick() -> None:
    # ATR 2.03: 100 - 0.5075, 100 - 4.5675, 100 + 7.6125, to quarters
    odd = snapshot_of(RISING | {"atr_14": 2.03})
    draft = rules_draft(odd, reports(0.6, 0.6), [], Settings(tick=0.25))
    assert (draft.entry, draft.stop, draft.targets) == (99.5, 95.5, (107.5,))


def test_a_tick_wider_than_the_market_moves_is_no_decision() -> None:
    draft = rules_draft(SNAPSHOT, reports(0.6, 0.6), [], Settings(tick=50.0))
    assert draft.action == "no_decision"
    assert str(draft.abstained).startswith(
        "no levels: an average true range of 2 gives [100.0, 100.0, 100.0] at tick 50"
    )
