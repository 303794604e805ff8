"""Lessons: at once where nothing was done, later where the market has answered.

An event teaches an agent once: the same symbol, timeframe and moment, seen again by the same agent with the same model,
gives a lesson of the same id, and learning a known id again changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from langgraph.runtime import Runtime

from fks_agents import _wording as say
from fks_agents.contracts import Action, Cycle, Lesson, Plan, Report, Result, Snapshot
from fks_agents.deps import Deps
from fks_agents.state import CycleState

MANAGER = "manager"
_LEAN: dict[Action, float] = {"buy": 1.0, "sell": -1.0, "hold": 0.0, "no_decision": 0.0}


def reflect(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    """Lessons on refusals and abstentions, kept before they are returned. A trade's lessons come with its result."""
    lessons = refusals(state)
    if lessons and runtime.context.settings.memory:
        runtime.context.memory.learn(lessons)
    return {"lessons": lessons}


def refusals(state: CycleState) -> list[Lesson]:
    """One lesson for each agent whose work ended in nothing, dated `as_of`; none where no snapshot could be made."""
    snapshot = state.get("snapshot")
    if snapshot is None:
        return []
    if "choice" not in state:
        return [_at_once(state, snapshot, MANAGER, f"was not asked: {state.get('stopped', 'interrupted')}", ())]
    told: dict[str, tuple[str, tuple[str, ...]]] = {}
    for report in state.get("reports", []):
        if report.abstained is not None and report.model != "rules":
            told[report.analyst] = (f"gave no view: {report.abstained}", ())
    plan, verdict, sized = state["choice"].plan, state.get("verdict"), state.get("sized")
    planner = state["choice"].persona if "proposed" in state else MANAGER
    if plan.action == "no_decision":
        told[planner] = (f"no decision: {plan.abstained}", ())
    elif verdict is not None and verdict.outcome != "pass":
        failing = [check for check in verdict.checks if check.outcome != "pass"]
        told[planner] = (
            f"planned to {plan.action}; the gate said {verdict.outcome}: {verdict.reason}",
            tuple(check.subject for check in failing),
        )
        for check in failing:
            author = check.subject.partition(".")[0]
            if author in {report.analyst for report in state.get("reports", [])}:
                told[author] = (f"stated what the facts do not say: {check.reason}", (check.subject,))
    elif plan.action in ("buy", "sell") and sized is not None and sized.quantity == 0:
        why = "; ".join(f"{cut.limit}: {cut.reason}" for cut in sized.limits) or "the size rounds to zero"
        told[planner] = (f"planned to {plan.action}; a limit forbade it: {why}", tuple(c.limit for c in sized.limits))
    return [_at_once(state, snapshot, agent, text, evidence) for agent, (text, evidence) in told.items()]


def _at_once(state: CycleState, snapshot: Snapshot, agent: str, text: str, evidence: tuple[str, ...]) -> Lesson:
    return Lesson(
        id=_id(agent, "at once", state["symbol"], state["timeframe"], snapshot.as_of),
        agent=agent,
        text=f"{state['symbol']} {state['timeframe']}, {snapshot.regime}, {snapshot.as_of.date()}: {agent} {text}",
        evidence=evidence,
        learned_at=snapshot.as_of,
        decision_id=state["id"],
        symbol=state["symbol"],
        regime=snapshot.regime,
    )


def lessons_from(cycle: Cycle, result: Result) -> tuple[Lesson, ...]:
    """One lesson for each analyst with a stance, and one for the manager, against what the market did.

    Right is a stance with the sign of `result.market_return`; an unmoved market proves nobody right. A manager without
    a direction is neither right nor wrong.
    """
    if cycle.snapshot is None:
        return ()
    lessons = [
        _outcome(cycle, result, report.analyst, report.model, report.stance, _said(report), _cited(report))
        for report in cycle.reports
        if report.abstained is None and report.stance != 0
    ]
    # Where nobody drafted, somebody outside proposed the plan: its origin has a record, too.
    planner, made = (MANAGER, cycle.draft) if cycle.draft is not None else _proposed(cycle)
    if made is not None:
        lean = _LEAN[made.action]
        said = f"decided {made.action} with conviction {made.conviction:.2f}, which ended {say.ENDS[result.kind]}"
        evidence = tuple(claim.id for claim in made.claims)
        lessons.append(_outcome(cycle, result, planner, made.model, lean, said, evidence))
    return tuple(lessons)


def _proposed(cycle: Cycle) -> tuple[str, Plan | None]:
    return (cycle.choice.persona, cycle.choice.plan) if cycle.choice is not None else ("", None)


def _outcome(
    cycle: Cycle, result: Result, agent: str, model: str, lean: float, said: str, evidence: tuple[str, ...]
) -> Lesson:
    assert cycle.snapshot is not None
    regime = cycle.snapshot.regime
    right = lean * result.market_return > 0 if lean else None
    judged = "" if right is None else "; that was right" if right else "; that was wrong"
    return Lesson(
        id=_id(agent, model, cycle.symbol, cycle.timeframe, cycle.as_of),
        agent=agent,
        text=(
            f"{cycle.symbol} {cycle.timeframe}, {regime}, {cycle.as_of.date()}: {agent} {said}; "
            f"the market moved {say.percent(result.market_return, signed=True)} until {result.ended_at.date()}{judged}"
        ),
        evidence=evidence,
        learned_at=result.ended_at,
        decision_id=cycle.id,
        symbol=cycle.symbol,
        regime=regime,
        was_right=right,
    )


def _said(report: Report) -> str:
    own = "bullish" if report.stance > 0 else "bearish"
    first = next((claim.text for claim in report.claims if claim.direction == own), None)
    best = f", above all because: {first}" if first is not None else ""
    return f"leaned {report.stance:+.2f} with conviction {report.conviction:.2f}{best}"


def _cited(report: Report) -> tuple[str, ...]:
    return tuple(claim.id for claim in report.claims)


def _id(agent: str, model: str, symbol: str, timeframe: str, as_of: datetime) -> str:
    return sha256(f"{agent}|{model}|{symbol}|{timeframe}|{as_of.isoformat()}".encode()).hexdigest()[:12]
