"""From checks and judgements to a verdict, by the policy. It fails closed: what is asked for must be there.

check_names(policy)                            before anything runs
decide(verdict, submission, policy, ...)       ask the judges where the rules pass, and say what comes of it
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from evaluators import judges, rules
from evaluators.judges import Means, Submission
from evaluators.rules import outcome_of
from fks_agents import _discovery
from fks_agents.contracts import Check, Outcome, Verdict
from fks_agents.errors import ConfigError, LedgerError
from fks_agents.judgements import Judgement
from fks_agents.policy import Policy, Terms
from fks_agents.vocabulary import Gated

ORDERS = 2
"""Calls one model needs for one judgement."""

LEAST_TOKENS = 600
"""Of one call; with less room opinions are left out, so that those who decide can see something."""

MORE_RULES = ("claims", "remarks", "unread")
"""Names that checks carry and that are no file of their own."""


def check_names(policy: Policy, models: Sequence[str] = ()) -> None:
    """Raises ConfigError where the policy names a check or judge that is not there, or lets one decide that was not
    measured with these judge models."""
    known_rules = {*_discovery.names(rules.__path__), *MORE_RULES, "all"}
    known_judges = judges.names()
    for action in ("paper", "approval", "live"):
        terms = policy.terms(action)
        if terms is None:
            continue
        for name in terms.checks:
            if name not in known_rules:
                raise ConfigError(_unknown(policy, action, "check", name, sorted(known_rules)))
        for name in terms.asked:
            if name not in known_judges:
                raise ConfigError(_unknown(policy, action, "judge", name, known_judges))
            require = getattr(judges.module(name), "require", None)
            if require is not None:
                require()
        for name in terms.judges:
            _is_measured(policy, action, name, models)


def decide(
    verdict: Verdict,
    submission: Callable[[], Submission],
    policy: Policy,
    action: Gated,
    means: Means,
    *,
    warnings: Sequence[str] = (),
) -> Verdict:
    """`verdict` is that of the rules; `warnings` are told where a model was asked.

    Judges are asked side by side, and only where every check that decides has passed.
    """
    terms = policy.terms(action)
    if terms is None:
        return verdict.model_copy(update={"outcome": "fail", "reason": f"policy {policy.name}: {action} is closed"})
    verdict = _by_checks(verdict, terms)
    if verdict.outcome != "pass":
        return verdict
    asked = _asked(terms, means, policy)
    if not asked:
        return verdict
    judgements = _judgements(asked, submission(), _in_budget(asked, policy, means))
    outcome, reason = _by_judges(judgements, terms, f"policy {policy.name}, {action}")
    told = tuple(warnings) if any(judgement.model != "rules" for judgement in judgements) else ()
    return verdict.model_copy(
        update={
            "outcome": outcome,
            "reason": f"{verdict.reason}; {reason}" if outcome == "pass" else reason,
            "judgements": judgements,
            "warnings": told,
        }
    )


def _by_checks(verdict: Verdict, terms: Terms) -> Verdict:
    """Where only some checks decide, the outcome of those."""
    deciding = [check for check in verdict.checks if terms.decides(check.rule)]
    if verdict.outcome == "pass" or not deciding or len(deciding) == len(verdict.checks):
        return verdict
    outcome = outcome_of(deciding)
    if outcome != "pass":
        found = next(check for check in deciding if check.outcome == outcome)
        return verdict.model_copy(update={"outcome": outcome, "reason": f"{found.subject}: {found.reason}"})
    idle = [check for check in verdict.checks if check.outcome != "pass"]
    reason = f"all {len(deciding)} checks that decide hold; {len(idle)} others do not: {_first(idle)}"
    return verdict.model_copy(update={"outcome": outcome, "reason": reason})


def _first(checks: Sequence[Check]) -> str:
    return f"{checks[0].subject}: {checks[0].reason}"


def _asked(terms: Terms, means: Means, policy: Policy) -> tuple[str, ...]:
    """Who is asked: who decides, and as far as the budget reaches who has an opinion."""
    there = frozenset({"chat"} if means.chats else ()) | frozenset({"library"} if means.library else ())
    able = {name for name in terms.asked if judges.needs(name) <= there}
    deciding = tuple(name for name in terms.judges if terms.demand == "always" or name in able)
    opinions: tuple[str, ...] = ()
    for name in terms.opinions:
        if name in able and _room((*deciding, *opinions, name), policy, means) >= LEAST_TOKENS:
            opinions = (*opinions, name)
    return (*deciding, *opinions)


def _room(asked: Sequence[str], policy: Policy, means: Means) -> int:
    """Tokens that one call may take, so that all of them stay within the decision's allowance."""
    return policy.budget.tokens_per_decision // max(1, len(asked) * ORDERS * len(means.chats))


