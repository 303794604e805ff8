"""From an analyst's rules to its node: the rules' view, or what a model makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from langgraph.runtime import Runtime

from fks_agents import catalogue
from fks_agents.agents.answers import AnalystAnswer, points_elsewhere
from fks_agents.agents.evidence import Abstention, View
from fks_agents.agents.passing import Gates
from fks_agents.agents.recollection import recall, shrunk, told
from fks_agents.agents.research import with_findings
from fks_agents.agents.speaking import Speech, failing, fallback_name, ordered, speak, stated
from fks_agents.agents.support import marked
from fks_agents.contracts import Lesson, Report, Snapshot
from fks_agents.deps import ChatModel, Deps, Node
from fks_agents.errors import ModelError
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from fks_agents.toolset import Toolset

Shown = Callable[[Snapshot], Mapping[str, str]]
"""What fills the holes that only one analyst's prompt has: words from outside."""


def reporter(name: str, view: Callable[[Snapshot], View | Abstention], facts: Sequence[str], shown: Shown) -> Node:
    """The node of analyst `name`. Where its rules abstain nobody is asked: there is nothing to judge."""

    def report(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        gates = Gates(name, runtime.context.settings)
        own = gates.marked(said(state, runtime, gates))
        return {"reports": [with_findings(own, state.get("research"))]}

    def said(state: CycleState, runtime: Runtime[Deps], gates: Gates) -> Report:
        snapshot, deps = state["snapshot"], runtime.context
        seen, chat = view(snapshot), deps.chats.get("quick")
        if isinstance(seen, Abstention):
            if chat is not None:
                gates.bit("context", "not_asked", seen.reason)
            return Report(analyst=name, abstained=seen.reason, model="rules")
        lessons = recall(state, deps, name)
        conviction, before = shrunk(seen.conviction, lessons, snapshot)
        rules = Report(
            analyst=name,
            stance=seen.stance,
            conviction=conviction,
            conviction_before=before,
            claims=marked(seen.claims, snapshot),
            model="rules",
            recalled=tuple(lesson.id for lesson in lessons),
        )
        if chat is None:
            return rules
        try:
            tools = toolset(deps, snapshot, lessons, reads_text=bool(shown(snapshot)))
            return _spoken(chat, deps.settings, snapshot, rules, facts, lessons, shown(snapshot), tools, gates)
        except ModelError as error:
            if gates.rules_stand_in(error):
                return rules.model_copy(update={"model": fallback_name(chat.name, error)})
            return Report(analyst=name, abstained=str(error), model=chat.name, recalled=rules.recalled)

    report.__name__ = f"{name}_analyst"
    return report


def toolset(deps: Deps, snapshot: Snapshot, lessons: Sequence[Lesson], *, reads_text: bool) -> Toolset | None:
    """What an analyst may look up; words from outside only where it reads such words anyway, and has no vote."""
    if deps.settings.max_tool_calls == 0:
        return None
    names = tuple(name for name in catalogue.names() if reads_text or not catalogue.get(name).is_outside)
    bars = tuple(deps.store.bars(kept.digest).guard(snapshot.as_of) for kept in snapshot.bars)
    return Toolset(catalogue.View(snapshot, bars, tuple(lessons)), names)


def _spoken(
    chat: ChatModel,
    settings: Settings,
    snapshot: Snapshot,
    rules: Report,
    facts: Sequence[str],
    lessons: Sequence[Lesson],
    shown: Mapping[str, str],
    tools: Toolset | None,
    gates: Gates,
) -> Report:
    prior = f"stance {rules.stance:+.2f}, conviction {rules.conviction:.2f}\n{stated(rules.claims)}"
    cited = [identity for claim in rules.claims for identity in claim.fact_ids]
    speech = speak(
        chat,
        settings,
        rules.analyst,
        AnalystAnswer,
        {"rules_view": prior, "lessons": told(lessons), **shown},
        facts=ordered(snapshot, facts, cited),
        snapshot=snapshot,
        gates=gates,
        also=lambda answer: points_elsewhere(rules.analyst, answer.stance, answer.claims),
        tools=tools,
    )
    answer, is_exposed = speech.answer, bool(shown) or any(use.is_outside for use in speech.tools)
    if points_elsewhere(rules.analyst, answer.stance, answer.claims):
        raise ModelError(f"{chat.name}: the stance of {rules.analyst} points one way and all its claims the other")
    if is_exposed and (why := _unfit(speech, snapshot)):
        return Report(
            analyst=rules.analyst, abstained=why, caught=speech.caught, model=chat.name, prompt=speech.prompt,
            recalled=rules.recalled, tools=speech.tools, is_exposed=True,
        )  # fmt: skip
    return Report(
        analyst=rules.analyst,
        stance=answer.stance,
        conviction=answer.conviction,
        claims=speech.claims,
        abstained=answer.abstained,
        caught=speech.caught,
        model=chat.name,
        prompt=speech.prompt,
        recalled=rules.recalled,
        tools=speech.tools,
        is_exposed=is_exposed,
    )


def _unfit(speech: Speech[AnalystAnswer], snapshot: Snapshot) -> str:
    """Why a view that has no vote is not kept: the gate need not refuse a decision for what does not carry it."""
    if wrong := failing(speech.claims, snapshot):
        return f"{len({check.subject for check in wrong})} claims of a view without a vote did not hold"
    return ""
