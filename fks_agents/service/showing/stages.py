"""The stages of a decision and how each stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fks_agents import _wording as say
from fks_agents.agents import analysts, personas
from fks_agents.contracts import Plan, Spoken
from fks_agents.service.showing.learned import Learned

State = Literal["waiting", "running", "done", "abstained", "failed", "skipped"]

WORDS: dict[State, str] = {
    "waiting": "waits its turn", "running": "runs", "done": "done", "abstained": "no view", "failed": "failed",
    "skipped": "not reached",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One agent of a stage where several work side by side."""

    name: str
    state: State
    said: str = ""


@dataclass(frozen=True)
class Stage:
    name: str
    title: str
    state: State
    said: str = ""
    """What came of it, in a line."""
    parts: tuple[Part, ...] = ()


_TITLES = {
    "snapshot": "Snapshot", "proposal": "Proposal", "analysts": "Analysts", "debate": "Debate", "manager": "Manager",
    "persona": "Persona", "risk": "Risk", "gate": "Gate", "approval": "Approval", "execute": "Execute",
    "reflect": "Reflect",
}  # fmt: skip

_OURS = ("analysts", "debate", "manager", "persona")
"""Stages whose place the proposal takes where somebody outside proposed the trade."""

_ENDS = {
    "snapshot": "snapshot", "debate": "manager", "manager": "manager", "persona": "selector", "risk": "risk",
    "gate": "gate", "approval": "approval", "execute": "execute", "reflect": "reflect",
}  # fmt: skip
"""Stage -> the step whose end ends it."""


def stages(known: Learned, *, is_proposed: bool = False) -> tuple[Stage, ...]:
    """In the order of the flow; at most one runs, but for the last of a decision that is being ended. `is_proposed`:
    somebody outside proposed the trade, and nobody here is asked for one."""
    ended = {name for name, step in _ENDS.items() if step in known.nodes}
    if len(known.reports) == len(analysts()):
        ended.add("analysts")
    if "manager" in known.writing:  # another round of the debate is not told beforehand
        ended.add("debate")
    if is_proposed and known.choice is not None:
        ended.add("proposal")
    order = [name for name in _TITLES if name not in (_OURS if is_proposed else ("proposal",))]
    ended.intersection_update(order)
    furthest = max((order.index(name) for name in ended), default=-1)
    return tuple(
        _stage(name, known, has_ended=name in ended, is_past=at < furthest, is_next=at == furthest + 1)
        for at, name in enumerate(order)
    )


def _stage(name: str, known: Learned, *, has_ended: bool, is_past: bool, is_next: bool) -> Stage:
    parts = _parts(name, known)
    state: State
    if has_ended:
        state, said = _ended(name, known)
    elif known.is_over or is_past:
        state, said = "skipped", ""
    elif is_next and known.nodes:
        state, said = ("failed", known.failure) if known.failure is not None else ("running", _running(name, known))
    else:
        state, said = "waiting", ""
    return Stage(name, _TITLES[name], state, said, parts)


def _running(name: str, known: Learned) -> str:
    if name == "approval" and known.ending is not None:
        return f"waits for a person: {known.ending.reason}"
    if name == "analysts":
        return f"{len(known.reports)} of {len(analysts())} have spoken"
    if name == "debate" and known.debate:
        return f"round {known.debate[-1].round}"
    return ""


def _ended(name: str, known: Learned) -> tuple[State, str]:
    match name:
        case "snapshot":
            return _seen(known)
        case "analysts":
            silent = sum(report.abstained is not None for report in known.reports)
            with_view = len(known.reports) - silent
            return ("done" if with_view else "abstained"), f"{with_view} of {len(known.reports)} with a view"
        case "debate":
            return _argued(known)
        case "manager" | "proposal":
            return _planned(known.draft if name == "manager" else known.plan)
        case "persona":
            return _chosen(known)
        case "risk":
            return _sized(known)
        case "gate":
            return _judged(known)
        case "approval" if known.approval is not None:
            is_through = known.approval.status in ("not_needed", "approved")
            return ("done" if is_through else "failed"), f"{say.spaced(known.approval.status)} by {known.approval.by}"
        case "execute":
            refused = [receipt for receipt in known.receipts if receipt.status in ("rejected", "halted")]
            return ("failed", refused[0].reason) if refused else ("done", f"{len(known.orders)} orders sent")
    return "done", ""


def _seen(known: Learned) -> tuple[State, str]:
    if known.stopped is not None:
        return "failed", known.stopped
    if known.snapshot is None:
        return "done", ""
    score = say.number(known.snapshot.quality.score)
    return "done", f"{len(known.snapshot.facts)} facts, data quality {score} of 100"


def _argued(known: Learned) -> tuple[State, str]:
    if not known.debate or all(turn.abstained is not None for turn in known.debate):
        return "abstained", ""
    rounds = max(turn.round for turn in known.debate)
    return "done", f"{rounds} round{'' if rounds == 1 else 's'}"


def _planned(plan: Plan | None) -> tuple[State, str]:
    if plan is None or plan.abstained is not None:
        return "abstained", "" if plan is None else plan.abstained or ""
    return "done", f"{plan.action}, conviction {plan.conviction:.2f}"


def _chosen(known: Learned) -> tuple[State, str]:
    if known.choice is None:
        return "abstained", ""
    return "done", f"{known.choice.persona}: {known.choice.plan.action}"


def _sized(known: Learned) -> tuple[State, str]:
    sized = known.sized
    if sized is None or not (sized.quantity or sized.limits):
        return "done", "nothing to size"
    if sized.quantity == 0:
        return "failed", sized.limits[-1].reason if sized.limits else "the size rounds to nothing"
    return "done", f"{say.number(sized.quantity)} at {say.percent(sized.risk)} risk"


def _judged(known: Learned) -> tuple[State, str]:
    if known.verdict is None:
        return "done", ""
    return ("done" if known.verdict.outcome == "pass" else "failed"), known.verdict.reason


def _parts(name: str, known: Learned) -> tuple[Part, ...]:
    if name == "analysts":
        spoken: dict[str, Spoken] = {report.analyst: report for report in known.reports}
        return _side_by_side(analysts(), spoken, known, begun=known.snapshot is not None, over="bull" in known.nodes)
    if name == "persona":
        proposed: dict[str, Spoken] = {plan.author: plan for plan in known.proposals}
        over = "selector" in known.nodes
        return _side_by_side(personas(), proposed, known, begun="manager" in known.nodes, over=over)
    return ()


def _side_by_side(
    names: Sequence[str], spoken: dict[str, Spoken], known: Learned, *, begun: bool, over: bool
) -> tuple[Part, ...]:
    silent: State = "skipped" if over or known.is_over else "running" if begun and known.nodes else "waiting"
    return tuple(_part(name, spoken[name]) if name in spoken else Part(name, silent) for name in names)


def _part(name: str, said: Spoken) -> Part:
    if said.abstained is not None:
        return Part(name, "abstained", said.abstained)
    if isinstance(said, Plan):
        return Part(name, "done", f"{said.action}, conviction {said.conviction:.2f}")
    stance, conviction = getattr(said, "stance", 0.0), getattr(said, "conviction", 0.0)
    return Part(name, "done", f"{say.lean(stance)} {stance:+.2f}, conviction {conviction:.2f}")