def _in_budget(asked: Sequence[str], policy: Policy, means: Means) -> Means:
    return Means(
        chats=means.chats,
        library=means.library,
        seed=means.seed,
        temperature=means.temperature,
        most_tokens=_room(asked, policy, means),
        quorum=policy.models.quorum,
    )


def _judgements(asked: Sequence[str], submission: Submission, means: Means) -> tuple[Judgement, ...]:
    if not means.chats:
        return tuple(_judgement(name, submission, means) for name in asked)
    with ThreadPoolExecutor(len(asked), thread_name_prefix="judge") as pool:
        # Each in a copy of this context: words are told to whoever listens while they are written.
        begun = [pool.submit(copy_context().run, _judgement, name, submission, means) for name in asked]
        return tuple(one.result() for one in begun)


def _judgement(name: str, submission: Submission, means: Means) -> Judgement:
    """One judge's answer; where it breaks, an unscored one, so that it cannot count as a pass."""
    try:
        return judges.get(name)(submission, means)
    except LedgerError:
        raise
    except Exception as error:
        model = " + ".join(chat.name for chat in means.chats) or "rules"
        reason = f"the judge {name} broke: {type(error).__name__}: {error}"
        return Judgement(judge=name, model=model, outcome="unscored", reason=reason)


def _by_judges(judgements: Sequence[Judgement], terms: Terms, where: str) -> tuple[Outcome, str]:
    deciding = [judgement for judgement in judgements if judgement.judge in terms.judges]
    for judgement in deciding:
        if judgement.outcome == "fail":
            return "fail", f"the judge {judgement.judge} ({judgement.model}) says no: {judgement.reason}"
    if not deciding:
        return "pass", "no judge decides here"
    short = [judgement for judgement in deciding if not _counts(judgement, terms)]
    passed = len(deciding) - len(short)
    told = f"{passed} of {len(deciding)} judges pass"
    if passed >= terms.quorum * len(deciding) - 1e-9:
        return "pass", told
    return "unscored", f"{told}, {terms.quorum:.0%} must ({where}): {short[0].judge}: {_why(short[0], terms)}"


def _counts(judgement: Judgement, terms: Terms) -> bool:
    return judgement.outcome == "pass" and judgement.score is not None and judgement.score >= terms.threshold


def _why(judgement: Judgement, terms: Terms) -> str:
    if judgement.outcome == "pass" and judgement.score is not None:
        return f"score {judgement.score:.2f}, expected at least {terms.threshold:.2f}"
    return judgement.reason


def _is_measured(policy: Policy, action: str, name: str, models: Sequence[str]) -> None:
    if not getattr(judges.module(name), "DECIDES_ONCE_MEASURED", False):
        return
    least = policy.least_balanced_accuracy
    records = [one for one in policy.validated if one.judge == name and (not models or one.model in models)]
    if not any(one.balanced_accuracy >= least for one in records):
        was = f"the best record says {max(one.balanced_accuracy for one in records):.3f}" if records else "was none"
        raise ConfigError(
            f"policy {policy.name}: {action}.judges: {name} may decide only with a [[validated]] record of balanced "
            f"accuracy {least:g} or more for the judge model, {was}; name it in `opinions` until then"
        )


def _unknown(policy: Policy, action: str, kind: str, name: str, known: Sequence[str]) -> str:
    return f"policy {policy.name}: {action}: unknown {kind} {name!r}; expected one of {', '.join(known)}"
