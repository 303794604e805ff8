"""What is known of a decision while it is made: put together from what was told, whenever one starts to listen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from evaluators.reports.links import Links
from fks_agents.contracts import (
    Approval,
    Choice,
    Cycle,
    OrderIntent,
    Plan,
    Receipt,
    Report,
    Sized,
    Snapshot,
    Turn,
    Usage,
    Verdict,
)
from fks_agents.service.hub import LAST, Told, summary
from fks_agents.state import CycleState
from graphs.assembly import cycle_of
from memory.decisions import Admission

S = TypeVar("S", bound="Report | Turn | Plan")

_LONGEST_DRAFT = 4_000
"""Characters of a reply that is being written that are shown; its end, where it is longer."""

_WHOLE: dict[str, TypeAdapter[Any]] = {
    "snapshot": TypeAdapter(Snapshot), "draft": TypeAdapter(Plan), "choice": TypeAdapter(Choice),
    "sized": TypeAdapter(Sized), "verdict": TypeAdapter(Verdict), "approval": TypeAdapter(Approval),
    "orders": TypeAdapter(tuple[OrderIntent, ...]), "receipts": TypeAdapter(tuple[Receipt, ...]),
    "stopped": TypeAdapter(str), "usage": TypeAdapter(Usage),
}  # fmt: skip
_STATE = (
    "snapshot", "stopped", "reports", "debate", "draft", "proposals", "choice", "sized", "verdict", "approval",
    "orders", "receipts",
)  # fmt: skip
_REPORTS, _TURNS, _PLANS = (TypeAdapter(tuple[each, ...]) for each in (Report, Turn, Plan))  # type: ignore[valid-type]


@dataclass(frozen=True)
class Ending:
    """How a decision stands when nothing more will happen by itself."""

    action: str
    status: str
    reason: str
    is_over: bool = True
    """False where it waits for a person."""


@dataclass(frozen=True)
class Learned:
    nodes: tuple[str, ...] = ()
    """Steps that have ended, in that order; `admitted` first."""
    snapshot: Snapshot | None = None
    stopped: str | None = None
    """Why nobody was asked."""
    reports: tuple[Report, ...] = ()
    debate: tuple[Turn, ...] = ()
    draft: Plan | None = None
    proposals: tuple[Plan, ...] = ()
    choice: Choice | None = None
    sized: Sized | None = None
    verdict: Verdict | None = None
    approval: Approval | None = None
    orders: tuple[OrderIntent, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    usage: Usage = field(default_factory=Usage)
    writing: dict[str, str] = field(default_factory=dict)
    """Role -> what its model has written so far of the reply it is writing; no one has checked a word of it."""
    failure: str | None = None
    """Why it broke off; it is tried again."""
    ending: Ending | None = None
    seconds: float | None = None
    """It took; None while it runs."""

    @property
    def plan(self) -> Plan | None:
        """The one that is judged."""
        return self.choice.plan if self.choice is not None else self.draft

    @property
    def is_over(self) -> bool:
        return self.ending is not None and self.ending.is_over

    @property
    def is_waiting(self) -> bool:
        """For a person."""
        return self.ending is not None and not self.ending.is_over

    def links(self, admission: Admission) -> Links:
        """Who quotes which fact, and which check looked at which claim, so far."""
        state: dict[str, Any] = {name: value for name in _STATE if (value := getattr(self, name)) is not None}
        reason = self.ending.reason if self.ending is not None else "it is being made"
        return Links(cycle_of(cast(CycleState, state), admission, 0.0, reason, self.usage.spent))


def learn(known: Learned, told: Told) -> Learned:
    """What is known after one more thing was told. What is told twice, after a restart, counts once."""
    data = json.loads(told.data)
    if told.kind in (LAST, "waits"):
        ending = Ending(data["action"], data["status"], data["reason"], is_over=told.kind == LAST)
        return replace(known, ending=ending, failure=None, writing={})
    if told.kind == "failed":
        return replace(known, failure=str(data.get("reason", "")), writing={})
    if told.kind == "token":
        return _written(known, data)
    if told.kind == "reply":
        return replace(known, writing={role: text for role, text in known.writing.items() if role != data["role"]})
    changes: dict[str, Any] = {name: _WHOLE[name].validate_python(data[name]) for name in data if name in _WHOLE}
    if "reports" in data:
        changes["reports"] = _with(known.reports, _REPORTS.validate_python(data["reports"]))
    if "debate" in data:
        changes["debate"] = _with(known.debate, _TURNS.validate_python(data["debate"]))
    if "proposals" in data:
        changes["proposals"] = _with(known.proposals, _PLANS.validate_python(data["proposals"]))
    if told.kind != "meter":
        changes |= {"nodes": (*known.nodes, told.kind), "failure": None}
    return replace(known, **changes)


def learn_all(told: Iterable[Told]) -> Learned:
    known = Learned()
    for each in told:
        known = learn(known, each)
    return known


def of_cycle(cycle: Cycle, *, is_over: bool = True) -> Learned:
    """The same of a decision that is on record, whoever asked for it: there nothing was told while it was made."""
    # Nobody spoke: what is on record is why.
    stopped = cycle.reason if is_over and not cycle.reports and cycle.draft is None and cycle.choice is None else None
    reports = tuple(f"{report.analyst}_analyst" for report in cycle.reports)
    personas = tuple(f"{plan.author}_persona" for plan in cycle.proposals)
    parts = (
        ("snapshot", cycle.snapshot or stopped), ("manager", cycle.draft), ("selector", cycle.choice),
        ("risk", cycle.sized), ("gate", cycle.verdict.checks), ("approval", cycle.approval if is_over else None),
        ("execute", cycle.orders), ("reflect", is_over or None),
    )  # fmt: skip
    nodes = ("admitted", *reports, *(turn.speaker for turn in cycle.debate), *personas)
    return Learned(
        nodes=(*nodes, *(name for name, found in parts if found)),
        snapshot=cycle.snapshot, stopped=stopped, reports=_with((), cycle.reports), debate=_with((), cycle.debate),
        draft=cycle.draft, proposals=_with((), cycle.proposals), choice=cycle.choice, sized=cycle.sized,
        verdict=cycle.verdict, approval=cycle.approval, orders=cycle.orders, receipts=cycle.receipts, usage=cycle.usage,
        ending=Ending(**summary(cycle), is_over=is_over), seconds=cycle.seconds if is_over else None,
    )  # fmt: skip


def _written(known: Learned, data: dict[str, Any]) -> Learned:
    if data.get("reasoning"):
        return known
    before = "" if data.get("is_first") else known.writing.get(data["role"], "")
    return replace(known, writing=known.writing | {data["role"]: (before + data["text"])[-_LONGEST_DRAFT:]})


def _with(known: tuple[S, ...], more: Iterable[S]) -> tuple[S, ...]:
    """Where several speak side by side, by name: whoever is faster is not first when it is read again."""
    said = {_place(each): each for each in (*known, *more)}
    return tuple(said[place] for place in sorted(said))


def _place(said: Report | Turn | Plan) -> tuple[int, str]:
    """What there is one of: the bull opens each round."""
    match said:
        case Report():
            return 0, said.analyst
        case Turn():
            return 2 * said.round + (said.speaker == "bear"), said.speaker
    return 0, said.author
