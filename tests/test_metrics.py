"""Counters say what the recorded decisions say, and stay in the registry they were given."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY, CollectorRegistry

from fks_agents.contracts import (
    Approval,
    Bite,
    Check,
    LimitEvent,
    OrderIntent,
    Plan,
    Report,
    Sized,
    Spent,
    Spoken,
    Usage,
    Verdict,
)
from fks_agents.judgements import Judgement
from fks_agents.metrics import Metrics, reason_of, stopped_by
from tests.test_contracts import CYCLE

CHECK = Check(rule="values", subject="macro.1", outcome="fail", reason="expected 1, was 2")
REPORTS = (
    Report(analyst="macro", stance=0.5, conviction=0.5, model="ollama:x", prompt="macro/v2@0", caught=(CHECK,)),
    Report(
        analyst="risk",
        abstained="token budget of the decision: ...",
        model="ollama:x",
        bites=(Bite(phase="budget", role="risk", effect="not_asked", reason="token budget"),),
    ),
)
BITES = (
    Bite(phase="attempts", role="macro", effect="repaired", reason="expected a JSON object"),
    Bite(phase="budget", role="risk", effect="not_asked", reason="token budget"),
    Bite(phase="breaker", role="bull", effect="rules", reason="failed 3 times in a row"),
    Bite(phase="breaker", role="bear", effect="rules", reason="failed 3 times in a row"),
)
SPENT = Spent(role="macro", calls=4, cached=1, failures=1, input_tokens=100, output_tokens=20, seconds=2.5, money=0.25)
SEEN = CYCLE.model_copy(
    update={
        "reports": REPORTS,
        "usage": Usage(spent=(SPENT,), bites=BITES),
        "verdict": Verdict(outcome="fail", reason="1 of 1 checks failed", checks=(CHECK,)),
    }
)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_each_counter_counts_what_a_decision_says() -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.observe(SEEN)
    counted = {
        ("fks_decisions_total", "action=hold,status=hold"): 2.0,
        ("fks_gate_verdicts_total", "outcome=fail"): 2.0,
        ("fks_gate_checks_total", "outcome=fail,rule=values"): 2.0,
        ("fks_model_calls_total", "role=macro"): 6.0,
        ("fks_model_calls_cached_total", "role=macro"): 2.0,
        ("fks_model_failures_total", "role=macro"): 2.0,
        ("fks_model_tokens_total", "kind=input,role=macro"): 200.0,
        ("fks_model_tokens_total", "kind=output,role=macro"): 40.0,
        ("fks_model_seconds_total", "role=macro"): 5.0,
        ("fks_model_us_dollars_total", "role=macro"): 0.5,
        ("fks_model_repairs_total", "role=macro,why=unreadable"): 2.0,
        ("fks_model_repairs_total", "role=macro,why=check"): 2.0,
        ("fks_phase_gates_total", "effect=repaired,phase=attempts"): 2.0,
        ("fks_budget_degradations_total", "effect=not_asked"): 2.0,
        ("fks_breaker_openings_total", ""): 2.0,
        ("fks_abstentions_total", "reason=budget,role=risk"): 2.0,
    }
    for (name, labels), expected in counted.items():
        given = dict(pair.split("=") for pair in labels.split(",") if pair)
        assert value(metrics, name, **given) == expected, name


def test_orders_answers_and_the_time_taken_are_counted() -> None:
    order = OrderIntent(
        client_order_id="o1", decision_id="d1", leg="entry", symbol="SPX", side="buy", type="limit", quantity=1.0,
        price=100.0, placed_at=CYCLE.as_of,
    )  # fmt: skip
    legs = (order, order.model_copy(update={"leg": "stop"}), order.model_copy(update={"leg": "target"}))
    approval = Approval(status="approved", by="ana", at=CYCLE.as_of, reason="fits")
    metrics = Metrics()
    metrics.observe(SEEN.model_copy(update={"orders": legs, "approval": approval, "seconds": 0.2}))
    assert [value(metrics, "fks_orders_total", leg=leg) for leg in ("entry", "stop", "target")] == [1.0, 1.0, 1.0]
    assert value(metrics, "fks_approvals_total", status="approved") == 1.0
    assert value(metrics, "fks_decision_seconds_bucket", le="0.1") == 0.0
    assert value(metrics, "fks_decision_seconds_bucket", le="0.25") == 1.0


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Report(analyst="macro", abstained="no macro series", model="rules"), "context"),
        (Report(analyst="macro", abstained="it has no claims", model="ollama:x", prompt="macro/v2@0"), "model"),
        (Report(analyst="macro", abstained="the call failed", model="ollama:x"), "call"),
        (REPORTS[1], "budget"),
    ],
)
def test_an_abstention_has_a_class(said: Spoken, reason: str) -> None:
    assert reason_of(said) == reason


TRADE = Plan(
    author="manager", action="buy", entry=100.0, stop=95.0, targets=(110.0,), expires_at=CYCLE.as_of, model="rules",
)  # fmt: skip
SIZED = Sized(quantity=1.0, notional=100.0, risk=0.01, method="fixed_fractional")
PASSED = Verdict(outcome="pass", reason="all passed")
DOUBT = Judgement(judge="soundness", model="ollama:x", outcome="fail", reason="one-sided")


def waited(status: str) -> dict[str, object]:
    return {"approval": Approval.model_validate({"status": status, "by": "ana", "at": CYCLE.as_of, "reason": "CPI"})}


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, None),
        ({"draft": None}, None),
        ({"sized": None}, None),
        ({"sized": SIZED.model_copy(update={"quantity": 0.0})}, "risk"),
        ({"verdict": SEEN.verdict}, "gate"),
        ({"verdict": PASSED.model_copy(update={"outcome": "fail", "judgements": (DOUBT,)})}, "judge"),
        ({"verdict": SEEN.verdict.model_copy(update={"judgements": (DOUBT,)})}, "gate"),
        (waited("approved"), None),
        (waited("rejected"), "person"),
        (waited("expired"), "expired"),
        (waited("halted"), "halted"),
    ],
)
def test_who_stopped_a_trade_is_counted(changes: dict[str, object], who: str | None) -> None:
    traded = CYCLE.model_copy(update={"draft": TRADE, "sized": SIZED, "verdict": PASSED} | changes)
    assert stopped_by(traded) == who
    metrics = Metrics()
    metrics.observe(traded)
    vetoes = [s for family in metrics.registry.collect() for s in family.samples if s.name == "fks_vetoes_total"]
    assert [(sample.labels, sample.value) for sample in vetoes] == ([({"who": who}, 1.0)] if who else [])


def test_limits_that_bit_are_counted_by_name() -> None:
    cuts = tuple(LimitEvent(limit=name, before=2.0, after=1.0, reason="...") for name in ("max_position", "lot", "lot"))
    metrics = Metrics()
    metrics.observe(CYCLE.model_copy(update={"sized": SIZED.model_copy(update={"limits": cuts})}))
    assert value(metrics, "fks_risk_limits_total", limit="lot") == 2.0
    assert value(metrics, "fks_risk_limits_total", limit="max_position") == 1.0


def test_two_sets_of_counters_do_not_mix_and_the_global_registry_stays_empty() -> None:
    one, other = Metrics(), Metrics()
    one.observe(SEEN)
    assert value(other, "fks_gate_verdicts_total", outcome="fail") is None
    assert not any(family.name.startswith("fks_") for family in REGISTRY.collect())


def test_a_registry_of_one_s_own_is_used() -> None:
    registry = CollectorRegistry()
    Metrics(registry).observe(SEEN)
    assert registry.get_sample_value("fks_gate_verdicts_total", {"outcome": "fail"}) == 1.0


def test_the_text_is_what_a_scraper_reads() -> None:
    metrics = Metrics()
    metrics.observe(SEEN)
    assert 'fks_gate_verdicts_total{outcome="fail"} 1.0' in metrics.text()
