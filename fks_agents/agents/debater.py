"""Bull and bear: one turn of the debate, and whether there is another.

Rules: the points of a side are the analysts' claims of its direction, each worth its analyst's conviction / its place
in the report. Round 1 opens with the three strongest. Later each turn answers the other side's strongest claim that
was not yet rebutted with one unused point, of the same analyst where there is one. A side without a new point says
nothing; when both say nothing in a round the debate is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from langgraph.runtime import Runtime

from fks_agents.agents.answers import DebaterAnswer
from fks_agents.agents.passing import Gates
from fks_agents.agents.speaking import fallback_name, ordered, speak, stated
from fks_agents.agents.support import carried, heard
from fks_agents.contracts import Check, Claim, Direction, Regime, Report, Snapshot, Turn
from fks_agents.deps import Allowance, ChatModel, Deps, Node
from fks_agents.errors import ModelError
from fks_agents.settings import Settings
from fks_agents.state import CycleState

Side = Literal["bull", "bear"]

ROUNDS: dict[Regime, int] = {"calm": 1, "trending": 2, "volatile": 3}
OPENING = 3

_DIRECTION: dict[Side, Direction] = {"bull": "bullish", "bear": "bearish"}


class Point(NamedTuple):
    """A claim of an analyst as one side would use it."""

    claim: Claim
    analyst: str
    worth: float


def debater(side: Side) -> Node:
    def argue(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        snapshot, reports, debate = state["snapshot"], state.get("reports", []), state.get("debate", [])
        rules = rules_turn(side, reports, debate)
        chat, settings = runtime.context.chats.get("deep"), runtime.context.settings
        gates = Gates(side, settings)
        if chat is None:
            return {"debate": [rules]}
        if not heard(reports):
            gates.bit("context", "not_asked", "no analyst has a view that is heard")
            return {"debate": [gates.marked(rules)]}
        try:
            turn = _spoken(chat, settings, snapshot, reports, debate, rules, gates)
        except ModelError as error:
            if gates.rules_stand_in(error):
                turn = rules.model_copy(update={"model": fallback_name(chat.name, error)})
            else:
                turn = Turn(speaker=side, round=rules.round, abstained=str(error), model=chat.name)
        return {"debate": [gates.marked(turn)]}

    argue.__name__ = side
    return argue


def debate_goes_on(state: CycleState, settings: Settings, budget: Allowance | None = None) -> bool:
    """Whether there is another round: it is due, and leaves enough for those who speak after the debate."""
    return another_is_due(state, settings) and (budget is None or budget.affords("bear", 2, giving_way="rounds"))


def another_is_due(state: CycleState, settings: Settings) -> bool:
    """Rounds are left for this regime, and somebody still said something new."""
    debate = state.get("debate", [])
    done = max((turn.round for turn in debate), default=0)
    before = {_words(claim) for turn in debate if turn.round < done for claim in turn.claims}
    last = {_words(claim) for turn in debate if turn.round == done for claim in turn.claims}
    return bool(last - before) and done < min(ROUNDS[state["snapshot"].regime], settings.max_rounds)


def standing(debate: Sequence[Turn], side: Side) -> tuple[Claim, ...]:
    """The side's claims that nobody rebutted, in the order they were made."""
    rebutted = {identity for turn in debate for identity in turn.rebuts}
    return tuple(claim for turn in debate if turn.speaker == side for claim in turn.claims if claim.id not in rebutted)


def rules_turn(side: Side, reports: Sequence[Report], debate: Sequence[Turn]) -> Turn:
    """The side's next turn by the rules."""
    mine = [turn for turn in debate if turn.speaker == side]
    number = len(mine) + 1
    used = {_words(claim) for turn in debate for claim in turn.claims}
    left = [point for point in points(side, reports) if _words(point.claim) not in used]
    if number == 1:
        if not left:
            return Turn(speaker=side, round=1, abstained=f"no analyst's claim is {_DIRECTION[side]}", model="rules")
        return Turn(speaker=side, round=1, claims=_claims(side, left[:OPENING], mine), model="rules")
    target = next(iter(standing(debate, "bear" if side == "bull" else "bull")), None)
    if target is None or not left:
        return Turn(speaker=side, round=number, model="rules")
    analysts = {_words(claim): report.analyst for report in reports for claim in report.claims}
    whose = analysts.get(_words(target))
    answer = next((point for point in left if point.analyst == whose), left[0])
    return Turn(
        speaker=side, round=number, claims=_claims(side, [answer], mine), rebuts=(target.id,), model="rules"
    )  # fmt: skip


def points(side: Side, reports: Sequence[Report]) -> list[Point]:
    """What the analysts said that speaks for the side, strongest first."""
    found = [
        Point(claim, report.analyst, report.conviction / place)
        for report in heard(reports)
        for place, claim in enumerate(report.claims, start=1)
        if claim.direction == _DIRECTION[side] and claim.support == "facts"
    ]
    return sorted(found, key=lambda point: (-point.worth, point.claim.id))


def _words(claim: Claim) -> tuple[str, tuple[str, ...]]:
    """What a claim says, whoever says it: its id does not count."""
    return claim.text, claim.fact_ids


def _claims(side: Side, chosen: Sequence[Point], mine: Sequence[Turn]) -> tuple[Claim, ...]:
    first = 1 + sum(len(turn.claims) for turn in mine)
    return tuple(point.claim.model_copy(update={"id": f"{side}.{n}"}) for n, point in enumerate(chosen, start=first))


def _spoken(
    chat: ChatModel,
    settings: Settings,
    snapshot: Snapshot,
    reports: Sequence[Report],
    debate: Sequence[Turn],
    rules: Turn,
    gates: Gates,
) -> Turn:
    claims = [claim for report in heard(reports) for claim in carried(report.claims)]
    others = {claim.id for turn in debate if turn.speaker != rules.speaker for claim in turn.claims}
    speech = speak(
        chat,
        settings,
        rules.speaker,
        DebaterAnswer,
        {
            "round": str(rules.round),
            "reports": stated(claims),
            "debate": stated([claim for turn in debate for claim in turn.claims]),
            "rules_view": f"{stated(rules.claims)}\nrebuts {list(rules.rebuts)}",
        },
        facts=ordered(snapshot, (), [identity for claim in claims for identity in claim.fact_ids]),
        snapshot=snapshot,
        gates=gates,
        first_claim=1 + sum(len(turn.claims) for turn in debate if turn.speaker == rules.speaker),
        also=lambda answer: _unknown(rules.speaker, answer.rebuts, others),
    )
    return Turn(
        speaker=rules.speaker,
        round=rules.round,
        claims=speech.claims,
        rebuts=tuple(speech.answer.rebuts),
        caught=speech.caught,
        model=chat.name,
        prompt=speech.prompt,
    )


def _unknown(side: Side, rebuts: Sequence[str], others: set[str]) -> tuple[Check, ...]:
    known = ", ".join(sorted(others)) or "none yet"
    return tuple(
        Check(
            rule="rebuttal",
            subject=f"{side} rebuts {identity}",
            outcome="fail",
            reason=f"expected ids of the other side's claims ({known}), was {identity!r}",
        )
        for identity in rebuts
        if identity not in others
    )
