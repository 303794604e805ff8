"""Two decisions, field by field: what differs, by the stage it belongs to, and what is equal.

Things are set against each other by what they are (a fact by its name, a report by its analyst), not by where they
stand. Ids of a decision and its orders, and how long it took, are no part of what was decided: they are not compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from fks_agents import _wording as say
from fks_agents.contracts import Cycle, Plan, Result, Snapshot, Spoken
from fks_agents.errors import UsageError
from fks_agents.service.showing.history import decision_named, models
from memory.ledger import Ledger

_NOT_COMPARED = frozenset({"id", "decision_id", "client_order_id", "bars", "series"})
"""Names of things, and where bars lie: their digests say what the facts say."""

_NUMBER = r"-?\d+\.\d+(?:e[-+]\d+)?"
_NUMBERS = re.compile(f"{_NUMBER}(?:, {_NUMBER})*")

T = TypeVar("T")


class Field(NamedTuple):
    path: str
    """`claims.bull.1.text`."""
    was: str | None
    """None where the first decision has no such field."""
    now: str | None


class Part(NamedTuple):
    """One thing that both or one of the decisions have."""

    subject: str
    fields: tuple[Field, ...]


class Stage(NamedTuple):
    name: str
    different: tuple[Part, ...]
    equal: tuple[str, ...]
    """Subjects that are the same in both."""


class Side(NamedTuple):
    id: str
    headline: str
    decided: str
    model: str


class Diff(NamedTuple):
    one: Side
    two: Side
    stages: tuple[Stage, ...]
    """Those that either decision went through."""

    @property
    def is_same(self) -> bool:
        return not any(stage.different for stage in self.stages)


Things = dict[str, dict[str, str]]
"""Subject -> path -> value."""


def read(ledger: Ledger, one: str, two: str) -> Diff:
    """Two finished decisions by id or a beginning of it; raises UsageError where there is none."""
    first = ledger.decisions.cycle(decision_named("one", one))
    second = ledger.decisions.cycle(decision_named("two", two))
    if first.id == second.id:
        raise UsageError(f"expected two decisions, was {first.id} twice")
    return between(first, second, ledger.results.result(first.id), ledger.results.result(second.id))


def between(one: Cycle, two: Cycle, first: Result | None = None, second: Result | None = None) -> Diff:
    """What became of each is compared too, where it is known."""
    stages = []
    for name, things in _STAGES.items():
        stage = _stage(name, things(one, first), things(two, second))
        if stage.different or stage.equal:
            stages.append(stage)
    return Diff(_side(one, first), _side(two, second), tuple(stages))


def _side(cycle: Cycle, result: Result | None) -> Side:
    return Side(cycle.id, say.headline(cycle), say.status(cycle, result), models(cycle.models))


def _stage(name: str, was: Things, now: Things) -> Stage:
    different, equal = [], []
    for subject in dict.fromkeys((*was, *now)):
        fields = tuple(_fields(was.get(subject, {}), now.get(subject, {})))
        if fields:
            different.append(Part(subject, fields))
        else:
            equal.append(subject)
    return Stage(name, tuple(different), tuple(equal))


def _fields(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Field]:
    for path in dict.fromkeys((*was, *now)):
        one, two = was.get(path), now.get(path)
        if one != two:
            shown = _written(one), _written(two)
            yield Field(path, *(shown if shown[0] != shown[1] else (one, two)))


def _written(value: str | None) -> str | None:
    """Numbers as people read them; what was written as words stays so."""
    if value is None or not _NUMBERS.fullmatch(value):
        return value
    numbers = {each: float(each) for each in value.split(", ")}
    is_words = any(repr(number) != each for each, number in numbers.items())
    return value if is_words else ", ".join(say.number(numbers[each]) for each in value.split(", "))


# --- the stages


def _decided(cycle: Cycle, result: Result | None) -> Things:
    del result
    asked = {"symbol", "timeframe", "as_of", "action", "status", "reason"}
    return {
        "decision": _flat(cycle.model_dump(mode="json", include=asked)),
        "models": dict(cycle.models),
        "settings": {"digest": cycle.settings_digest},
    }


def _seen(cycle: Cycle, result: Result | None) -> Things:
    del result
    snapshot = cycle.snapshot
    if snapshot is None:
        return {}
    whole = {"symbol", "source", "timeframe", "as_of", "price", "regime"}
    told: Things = {"snapshot": _flat(snapshot.model_dump(mode="json", include=whole))}
    told["data quality"] = _plain(snapshot.quality)
    told["account"] = _plain(snapshot.account)
    for subject, thing in _apart(_known(snapshot)):
        told[subject] = _plain(thing)
    return told


def _known(snapshot: Snapshot) -> Iterator[tuple[str, BaseModel]]:
    yield from ((f"fact {' '.join(filter(None, (each.name, each.timeframe)))}", each) for each in snapshot.facts)
    for event in snapshot.events:
        yield f"event {event.detector}: {say.spaced(event.kind)} of {say.day(event.formed_at)}", event
    yield from ((f"forecast of {each.forecaster}", each) for each in snapshot.forecasts)
    yield from ((f"headline {each.id}", each) for each in snapshot.headlines)
    yield from ((f"document {each.id}", each) for each in snapshot.documents)
    yield from ((f"calendar: {each.name}", each) for each in snapshot.calendar)


def _researched(cycle: Cycle, result: Result | None) -> Things:
    del result
    return {} if cycle.research is None else {"research": _plain(cycle.research)}


def _said(cycle: Cycle, result: Result | None) -> Things:
    del result
    return {report.analyst: _spoken(report, cycle) for report in cycle.reports}


def _argued(cycle: Cycle, result: Result | None) -> Things:
    del result
    return {f"{turn.speaker}, round {turn.round}": _spoken(turn, cycle) for turn in cycle.debate}


def _planned(cycle: Cycle, result: Result | None) -> Things:
    del result
    plans: list[Plan] = [plan for plan in (cycle.draft, *cycle.proposals) if plan is not None]
    told = {plan.author: _spoken(plan, cycle) for plan in plans}
    if cycle.choice is not None:
        told["choice"] = {"persona": cycle.choice.persona, "reason": cycle.choice.reason}
    return told


def _allowed(cycle: Cycle, result: Result | None) -> Things:
    del result
    if cycle.sized is None:
        return {}
    limits = _apart((f"limit {say.spaced(each.limit)}", each) for each in cycle.sized.limits)
    size = _flat(cycle.sized.model_dump(mode="json", exclude={"limits"}))
    return {"size": size} | {subject: _plain(each) for subject, each in limits}


def _checked(cycle: Cycle, result: Result | None) -> Things:
    del result
    verdict = cycle.verdict
    told = {"verdict": _flat(verdict.model_dump(mode="json", exclude={"checks", "judgements"}))}
    found: Iterator[tuple[str, BaseModel]] = ((f"{each.rule} on {each.subject}", each) for each in verdict.checks)
    for subject, check in _apart(found):
        told[subject] = _plain(check)
    return told | {f"judge {each.judge}": _plain(each) for each in verdict.judgements}


def _approved(cycle: Cycle, result: Result | None) -> Things:
    del result
    return {} if cycle.approval is None else {"approval": _plain(cycle.approval)}


def _done(cycle: Cycle, result: Result | None) -> Things:
    del result
    answers = {receipt.client_order_id: receipt for receipt in cycle.receipts}
    told: Things = {}
    for order in cycle.orders:
        answer = answers.get(order.client_order_id)
        told[order.leg] = _plain(order) | ({} if answer is None else _flat(_dumped(answer), "answer"))
    return told


def _became(cycle: Cycle, result: Result | None) -> Things:
    lessons = _apart(
        (f"lesson for {each.agent}", each) for each in (*cycle.lessons, *(result.lessons if result else ()))
    )
    told = {} if result is None else {"result": _flat(result.model_dump(mode="json", exclude={"lessons"}))}
    return told | {subject: _plain(lesson) for subject, lesson in lessons}


_STAGES: dict[str, Callable[[Cycle, Result | None], Things]] = {
    "Decided": _decided, "Seen": _seen, "Researched": _researched, "Said": _said, "Argued": _argued,
    "Planned": _planned, "Allowed": _allowed, "Checked": _checked, "Approved": _approved, "Done": _done,
    "Became": _became,
}  # fmt: skip


# --- values


def _spoken(said: Spoken, cycle: Cycle) -> dict[str, str]:
    """Facts are told by name: another snapshot may number them otherwise."""
    names = {fact.id: " ".join(filter(None, (fact.name, fact.timeframe))) for fact in cycle.facts}
    dumped = _dumped(said)
    for claim in dumped["claims"]:
        claim["fact_ids"] = [names.get(fact_id, fact_id) for fact_id in claim["fact_ids"]]
    return _flat(dumped)


def _plain(thing: BaseModel) -> dict[str, str]:
    return _flat(_dumped(thing))


def _dumped(thing: BaseModel) -> dict[str, Any]:
    return thing.model_dump(mode="json")


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """Every leaf by its path; things in a list by their id where they have one, and not compared otherwise than whole
    where they are words or numbers."""
    match value:
        case dict():
            told: dict[str, str] = {}
            for key, each in value.items():
                if key not in _NOT_COMPARED:
                    told |= _flat(each, f"{path}.{key}" if path else key)
            return told
        case list() if any(isinstance(each, dict) for each in value):
            numbered = enumerate(value, start=1)
            told = {}
            for number, each in numbered:
                told |= _flat(each, f"{path}.{each.get('id', number) if isinstance(each, dict) else number}")
            return told
        case list():
            return {path: ", ".join(_leaf(each) for each in value) or "none"}
    return {path: _leaf(value)}


def _leaf(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return repr(value)
        case list():
            return f"[{', '.join(_leaf(each) for each in value)}]"
    return str(value)


def _apart(things: Iterable[tuple[str, T]]) -> Iterator[tuple[str, T]]:
    """Each subject once: what comes again is numbered."""
    seen = Counter[str]()
    for subject, thing in things:
        seen[subject] += 1
        yield (subject if seen[subject] == 1 else f"{subject} ({seen[subject]})"), thing
