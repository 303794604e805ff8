"""The policy decides: what must pass, who is asked, and that nothing opens for want of an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from evaluators.deciding import check_names, decide
from evaluators.judges import Item, Means, Statement, Submission
from fks_agents.contracts import Check, Outcome, Verdict
from fks_agents.deps import Call
from fks_agents.errors import ConfigError, LedgerError
from fks_agents.llm import ScriptedChat
from fks_agents.policy import Policy, shipped
from fks_agents.vocabulary import Gated
from tests.evaluators.judges.conftest import chat, finds

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)
SUBMISSION = Submission((Statement("manager.1", "manager: RSI is 24.1", ("F1",)),), (Item("F1", "rsi = 24.1"),), AS_OF)
PASSED = Verdict(outcome="pass", reason="1 checks over 1 claims: all hold")


def policy(action: Gated = "paper", **terms: object) -> Policy:
    return Policy.model_validate({"name": "own", action: terms})


def means(reply: object = None) -> Means:
    return Means(chats=(chat(reply or finds()),))  # type: ignore[arg-type]


def decided(by: Policy, with_: Means, action: Gated = "paper", verdict: Verdict = PASSED) -> Verdict:
    return decide(verdict, lambda: SUBMISSION, by, action, with_)


def failing(rule: str, outcome: Outcome = "fail") -> Verdict:
    good = Check(rule="numbers", subject="manager.1", outcome="pass", reason="fits")
    bad = Check(rule=rule, subject="manager.1", outcome=outcome, reason="does not fit")
    return Verdict(outcome=outcome, reason="manager.1: does not fit", checks=(good, bad))


@pytest.mark.parametrize("action", ["paper", "approval"])
def test_without_a_model_the_shipped_policy_lets_the_rules_decide_on_paper(action: Gated) -> None:
    assert decided(shipped(), Means(), action) == PASSED


def test_without_a_model_the_shipped_policy_keeps_real_money_shut() -> None:
    verdict = decided(shipped(), Means(), "live")
    assert verdict.outcome == "unscored"
    assert "0 of 5 judges pass" in verdict.reason
    assert "no judge model is configured (model_judge)" in verdict.reason


def test_with_a_model_the_shipped_policy_asks_five_judges_on_paper() -> None:
    verdict = decided(shipped(), means())
    assert verdict.outcome == "pass"
    assert verdict.reason == "1 checks over 1 claims: all hold; 5 of 5 judges pass"
    assert {each.judge for each in verdict.judgements} == set(shipped().terms("paper").judges)  # type: ignore[union-attr]


def test_an_action_that_the_policy_does_not_name_is_closed() -> None:
    verdict = decided(policy("paper"), means(), "live")
    assert (verdict.outcome, verdict.reason) == ("fail", "policy own: live is closed")


def test_nobody_is_asked_where_a_rule_fails() -> None:
    asked = ScriptedChat(finds())
    verdict = decided(shipped(), Means(chats=(asked,)), verdict=failing("numbers"))
    assert (verdict.outcome, verdict.judgements, asked.asked) == ("fail", (), [])


def test_a_veto_names_the_judge_its_model_and_the_statement() -> None:
    def only_bias(call: Call) -> str:
        return finds(lambda _: call.role == "bias_judge")(call)

    verdict = decided(shipped(), means(only_bias))
    assert verdict.outcome == "fail"
    assert verdict.reason == "the judge bias (test:judge) says no: manager.1: looked at each"


def test_a_fail_of_one_judge_outweighs_any_quorum() -> None:
    own = policy(judges=["bias", "coherence", "compliance"], quorum=0.1)
    verdict = decided(own, means(lambda call: finds(lambda _: call.role == "bias_judge")(call)))
    assert verdict.outcome == "fail"


@pytest.mark.parametrize(("quorum", "outcome"), [(0.5, "pass"), (0.67, "unscored"), (1.0, "unscored")])
def test_unscored_judges_count_against_the_quorum(quorum: float, outcome: Outcome) -> None:
    own = policy(judges=["bias", "coherence"], quorum=quorum)  # one of two can be read
    verdict = decided(own, means(lambda call: finds()(call) if call.role == "bias_judge" else "I cannot say"))
    assert verdict.outcome == outcome
    if outcome != "pass":
        assert "1 of 2 judges pass" in verdict.reason
        assert "coherence: no verdict in the reply" in verdict.reason


def test_a_pass_below_the_threshold_does_not_count() -> None:
    own = policy(judges=["bias"], threshold=0.8)
    verdict = decided(own, means(finds(score=0.7)))
    assert verdict.outcome == "unscored"
    assert "score 0.70, expected at least 0.80" in verdict.reason
    assert decided(own, means(finds(score=0.8))).outcome == "pass"


def test_an_opinion_is_shown_and_decides_nothing() -> None:
    own = policy(judges=["bias"], opinions=["coherence"])
    verdict = decided(own, means(lambda call: finds(lambda _: call.role == "coherence_judge")(call)))
    assert verdict.outcome == "pass"
    assert [(each.judge, each.outcome) for each in verdict.judgements] == [("bias", "pass"), ("coherence", "fail")]


def test_a_judge_that_breaks_is_unscored_and_a_ledger_that_fails_is_not_hidden() -> None:
    def breaks(call: Call) -> str:
        raise ZeroDivisionError("no")

    verdict = decided(policy(judges=["bias"]), means(breaks))
    assert verdict.outcome == "unscored"
    assert "the judge bias broke: ZeroDivisionError: no" in verdict.reason

    def full(call: Call) -> str:
        raise LedgerError("the disk is full")

    with pytest.raises(LedgerError):
        decided(policy(judges=["bias"]), means(full))


def test_where_only_some_checks_decide_the_others_are_shown_and_do_not() -> None:
    own = policy(checks=["numbers"])
    verdict = decided(own, Means(), verdict=failing("moods"))
    assert verdict.outcome == "pass"
    assert verdict.reason == "all 1 checks that decide hold; 1 others do not: manager.1: does not fit"
    assert decided(own, Means(), verdict=failing("numbers")).outcome == "fail"
    # A verdict without any check of the kind that decides stays what it is.
    assert decided(policy(checks=["plan"]), Means(), verdict=failing("moods")).outcome == "fail"


def test_all_calls_together_stay_within_the_allowance() -> None:
    small = policy(judges=["bias", "coherence"]).model_copy(
        update={"budget": shipped().budget.model_copy(update={"tokens_per_decision": 2400})}
    )
    asked = ScriptedChat(finds())
    verdict = decided(small, Means(chats=(asked,)))
    assert len(asked.asked) == 4  # two judges, two orders
    assert 0 < sum(each.tokens for each in verdict.judgements) <= 2400


def test_opinions_give_way_where_the_allowance_is_small() -> None:
    small = policy(judges=["bias", "coherence"], opinions=["compliance"]).model_copy(
        update={"budget": shipped().budget.model_copy(update={"tokens_per_decision": 2400})}
    )
    # Three judges in two orders leave 400 tokens for a call, two leave 600.
    assert [each.judge for each in decided(small, means()).judgements] == ["bias", "coherence"]


def test_a_warning_is_told_where_a_model_judged() -> None:
    def told(with_: Means) -> tuple[str, ...]:
        own = policy(judges=["bias"], demand="configured")
        return decide(PASSED, lambda: SUBMISSION, own, "paper", with_, warnings=("kin",)).warnings

    assert told(means()) == ("kin",)
    assert told(Means()) == ()


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"checks": ["numbres"]}, r"paper: unknown check 'numbres'; expected one of all, chances"),
        ({"judges": ["taste"]}, r"paper: unknown judge 'taste'; expected one of bias"),
        ({"opinions": ["taste"]}, r"unknown judge 'taste'"),
    ],
)
def test_a_name_that_is_not_there_is_refused_before_anything_runs(terms: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        check_names(policy(**terms))


def test_the_shipped_policy_names_what_is_there() -> None:
    check_names(shipped())
