"""How each agent has done in the newest decisions, and how its model answers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Literal, NamedTuple

from pydantic import BaseModel

from evaluators.audits.truth import Association, Stance, apart, associations, stances_of
from fks_agents.agents import analysts, personas
from fks_agents.contracts import Cycle, Fraction, NonNegative, Plan, Result, Spoken, Usage
from fks_agents.deps import ChatRole
from fks_agents.settings import Settings
from graphs.desk import Desk

Kind = Literal["analyst", "debater", "manager", "persona"]
_REASONS = 5
_NUMBER = re.compile(r"\b[-+]?\d[\d.,:T+-]*Z?\b")
_LEAN = {"buy": 1.0, "sell": -1.0, "hold": 0.0}


class Model(BaseModel):
    """What an agent's model did in the decisions looked at."""

    name: str
    """That the next decision asks; `rules` is none."""
    calls: int
    cached: int
    """Of them, answered from the record."""
    failures: int
    """Of them, without a usable reply."""
    tokens: int
    seconds: NonNegative
    is_left_alone: bool
    """Whether its breaker had opened in the newest decision."""
    asked: list[str] = []
    """The models that these calls went to, sorted."""


class Reason(BaseModel):
    """Why an agent had no view."""

    text: str
    """In its own words; symbol and numbers stand as `…`, so that the same reason is counted once."""
    count: int


class Agent(BaseModel):
    name: str
    kind: Kind
    decisions: int
    """It was asked in."""
    abstentions: int
    abstention_rate: Fraction | None
    """None where it was never asked."""
    reasons: list[Reason]
    """Of its abstentions, most frequent first; at most 5."""
    record: Association | None
    """Its stances against what came: hits with their interval, and whether its conviction can be believed. None where
    no decision with a stance of its own has ended."""
    base_rate: Fraction | None
    """Share that would be right if its stances, up and down as often as they are, were dealt to the same moves by
    chance; None without one that has a direction."""
    model: Model


class Standing(BaseModel):
    decisions: int
    """Looked at, newest first."""
    ended: int
    """Of them, with a result."""
    agents: list[Agent]


