"""How each agent has done, as its card shows it; where too few outcomes are known, that and no rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from evaluators.audits.truth import FEWEST, Association
from fks_agents import _wording as say
from fks_agents.errors import UsageError
from fks_agents.service.standing import Agent, Standing

LOOKED_AT = 200
"""Newest decisions, unless the address asks for another number."""

MOST = 2_000


class Point(NamedTuple):
    """Stances of about the same conviction: what they stated against what came."""

    stated: float
    """Mean conviction, from 0 to 1."""
    came: float
    at_least: float
    at_most: float
    """95 % Wilson interval."""
    stances: int


class Calibrated(NamedTuple):
    points: tuple[Point, ...]
    brier: str
    """With its interval; 0.25 is what a constant 50 % gets."""
    error: str
    """Expected calibration error."""


class Card(NamedTuple):
    name: str
    kind: str
    asked: int
    """Decisions."""
    calls: str
    """Of its model; `rules` has none."""
    abstained: str
    """`10 of 54, 18.5 %`."""
    reasons: tuple[str, ...]
    outcomes: str
    """How many stances have a known outcome, and how many of them had a direction."""
    hits: str
    """With its interval and its base rate (the same stances dealt by chance); empty where there are too few."""
    judgement: str
    """What that says; that there is too little to say it, where so."""
    is_judged: bool
    """Whether its stances could be tested against the market."""
    calibration: Calibrated | None
    """None where there are too few."""


class Agents(NamedTuple):
    summary: str
    cards: tuple[Card, ...]
    is_empty: bool


def wanted(query: Mapping[str, str]) -> int:
    """How many decisions are to be looked at; raises UsageError for anything but 1 to 2,000."""
    text = query.get("limit", "").strip()
    if not text:
        return LOOKED_AT
    if not (text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise UsageError(f"limit: expected a number from 1 to {MOST:,}, was {text!r}")
    return int(text)


def told(standing: Standing) -> Agents:
    decisions = f"{standing.decisions} decision{'' if standing.decisions == 1 else 's'}"
    return Agents(
        f"The newest {decisions}; the outcome of {standing.ended} is known.",
        tuple(card(agent) for agent in standing.agents), not standing.decisions,
    )  # fmt: skip


def card(agent: Agent) -> Card:
    record = agent.record
    directional = 0 if record is None else record.directional
    is_enough = directional >= FEWEST
    return Card(
        name=agent.name, kind=agent.kind, asked=agent.decisions, calls=_calls(agent),
        abstained=_rate(agent.abstentions, agent.decisions),
        reasons=tuple(f"{reason.count} x {reason.text}" for reason in agent.reasons),
        outcomes=_outcomes(record),
        hits=_hits(record, agent.base_rate) if record is not None and is_enough else "",
        judgement=_judgement(record) if record is not None and is_enough else _unjudged(agent, directional),
        is_judged=record is not None and is_enough and record.p_adjusted is not None,
        calibration=_calibrated(record) if record is not None and is_enough and record.bins else None,
    )  # fmt: skip


def _calls(agent: Agent) -> str:
    model = agent.model
    if not model.calls:
        return f"no model calls; the next decision asks {model.name}"
    left = "; left alone in the newest decision" if model.is_left_alone else ""
    if model.asked != [model.name]:
        left += f"; the next decision asks {model.name}"
    calls = "1 call" if model.calls == 1 else f"{model.calls:,} calls"
    return (
        f"{calls} of {' and '.join(model.asked)}, {model.cached:,} from the record, {model.failures:,} failed, "
        f"{model.tokens:,} tokens, {model.seconds:,.1f} s{left}"
    )


def _rate(count: int, of: int) -> str:
    return f"{count} of {of}, {say.percent(count / of)}" if of else "never asked"


def _outcomes(record: Association | None) -> str:
    if record is None:
        return "no outcome known"
    left_out = f"; {record.left_out} left out, for they overlap in time" if record.left_out else ""
    return f"{record.stances} known, {record.directional} of them of a stance with a direction{left_out}"


def _hits(record: Association, base_rate: float | None) -> str:
    share = record.share
    interval = "" if share.low is None or share.high is None else f" ({_between(share.low, share.high)})"
    base = "" if base_rate is None else f"; base rate {say.percent(base_rate)}"
    return f"{record.right} of {record.directional}, {say.percent(share.value or 0.0)}{interval}{base}"


def _between(low: float, high: float) -> str:
    return f"95 % interval {say.percent(low)} to {say.percent(high)}"


def _judgement(record: Association) -> str:
    if record.p_adjusted is None:
        one_sided = {"outcomes": "the market only went one way", "decisions": "it only said one thing"}
        return f"cannot be tested: {one_sided.get(record.reason.partition(':')[0], record.reason)}"
    tested = f"p = {record.p_adjusted:.3f}, adjusted for all agents tested"
    return f"goes with the market ({tested})" if record.is_found else f"no skill shown ({tested})"


def _unjudged(agent: Agent, known: int) -> str:
    if agent.kind == "debater":
        return "argues one side by its role: no view of its own to judge"
    return f"too few outcomes to judge: {known} with a direction, at least {FEWEST} are needed"


def _calibrated(record: Association) -> Calibrated:
    brier = record.brier
    told = "not known" if brier is None or brier.value is None else f"{brier.value:.3f}"
    if brier is not None and brier.low is not None and brier.high is not None:
        told += f" (95 % interval {brier.low:.3f} to {brier.high:.3f})"
    points = (Point(each.stated, each.came, each.at_least, each.at_most, each.stances) for each in record.bins)
    error = record.calibration_error
    return Calibrated(tuple(points), told, "not known" if error is None else f"{error:.3f}")
