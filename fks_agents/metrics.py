"""Prometheus counters over finished decisions, on a registry of their own. Nothing is exported unless somebody asks.

A decision is counted once, when it is recorded: one that was interrupted counts when it is resumed, a replay never.
Labels come from fixed lists and the names of roles and models, never from a model's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fks_agents.contracts import Cycle, Spoken

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0)
"""From a desk of rules to one of slow models."""

_STEP_SECONDS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 30.0, 120.0, 600.0)
"""Fewer, because there is a series of them for each step."""


class Metrics:
    """Counters of one registry; two desks may share them. Safe among threads."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        own = registry if registry is not None else CollectorRegistry()
        self.registry = own
        self.decisions = Counter("fks_decisions", "Decisions recorded", ["action", "status"], registry=own)
        self.verdicts = Counter("fks_gate_verdicts", "Verdicts of the gate", ["outcome"], registry=own)
        self.checks = Counter("fks_gate_checks", "Checks of the gate", ["rule", "outcome"], registry=own)
        self.calls = Counter("fks_model_calls", "Model calls made", ["role"], registry=own)
        self.cached = Counter("fks_model_calls_cached", "Calls answered from the record", ["role"], registry=own)
        self.failures = Counter("fks_model_failures", "Calls without a usable reply", ["role"], registry=own)
        self.tokens = Counter("fks_model_tokens", "Tokens read and written", ["role", "kind"], registry=own)
        self.seconds = Counter("fks_model_seconds", "Seconds waited for models", ["role"], registry=own)
        self.dollars = Counter("fks_model_us_dollars", "Cost, of models whose price is known", ["role"], registry=own)
        self.repairs = Counter("fks_model_repairs", "Replies shown to the model again", ["role", "why"], registry=own)
        self.bites = Counter("fks_phase_gates", "Gates that bit", ["phase", "effect"], registry=own)
        self.breakers = Counter("fks_breaker_openings", "Decisions in which a breaker opened", registry=own)
        self.degradations = Counter("fks_budget_degradations", "What gave way to a budget", ["effect"], registry=own)
        self.abstentions = Counter("fks_abstentions", "Roles without a view", ["role", "reason"], registry=own)
        self.orders = Counter("fks_orders", "Orders committed", ["leg"], registry=own)
        self.approvals = Counter("fks_approvals", "Trades let through or not", ["status"], registry=own)
        self.vetoes = Counter("fks_vetoes", "Trades that were stopped before they were sent", ["who"], registry=own)
        self.limits = Counter("fks_risk_limits", "Limits that made a position smaller", ["limit"], registry=own)
        self.latency = Histogram("fks_decision_seconds", "Seconds of a decision", registry=own, buckets=_SECONDS)
        self.steps = Histogram("fks_step_seconds", "Seconds of a step", ["step"], registry=own, buckets=_STEP_SECONDS)

    def observe(self, cycle: Cycle) -> None:
        """Count a decision that has just been recorded."""
        self.decisions.labels(cycle.action, cycle.status).inc()
        self.verdicts.labels(cycle.verdict.outcome).inc()
        for check in cycle.verdict.checks:
            self.checks.labels(check.rule, check.outcome).inc()
        self.latency.observe(cycle.seconds)
        for order in cycle.orders:
            self.orders.labels(order.leg).inc()
        if cycle.approval is not None:
            self.approvals.labels(cycle.approval.status).inc()
        for event in cycle.sized.limits if cycle.sized is not None else ():
            self.limits.labels(event.limit).inc()
        if (who := stopped_by(cycle)) is not None:
            self.vetoes.labels(who).inc()
        self._spent(cycle)
        self._bites(cycle)
        for role, said in _spoken(cycle):
            if said.caught:
                self.repairs.labels(role, "check").inc()
            if said.abstained is not None:
                self.abstentions.labels(role, reason_of(said)).inc()

    def step(self, name: str, seconds: float) -> None:
        """One step of a decision has ended, well or not; also of one that is interrupted later."""
        self.steps.labels(name).observe(seconds)

    def text(self) -> str:
        """The exposition format, as a scraper reads it."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry).decode()

    def _spent(self, cycle: Cycle) -> None:
        for spent in cycle.usage.spent:
            self.calls.labels(spent.role).inc(spent.calls - spent.cached)
            self.cached.labels(spent.role).inc(spent.cached)
            self.failures.labels(spent.role).inc(spent.failures)
            self.tokens.labels(spent.role, "input").inc(spent.input_tokens)
            self.tokens.labels(spent.role, "output").inc(spent.output_tokens)
            self.seconds.labels(spent.role).inc(spent.seconds)
            self.dollars.labels(spent.role).inc(spent.money or 0.0)

    def _bites(self, cycle: Cycle) -> None:
        for bite in cycle.usage.bites:
            self.bites.labels(bite.phase, bite.effect).inc()
            if bite.effect == "repaired":
                self.repairs.labels(bite.role, "unreadable").inc()
            if bite.phase == "budget":
                self.degradations.labels(bite.effect).inc()
        if any(bite.phase == "breaker" for bite in cycle.usage.bites):
            self.breakers.inc()


def stopped_by(cycle: Cycle) -> str | None:
    """Who stopped a trade that was planned: `risk` (no size is left), `gate`, `judge` (every check had passed) or
    `person`; else how the wait for one ended. None where nothing was planned or nothing was stopped."""
    if cycle.plan is None or cycle.plan.action not in ("buy", "sell") or cycle.sized is None:
        return None
    if cycle.sized.quantity <= 0:
        return "risk"
    if cycle.verdict.outcome != "pass":
        failed = [check for check in cycle.verdict.checks if check.outcome != "pass"]
        return "judge" if cycle.verdict.judgements and not failed else "gate"
    if cycle.approval is None or cycle.approval.status in ("not_needed", "approved"):
        return None
    return "person" if cycle.approval.status == "rejected" else cycle.approval.status


def reason_of(said: Spoken) -> str:
    """The class of an abstention: the gate that was shut; `context` where the rules lack facts; `model` where the model
    has no view; `call` where its call failed or what it said is not kept."""
    if shut := [bite.phase for bite in said.bites if bite.effect in ("not_asked", "gave_up")]:
        return shut[-1]
    if said.model == "rules":
        return "context"
    return "model" if said.prompt is not None else "call"


def _spoken(cycle: Cycle) -> list[tuple[str, Spoken]]:
    drafts = [] if cycle.draft is None else [cycle.draft]
    return [
        *((report.analyst, report) for report in cycle.reports),
        *((turn.speaker, turn) for turn in cycle.debate),
        *((plan.author, plan) for plan in (*drafts, *cycle.proposals)),
    ]