class Standings:
    """Worked out by one thread at a time, and again only where the record has grown: pages that are opened and left
    would else work out the same hundreds of decisions side by side."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._one = Lock()
        self._known: dict[int, tuple[tuple[int, int], Standing]] = {}

    def of(self, limit: int) -> Standing:
        """Over the newest `limit` decisions."""
        ledger = self._desk.ledger
        with self._one:
            newest = next((entry.sequence for entry in ledger.decisions.history(limit=1)), 0)
            record = (newest, ledger.results.count())
            if limit not in self._known or self._known[limit][0] != record:
                self._known = {limit: (record, standing(self._desk, limit))}
            return self._known[limit][1]


class _Seen(NamedTuple):
    """What counts of one decision: hundreds are held at once, and a whole one is a megabyte."""

    views: dict[str, str | None]
    """Agent -> why it had no view in all that it said, symbol and numbers left out; None where it had one."""
    stances: tuple[Stance, ...]
    """Empty where there is no result."""
    has_ended: bool
    usage: Usage
    models: dict[str, str]


def catalogue() -> dict[str, Kind]:
    """Every agent there is, in the order they speak."""
    speakers: dict[str, Kind] = dict.fromkeys(analysts(), "analyst")
    return (
        speakers | {"bull": "debater", "bear": "debater", "manager": "manager"} | dict.fromkeys(personas(), "persona")
    )


def standing(desk: Desk, limit: int) -> Standing:
    """Over the newest `limit` decisions."""
    seen = [_seen(desk, entry.id) for entry in desk.ledger.decisions.history(limit=limit)]
    asked, abstained = Counter[str](), Counter[str]()
    reasons = defaultdict[str, Counter[str]](Counter)
    for one in seen:
        asked.update(one.views.keys())
        for name, why in one.views.items():
            if why is not None:
                abstained[name] += 1
                reasons[name][why] += 1
    stances = sorted(
        (each for one in seen for each in one.stances), key=lambda each: (each.as_of, each.symbol, each.agent)
    )
    records = {record.agent: record for record in associations(stances, seed=desk.settings.seed)}
    agents = [
        Agent(
            name=name, kind=kind, decisions=asked[name], abstentions=abstained[name],
            abstention_rate=abstained[name] / asked[name] if asked[name] else None,
            reasons=[Reason(text=text, count=count) for text, count in reasons[name].most_common(_REASONS)],
            record=records.get(name), base_rate=base_rate([each for each in stances if each.agent == name]),
            model=_model(name, kind, seen, desk.settings),
        )
        for name, kind in catalogue().items()
    ]  # fmt: skip
    return Standing(decisions=len(seen), ended=sum(one.has_ended for one in seen), agents=agents)


def _seen(desk: Desk, decision_id: str) -> _Seen:
    cycle, result = desk.ledger.decisions.cycle(decision_id), desk.ledger.results.result(decision_id)
    told = defaultdict[str, list[Spoken]](list)
    for name, said in _spoken(cycle):
        told[name].append(said)
    views = {name: _no_view(words, cycle.symbol) for name, words in told.items()}
    stances = () if result is None else (*stances_of(cycle, result), *_proposed(cycle, result))
    return _Seen(views, stances, result is not None, cycle.usage, dict(cycle.models))


def _no_view(words: Sequence[Spoken], symbol: str) -> str | None:
    """Why, alike for the same reason; None where at least one of `words` has a view."""
    why = [said.abstained for said in words if said.abstained is not None]
    return _NUMBER.sub("…", why[0].replace(symbol, "…")) if len(why) == len(words) else None


def base_rate(found: Sequence[Stance]) -> float | None:
    """The share of right stances that chance gives one agent: of its stances by time, those that do not overlap."""
    directional = [each for each in apart(found) if each.stance]
    if not directional:
        return None
    said = sum(each.stance > 0.0 for each in directional) / len(directional)
    rose = sum(each.market_return > 0.0 for each in directional) / len(directional)
    fell = sum(each.market_return < 0.0 for each in directional) / len(directional)
    return said * rose + (1.0 - said) * fell


def _proposed(cycle: Cycle, result: Result) -> Iterator[Stance]:
    for plan in cycle.proposals:
        if plan.action in _LEAN:
            lean = _LEAN[plan.action]
            yield Stance(
                plan.author, cycle.symbol, cycle.as_of, result.ended_at, lean, plan.conviction, result.market_return
            )


def _model(name: str, kind: Kind, seen: Sequence[_Seen], settings: Settings) -> Model:
    role: ChatRole = "quick" if kind == "analyst" else "deep"
    spent = [each for one in seen for each in one.usage.spent if each.role == name]
    asked = {
        one.models[role]
        for one in seen
        if role in one.models and any(each.role == name and each.calls for each in one.usage.spent)
    }
    newest = seen[0].usage.bites if seen else ()
    return Model(
        name=settings.named_model(role), asked=sorted(asked),
        calls=sum(one.calls for one in spent), cached=sum(one.cached for one in spent),
        failures=sum(one.failures for one in spent), tokens=sum(one.input_tokens + one.output_tokens for one in spent),
        seconds=sum(one.seconds for one in spent),
        is_left_alone=any(bite.phase == "breaker" and bite.role == name for bite in newest),
    )  # fmt: skip


def _spoken(cycle: Cycle) -> Iterator[tuple[str, Spoken]]:
    plans: list[Plan] = [*([] if cycle.draft is None else [cycle.draft]), *cycle.proposals]
    yield from ((report.analyst, report) for report in cycle.reports)
    yield from ((turn.speaker, turn) for turn in cycle.debate)
    yield from ((plan.author, plan) for plan in plans)
