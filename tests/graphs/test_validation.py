"""What a service asks: typed questions, typed answers, no model needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from evaluators.judges import Means
from fks_agents.contracts import Claim, Report
from fks_agents.errors import UsageError
from fks_agents.settings import Settings
from graphs.validation import (
    BiasRequest,
    ConsistencyRequest,
    ConsistencyResponse,
    DiscrepancyRequest,
    GroundTruthRequest,
    bias,
    consistency,
    discrepancy,
    ground_truth,
)
from memory.judgements import Scope
from memory.ledger import Ledger
from tests.evaluators.audits.recorded import BEGIN, decide, facts


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened


def test_claims_are_held_against_the_facts_that_come_with_them() -> None:
    request = ConsistencyRequest(
        claims=(
            Claim(id="a.1", text="RSI(14) is 25.0", fact_ids=("F2",)),
            Claim(id="a.2", text="RSI(14) is 52.0", fact_ids=("F2",)),
        ),
        facts=facts(BEGIN),
    )
    found = consistency(request)
    assert (found.outcome, found.supported, found.refuted) == ("fail", 1, 1)
    assert [(each.id, each.answer) for each in found.claims] == [("a.1", "supported"), ("a.2", "refuted")]
    assert "25" in found.claims[1].reason
    assert found == ConsistencyResponse.model_validate_json(found.model_dump_json())


def test_a_recorded_decision_is_found_by_its_id(ledger: Ledger) -> None:
    right, wrong = decide(ledger, 0), decide(ledger, 1, wrong=True)
    assert consistency(ConsistencyRequest(decision_id=right.id), ledger).outcome == "pass"
    found = consistency(ConsistencyRequest(decision_id=wrong.id[:8]), ledger)
    assert (found.outcome, found.supported, found.refuted) == ("fail", 2, 1)


def test_nothing_said_is_no_consistency() -> None:
    request = ConsistencyRequest(claims=(Claim(id="a.1", text="The picture is nice"),))
    assert consistency(request).outcome == "unscored"


def test_a_model_that_cannot_be_asked_shuts_what_the_checks_leave_open(ledger: Ledger) -> None:
    request = ConsistencyRequest(
        claims=(Claim(id="a.1", text="RSI(14) is 25.0", fact_ids=("F2",)),), facts=facts(BEGIN)
    )
    found = consistency(request, means=Means())
    assert found.judgement is not None
    assert found.judgement.outcome == "unscored"
    assert (consistency(request).outcome, found.outcome) == ("pass", "unscored")


def test_a_question_is_about_a_decision_or_about_claims() -> None:
    for given in ({}, {"decision_id": "a", "claims": (Claim(id="a.1", text="x"),)}):
        with pytest.raises(ValidationError, match="expected either decision_id, or claims"):
            ConsistencyRequest.model_validate(given)
    with pytest.raises(UsageError, match="expected a ledger"):
        consistency(ConsistencyRequest(decision_id="a"))


def test_discrepancies_with_data_between_and_within_agents(ledger: Ledger) -> None:
    cycle = decide(ledger, 0, wrong=True)
    assert discrepancy(DiscrepancyRequest(decision_id=cycle.id), ledger).with_data[0].id == "macro.1"
    bullish = Claim(id="technical.1", text="RSI(14) is 25.0", fact_ids=("F2",), direction="bullish")
    bearish = bullish.model_copy(update={"id": "risk.1", "direction": "bearish"})
    reports = (
        Report(analyst="technical", stance=-0.6, conviction=0.5, claims=(bullish,), model="rules"),
        Report(analyst="risk", stance=-0.2, conviction=0.5, claims=(bearish,), model="rules"),
    )
    admission = ledger.decisions.admit("X", "1d", BEGIN, Settings())
    ledger.decisions.finish(cycle.model_copy(update={"id": admission.id, "symbol": "X", "reports": reports}))
    found = discrepancy(DiscrepancyRequest(decision_id=admission.id), ledger)
    assert found.with_data == ()
    assert [(each.fact, each.bullish, each.bearish) for each in found.between_agents] == [
        ("rsi_14", ("technical.1",), ("risk.1",))
    ]
    assert [(each.analyst, each.claims) for each in found.within_agents] == [("technical", "bullish")]
    assert found.spread == pytest.approx(0.4)
    assert found.outcome == "fail"


def test_agents_that_merely_disagree_pass(ledger: Ledger) -> None:
    found = discrepancy(DiscrepancyRequest(decision_id=decide(ledger, 0).id), ledger)
    assert (found.outcome, found.spread) == ("pass", 0.5)


def test_bias_and_truth_over_recorded_outcomes(ledger: Ledger) -> None:
    for day in range(24):
        decide(ledger, day, stance=0.5, conviction=0.9, market_return=0.01 if day % 2 else -0.01)
    technical = next(each for each in bias(BiasRequest(), ledger).agents if each.agent == "technical")
    # Bullish 24 times, wrong 12 times, never wrong the other way: 2 / 2^12, doubled for two agents.
    assert (technical.wrongly_bullish, technical.wrongly_bearish, technical.lean) == (12, 0, "optimistic")
    assert technical.p == pytest.approx(2 / 2**12)
    found = ground_truth(GroundTruthRequest(), ledger)
    assert (found.decisions, found.found) == (24, ())
    told = next(each for each in found.agents if each.agent == "technical")
    # 0.5 x 0.01 + 0.5 x 0.81
    assert told.brier is not None
    assert told.brier.value == pytest.approx(0.41)


def test_a_ledger_without_outcomes_has_no_answer(ledger: Ledger) -> None:
    decide(ledger, 0)
    assert bias(BiasRequest(scope=Scope(symbol="SPX")), ledger).agents == ()
    assert ground_truth(GroundTruthRequest(), ledger).agents == ()
