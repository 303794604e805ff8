"""From an analyst's rules to its node: the rules' view, or what a model makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from langgraph.runtime import Runtime

from fks_agents.agents.answers import AnalystAnswer
from fks_agents.agents.evidence import Abstention, View
from fks_agents.agents.recollection import recall, shrunk, told
from fks_agents.agents.speaking import fallback_name, ordered, speak, stated
from fks_agents.contracts import Lesson, Report, Snapshot
from fks_agents.deps import ChatModel, Deps, Node
from fks_agents.errors import ModelError
from fks_agents.settings import Settings
from fks_agents.state import CycleState

Shown = Callable[[Snapshot], Mapping[str, str]]
"""What fills the holes that only one analyst's prompt has."""


def reporter(name: str, view: Callable[[Snapshot], View | Abstention], facts: Sequence[str], shown: Shown) -> Node:
    """The node of analyst `name`. Where its rules abstain nobody is asked: there is nothing to judge."""

    def report(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        snapshot, deps = state["snapshot"], runtime.context
        seen = view(snapshot)
        if isinstance(seen, Abstention):
            return {"reports": [Report(analyst=name, abstained=seen.reason, model="rules")]}
        lessons = recall(state, deps, name)
        conviction, before = shrunk(seen.conviction, lessons, snapshot)
        rules = Report(
            analyst=name,
            stance=seen.stance,
            conviction=conviction,
            conviction_before=before,
            claims=seen.claims,
            model="rules",
            recalled=tuple(lesson.id for lesson in lessons),
        )
        chat = deps.chats.get("quick")
        if chat is None:
            return {"reports": [rules]}
        try:
            return {"reports": [_spoken(chat, deps.settings, snapshot, rules, facts, lessons, shown(snapshot))]}
        except ModelError as error:
            if deps.settings.on_model_failure == "rules":
                return {"reports": [rules.model_copy(update={"model": fallback_name(chat.name, error)})]}
            return {"reports": [Report(analyst=name, abstained=str(error), model=chat.name, recalled=rules.recalled)]}

    report.__name__ = f"{name}_analyst"
    return report


def _spoken(
    chat: ChatModel,
    settings: Settings,
    snapshot: Snapshot,
    rules: Report,
    facts: Sequence[str],
    lessons: Sequence[Lesson],
    shown: Mapping[str, str],
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
    )
    answer = speech.answer
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
    )
