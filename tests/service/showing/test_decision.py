"""A decision as its page tells it: each claim with its facts and checks, and everything that was done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evaluators.reports.links import Links
from fks_agents.contracts import Claim, Cycle, Fill, Headline, Lesson, Report, Result
from fks_agents.errors import UsageError
from fks_agents.service.showing import decision
from fks_agents.service.showing.statements import Named, stated, statement
from memory.ideas import Mark
from memory.ledger import Ledger
from tests.evaluators.reports.conftest import (
    AS_OF,
    bars,
    cycle,
    fills,
    lesson,
    recalling,
    refused,
    result,
    snapshot,
    stopped,
)

__all__ = ["bars", "cycle", "fills", "lesson", "recalling", "refused", "result", "snapshot", "stopped"]

HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) \u202e\x1b[2J"


def test_a_claim_stands_with_its_facts_and_checks(cycle: Cycle) -> None:
    told = decision.told(cycle)
    [claim] = told.reports[0].claims
    price = cycle.facts[0].value
    assert isinstance(price, float)
    assert (claim.id, claim.outcome) == ("technical.1", "pass")
    known = "sample, known 2018-10-12 20:00 UTC"
    assert claim.facts == (
        Named("F1", f"close 1d = {price:,.2f}, {known}"), Named("F2", f"sma_50 1d = {price + 80:,.2f}, {known}"),
    )  # fmt: skip
    [check] = claim.checks
    assert (check.rule, check.stated, check.computed) == ("number", "-80.00", "-80")


def test_the_worst_check_of_a_claim_is_its_outcome(refused: Cycle) -> None:
    told = decision.told(refused)
    assert told.reports[0].claims[0].outcome == "fail"
    assert [check.outcome for check in told.checks] == ["fail", "pass", "pass", "pass", "pass"]
    assert (told.verdict, told.ruling, told.tally) == ("fail", "1 check failed", "5 checks: 4 pass, 1 fail")


def test_a_fact_that_is_not_there_is_said_to_be_none(cycle: Cycle) -> None:
    claim = Claim(id="x.1", text="It rises.", fact_ids=("F999",))
    assert stated(claim, Links(cycle)).facts == (Named("F999", "no such fact"),)
    assert stated(claim, Links(cycle)).outcome == "unchecked"


def test_who_has_no_view_says_why(cycle: Cycle) -> None:
    sentiment = decision.told(cycle).reports[1]
    assert (sentiment.who, sentiment.view, sentiment.abstained) == (
        "sentiment", "abstains: no headlines file was given", True,
    )  # fmt: skip


def test_the_debate_says_what_is_answered(cycle: Cycle) -> None:
    assert [(turn.who, turn.view) for turn in decision.told(cycle).debate] == [
        ("bull, round 1", "opens"), ("bear, round 1", "answers bull.1.1"),
    ]  # fmt: skip


def test_a_plan_says_its_levels(cycle: Cycle) -> None:
    price, manager = cycle.snapshot.price if cycle.snapshot else 0.0, decision.told(cycle).plans[0]
    # target 120 + 5 below entry, stop 62.5 above it: 125 / 62.5
    levels = f"entry {price + 5:,.2f}, stop {price + 67.5:,.2f}, target {price - 120:,.2f} (2.00 R), risk 1 %, 10 bars"
    assert manager.view == f"sell, conviction 0.68: {levels}. Trend and structure agree."
    assert decision.told(cycle).chosen == "moderate: volatile regime: the middle plan"


def test_what_was_allowed_answered_and_done_is_told(cycle: Cycle, fills: tuple[Fill, ...], result: Result) -> None:
    told = decision.told(cycle, result=result, fills=fills)
    assert [tuple(limit) for limit in told.limits] == [("max position", "16", "9.03", "25 % of equity")]
    assert told.size.endswith("0.56 % of equity at risk before costs, by fixed fractional")
    assert [tuple(step) for step in told.approval] == [("2018-10-12 20:00 UTC", "paper", "not needed", "paper account")]
    [order] = told.orders
    assert (order.leg, order.answer) == ("entry", "working")
    assert [(fill.at, fill.leg, fill.fee) for fill in told.fills] == [
        ("2018-10-15", "entry", "25.28"), ("2018-10-26", "horizon", "25.28"),
    ]  # fmt: skip
    assert told.outcome == (
        "ended 2018-10-26 at the horizon, -0.08 R", "profit -62.33 after costs", "the market moved +0.09 % meanwhile",
    )  # fmt: skip
    assert [(one.agent, one.was_right, one.at) for one in told.lessons] == [
        ("technical", "wrong", "2018-10-26 20:00 UTC"),
    ]  # fmt: skip


def test_people_s_answers_are_told_in_their_order(cycle: Cycle) -> None:
    later = AS_OF + timedelta(hours=1)
    marks = (
        Mark(decision_id=cycle.id, number=1, kind="proposed", by="policy", at=AS_OF, as_of=AS_OF, reason="large"),
        Mark(decision_id=cycle.id, number=2, kind="modified", by="ana", at=later, as_of=AS_OF, quantity=4.5),
        Mark(decision_id=cycle.id, number=3, kind="approved", by="bo", at=later, as_of=AS_OF, reason="agreed"),
    )
    assert [(step.who, step.what, step.why) for step in decision.told(cycle, marks=marks).approval] == [
        ("policy", "proposed", "large"), ("ana", "modified to at most 4.5", ""), ("bo", "approved", "agreed"),
    ]  # fmt: skip


def test_lessons_that_were_shown_are_told(recalling: Cycle, lesson: Lesson) -> None:
    told = decision.told(recalling, recalled=(lesson,))
    assert told.reports[0].notes == ("1 lesson recalled: conviction 0.90 -> 0.70",)
    assert [one.agent for one in told.recalled] == ["technical"]


def test_a_decision_that_saw_nothing_has_nothing_to_take_along(stopped: Cycle) -> None:
    told = decision.told(stopped)
    assert (told.has_snapshot, told.seen, told.facts, told.plans, told.size, told.outcome) == (
        False,
        (),
        (),
        (),
        "",
        (),
    )
    assert told.reason == "data quality 41 is below 60"


def test_words_from_outside_stay_words(cycle: Cycle) -> None:
    assert cycle.snapshot is not None
    headline = Headline(id="H1", text=HOSTILE, published_at=AS_OF, source="wire")
    snapshot = cycle.snapshot.model_copy(update={"headlines": (headline,)})
    [told] = decision.told(cycle.model_copy(update={"snapshot": snapshot})).outside
    assert told.text == "<img src=x onerror=alert(1)> [a](javascript:alert(1)) [2J"


def test_a_view_on_words_from_outside_alone_has_no_vote(cycle: Cycle) -> None:
    report = Report(analyst="sentiment", stance=0.4, conviction=0.5, is_exposed=True, model="ollama:a")
    assert statement(report, Links(cycle)).notes == ("no vote: it rests on words from outside",)


def test_what_is_not_there_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Ledger.open(tmp_path_factory.mktemp("none") / "ledger.sqlite") as ledger:
        with pytest.raises(UsageError, match="unknown decision 'abcd'"):
            decision.read(ledger, "abcd")
        with pytest.raises(UsageError, match="id: expected 4 to 12"):
            decision.read(ledger, "../etc")
