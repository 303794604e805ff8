"""The manager turns reports and debate into one draft plan, or says why there is none.

Rules, over the reports with a view, the risk analyst's apart (it warns, it does not point):

    score      = sum(conviction x stance) / sum(conviction) + 0.1 x tilt, clipped to [-1, 1]
    tilt       = (bull claims standing - bear claims standing) / all claims standing, 0 without any
    action     = buy where score >= 0.15, sell where score <= -0.15, else hold
    share      = (1 + |score|) / 2: the part of the weighed evidence on the score's side, a stance s counting
                 (1 + s) / 2 for a rise and (1 - s) / 2 for a fall
    caution    = -stance x conviction of the risk analyst, never below 0
    conviction = 0.5 + (share - 0.5) x (1 - 0.5 x caution), then shrunk by the manager's record
                 and, where `text_caution` says so, by reports on outside text that speak against the trade

Reports that rest on outside text alone have no view here: `fks_agents.agents.support`.

Fewer than two analysts with a view, or no conviction among them, is `no_decision`. The draft's levels are those of
the `DRAFT` profile, by code, whoever decided.
"""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from fks_agents.agents.answers import ManagerAnswer, points_elsewhere
from fks_agents.agents.debater import another_is_due, debate_goes_on, points, standing
from fks_agents.agents.evidence import clip
from fks_agents.agents.levels import Profile, planned
from fks_agents.agents.passing import Gates
from fks_agents.agents.recollection import recall, shrunk, told
from fks_agents.agents.sampling import View, sampled
from fks_agents.agents.speaking import Speech, fallback_name, ordered, speak, stated
from fks_agents.agents.support import carried, cautioned, heard
from fks_agents.contracts import Action, Claim, Lesson, Plan, Report, Snapshot, Turn
from fks_agents.deps import ChatModel, Deps
from fks_agents.errors import ModelError
from fks_agents.settings import Settings
from fks_agents.state import CycleState

AUTHOR = "manager"
CAUTIOUS = "risk"
THRESHOLD = 0.15
TILT = 0.1
FEWEST_VIEWS = 2
LEAN: dict[str, float] = {"buy": 1.0, "sell": -1.0, "hold": 0.0, "no_decision": 0.0}
THESIS = 3
DRAFT = Profile(entry=0.25, stop=2.0, reward=2.0, risk=0.01)


