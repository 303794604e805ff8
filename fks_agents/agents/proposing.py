"""One persona's version of a draft that trades: taken with its own levels, or declined."""

from __future__ import annotations

from fks_agents.agents.answers import PersonaAnswer
from fks_agents.agents.levels import Profile, planned
from fks_agents.agents.passing import Gates
from fks_agents.agents.sampling import View, sampled
from fks_agents.agents.speaking import Speech, fallback_name, ordered, speak, stated
from fks_agents.agents.support import carried
from fks_agents.contracts import Plan, Snapshot
from fks_agents.deps import ChatModel, Deps
from fks_agents.errors import ModelError
from fks_agents.settings import Settings


def proposal(name: str, profile: Profile, draft: Plan, snapshot: Snapshot, deps: Deps) -> Plan:
    """The plan of persona `name` for a draft that buys or sells."""
    rules = rules_proposal(name, profile, draft, snapshot, deps.settings)
    chat = deps.chats.get("deep")
    if chat is None or rules.action not in ("buy", "sell"):
        # What the profile declines by code no model can take.
        return rules
    gates = Gates(name, deps.settings)
    try:
        plan = _spoken(chat, gates, profile, draft, rules, snapshot, deps)
    except ModelError as error:
        if gates.rules_stand_in(error):
            plan = rules.model_copy(update={"model": fallback_name(chat.name, error)})
        else:
            plan = planned(name, "no_decision", 0.0, str(error), profile, snapshot, deps.settings, model=chat.name)
    return gates.marked(plan)


def rules_proposal(name: str, profile: Profile, draft: Plan, snapshot: Snapshot, settings: Settings) -> Plan:
    """Taken where the draft's conviction reaches what the profile wants."""
    wanted = min(1.0, settings.min_conviction + profile.extra_conviction)
    if draft.conviction < wanted:
        reason = f"conviction {draft.conviction:.2f} is below the {wanted:.2f} that {name} wants"
        return planned(name, "hold", draft.conviction, reason, profile, snapshot, settings)
    return planned(name, draft.action, draft.conviction, draft.reason, profile, snapshot, settings)


def _spoken(
    chat: ChatModel, gates: Gates, profile: Profile, draft: Plan, rules: Plan, snapshot: Snapshot, deps: Deps
) -> Plan:
    settings = deps.settings
    drawn = sampled(lambda own: _asked(chat, gates, draft, rules, snapshot, own), _view, gates, settings, deps.budget)
    speech = drawn.speech
    plan = planned(
        gates.role,
        rules.action if _is_taken(speech) else "hold",
        min(drawn.capped(speech.answer.conviction), draft.conviction),
        speech.answer.reason,
        profile,
        snapshot,
        settings,
        claims=speech.claims,
        model=chat.name,
    )
    return plan.model_copy(update={"caught": speech.caught, "prompt": speech.prompt, "samples": drawn.samples})


def _asked(
    chat: ChatModel, gates: Gates, draft: Plan, rules: Plan, snapshot: Snapshot, settings: Settings
) -> Speech[PersonaAnswer]:
    cited = [identity for claim in (*draft.claims, *rules.claims) for identity in claim.fact_ids]
    return speak(
        chat,
        settings,
        gates.role,
        PersonaAnswer,
        {
            "draft": f"{draft.action}, conviction {draft.conviction:.2f}\n{stated(draft.claims)}",
            "rules_view": f"{rules.action}, risk {rules.risk:.1%} of equity\n{stated(rules.claims)}",
        },
        facts=ordered(snapshot, (), cited),
        snapshot=snapshot,
        gates=gates,
    )


def _is_taken(speech: Speech[PersonaAnswer]) -> bool:
    return speech.answer.take and (not speech.claims or bool(carried(speech.claims)))


def _view(speech: Speech[PersonaAnswer]) -> View:
    vote = "take" if _is_taken(speech) else "decline"
    return View(vote, speech.answer.conviction, speech.answer.reason)