def manager(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    snapshot, deps = state["snapshot"], runtime.context
    reports, debate = state.get("reports", []), state.get("debate", [])
    views, chat, gates = _views(reports), deps.chats.get("deep"), Gates(AUTHOR, deps.settings)
    if (
        chat is not None
        and another_is_due(state, deps.settings)
        and not debate_goes_on(state, deps.settings, deps.budget)
    ):
        gates.bit("budget", "fewer_rounds", f"the budget leaves no room for round {max(t.round for t in debate) + 1}")
    if len(views) < FEWEST_VIEWS:
        whose = ", ".join(report.analyst for report in views) or "none"
        reason = f"expected at least {FEWEST_VIEWS} analysts with a view, was {len(views)} ({whose})"
        if chat is not None:
            gates.bit("context", "not_asked", reason)
        return {"draft": gates.marked(planned(AUTHOR, "no_decision", 0.0, reason, DRAFT, snapshot, deps.settings))}
    lessons = recall(state, deps, AUTHOR)
    rules = rules_draft(snapshot, reports, debate, deps.settings, lessons)
    if chat is None:
        return {"draft": rules}
    return {"draft": gates.marked(_spoken(chat, deps, snapshot, reports, debate, rules, lessons, gates))}


def rules_draft(
    snapshot: Snapshot,
    reports: Sequence[Report],
    debate: Sequence[Turn],
    settings: Settings,
    lessons: Sequence[Lesson] = (),
) -> Plan:
    """The draft by the rules, from at least two reports with a view."""
    views = _views(reports)
    before: float | None = None
    total = sum(report.conviction for report in views)
    net = sum(report.conviction * report.stance for report in views)
    bulls, bears = len(standing(debate, "bull")), len(standing(debate, "bear"))
    if total == 0:
        reason = "no analyst has any conviction"
        draft = planned(AUTHOR, "no_decision", 0.0, reason, DRAFT, snapshot, settings)
    else:
        tilt = (bulls - bears) / (bulls + bears) if bulls + bears else 0.0
        score = round(clip(net / total + TILT * tilt), 10)
        action: Action = "buy" if score >= THRESHOLD else "sell" if score <= -THRESHOLD else "hold"
        caution = sum(max(0.0, -r.stance) * r.conviction for r in heard(reports) if r.analyst == CAUTIOUS)
        conviction, before = shrunk(0.5 + 0.5 * abs(score) * (1 - 0.5 * caution), lessons, snapshot)
        conviction = cautioned(conviction, action, reports, settings.text_caution)
        draft = planned(
            AUTHOR,
            action,
            conviction,
            _reason(action, views),
            DRAFT,
            snapshot,
            settings,
            claims=_thesis(action, reports),
        )
    recalled = tuple(lesson.id for lesson in lessons)
    return draft.model_copy(update={"recalled": recalled, "conviction_before": before})


def _views(reports: Sequence[Report]) -> list[Report]:
    return [report for report in heard(reports) if report.analyst != CAUTIOUS]


def _reason(action: Action, views: Sequence[Report]) -> str:
    up = ", ".join(report.analyst for report in views if report.stance > 0) or "nobody"
    down = ", ".join(report.analyst for report in views if report.stance < 0) or "nobody"
    verdict = "neither side outweighs the other" if action == "hold" else f"the evidence leans to {action}"
    return f"{verdict}: for a rise {up}; for a fall {down}"


def _thesis(action: Action, reports: Sequence[Report]) -> tuple[Claim, ...]:
    """The strongest claims of the side that won; of both where neither did."""
    up, down = points("bull", reports), points("bear", reports)
    best = {"buy": up[:THESIS], "sell": down[:THESIS]}.get(action, [*up[:1], *down[:1]])
    return tuple(point.claim.model_copy(update={"id": f"{AUTHOR}.{n}"}) for n, point in enumerate(best, start=1))


def _spoken(
    chat: ChatModel,
    deps: Deps,
    snapshot: Snapshot,
    reports: Sequence[Report],
    debate: Sequence[Turn],
    rules: Plan,
    lessons: Sequence[Lesson],
    gates: Gates,
) -> Plan:
    settings = deps.settings
    try:
        drawn = sampled(
            lambda own: _asked(chat, own, snapshot, reports, debate, rules, lessons, gates),
            _view,
            gates,
            settings,
            deps.budget,
        )
    except ModelError as error:
        if gates.rules_stand_in(error):
            return rules.model_copy(update={"model": fallback_name(chat.name, error)})
        return planned(AUTHOR, "no_decision", 0.0, str(error), DRAFT, snapshot, settings, model=chat.name)
    speech = drawn.speech
    answer, refusal = speech.answer, _unfounded(speech)
    action: Action = "no_decision" if refusal else answer.action
    conviction = cautioned(drawn.capped(answer.conviction), action, reports, settings.text_caution)
    draft = planned(
        AUTHOR, action, 0.0 if refusal else conviction, refusal or answer.reason, DRAFT, snapshot, settings,
        claims=() if refusal else speech.claims, model=chat.name,
    )  # fmt: skip
    recalled = tuple(lesson.id for lesson in lessons)
    seen = {"caught": speech.caught, "prompt": speech.prompt, "recalled": recalled, "samples": drawn.samples}
    return draft.model_copy(update=seen)


def _asked(
    chat: ChatModel,
    settings: Settings,
    snapshot: Snapshot,
    reports: Sequence[Report],
    debate: Sequence[Turn],
    rules: Plan,
    lessons: Sequence[Lesson],
    gates: Gates,
) -> Speech[ManagerAnswer]:
    said = [claim for report in heard(reports) for claim in carried(report.claims)]
    argued = [claim for turn in debate for claim in turn.claims]
    cited = [identity for claim in (*said, *argued) for identity in claim.fact_ids]
    return speak(
        chat,
        settings,
        AUTHOR,
        ManagerAnswer,
        {
            "horizon": str(settings.horizon),
            "reports": stances(reports),
            "debate": f"{stated(argued)}\nnot answered: {_ids(debate)}",
            "rules_view": f"{rules.action}, conviction {rules.conviction:.2f}: {rules.reason}",
            "lessons": told(lessons),
        },
        facts=ordered(snapshot, (), cited),
        snapshot=snapshot,
        gates=gates,
        also=lambda answer: points_elsewhere(AUTHOR, LEAN[answer.action], answer.claims),
    )


def _view(speech: Speech[ManagerAnswer]) -> View:
    answer, refusal = speech.answer, _unfounded(speech)
    return View("no_decision" if refusal else answer.action, answer.conviction, refusal or answer.reason)


def _unfounded(speech: Speech[ManagerAnswer]) -> str:
    """Why a decision to trade is none: nothing measured carries it, or its own claims point the other way."""
    answer = speech.answer
    if answer.action not in ("buy", "sell"):
        return ""
    if not carried(speech.claims):
        return f"no claim for {answer.action} rests on a measured fact"
    if points_elsewhere(AUTHOR, LEAN[answer.action], answer.claims):
        return f"the decision was {answer.action} and all its claims point the other way"
    return ""


def stances(reports: Sequence[Report]) -> str:
    """The reports as a prompt shows them."""
    lines, voting = [], {report.analyst for report in heard(reports)}
    for report in reports:
        if report.analyst not in voting:
            lines.append(f"{report.analyst}: no view")
        else:
            said = f"stance {report.stance:+.2f}, conviction {report.conviction:.2f}"
            lines.append(f"{report.analyst}: {said}\n{stated(carried(report.claims))}")
    return "\n".join(lines)


def _ids(debate: Sequence[Turn]) -> str:
    return ", ".join(claim.id for claim in (*standing(debate, "bull"), *standing(debate, "bear"))) or "none"
