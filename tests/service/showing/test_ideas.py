from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from fks_agents.contracts import Approval, Cycle, Document, Proposal
from fks_agents.policy import Policy, Unattended
from fks_agents.service.answering import state_of
from fks_agents.service.showing.ideas import Idea, Step, idea, opposed, span, unsent, when_asked
from graphs.approving import Fresh
from memory.decisions import Entry
from memory.ideas import Kind, Mark
from tests.evaluators.reports.conftest import AS_OF, bars, cycle, snapshot

__all__ = ["bars", "cycle", "snapshot"]

LAST = 2802.0 + 25 * math.sin(149 / 6)


def mark(
    number: int, kind: Kind, by: str, *, reason: str = "", quantity: float | None = None, minutes: int = 0
) -> Mark:
    at = AS_OF + timedelta(days=1, minutes=minutes)
    return Mark(
        decision_id="a3f1", number=number, kind=kind, by=by, at=at, as_of=AS_OF, reason=reason, quantity=quantity
    )


def reason_of(cycle: Cycle) -> str:
    assert cycle.plan is not None
    return cycle.plan.reason


@pytest.fixture
def asked(cycle: Cycle) -> Cycle:
    pending = Approval(status="pending", by="policy", at=AS_OF, reason="0.56% of the equity is at risk")
    return cycle.model_copy(update={"status": "needs_approval", "approval": pending, "orders": (), "receipts": ()})


def test_a_trade_that_waits_says_all_that_is_needed_to_answer(asked: Cycle) -> None:
    marks = [mark(1, "proposed", "policy", reason="0.56% is at risk")]
    found = idea(asked, marks, AS_OF + timedelta(days=1, minutes=45), Fresh(AS_OF, LAST))
    assert found == Idea(
        id=asked.id, state="needs_approval", symbol="SPX", side="sell", timeframe="1d", as_of="2018-10-12 20:00 UTC",
        quantity=9.03, size=f"9.03 worth {9.03 * (LAST + 5):,.2f}", risk="0.56 %", entry=f"{LAST + 5:,.2f}",
        stop=f"{LAST + 67.5:,.2f}", targets=f"{LAST - 120:,.2f}", conviction="0.68", age="45 min",
        expires="in 4 d 0 h", price=f"{LAST:,.2f}", obstacle="", why="0.56% of the equity is at risk",
        reason=reason_of(asked), origin="", comment="", past="",
        steps=(Step("2018-10-13 20:00 UTC", "policy", "proposed", "0.56% is at risk"),),
    )  # fmt: skip


def test_who_made_it_smaller_is_seen_and_so_is_what_is_left(asked: Cycle) -> None:
    marks = [mark(1, "proposed", "policy"), mark(2, "modified", "ana", reason="earnings", quantity=3.01, minutes=5)]
    found = idea(asked, marks, AS_OF, Fresh(AS_OF, LAST))
    # A third of 9.03 is 3.01, and a third of 0.56 % is 0.19 %.
    assert (found.quantity, found.risk) == (3.01, "0.19 %")
    assert found.steps[1] == Step("2018-10-13 20:05 UTC", "ana", "modified to at most 3.01", "earnings")


def test_what_would_refuse_an_approval_is_said_before_it_is_tried(asked: Cycle) -> None:
    found = idea(asked, [mark(1, "proposed", "policy")], AS_OF, Fresh(AS_OF, LAST + 70))
    assert found.obstacle == f"the price {LAST + 70:g} has reached the stop {LAST + 67.5:g}"
    no_price = idea(asked, [mark(1, "proposed", "policy")], AS_OF, obstacle="no price to go by")
    assert (no_price.obstacle, no_price.price, no_price.expires) == ("no price to go by", "", "")


@pytest.mark.parametrize(
    ("changes", "is_opposed"),
    [({}, True), ({"symbol": "NDX"}, False), ({"action": "sell"}, False), ({"status": "refused"}, False)],
)
def test_a_trade_the_other_way_on_the_account_is_said_before_it_is_tried(
    asked: Cycle, changes: dict[str, str], is_opposed: bool
) -> None:
    given = {
        "id": "b" * 12, "sequence": 1, "symbol": "SPX", "timeframe": "1d", "as_of": AS_OF, "action": "buy",
        "status": "working", "outcome": "pass", "reason": "", "account": "main@sample", "digest": "d",
    }  # fmt: skip
    said = opposed(asked, "main@sample", [Entry.model_validate(given | changes)])
    told = "decision bbbbbbbbbbbb, a buy of SPX, goes on in account 'main@sample'; a sell would net against it"
    assert said == (told if is_opposed else "")


def test_what_was_let_go_and_not_sent_is_a_refusal(asked: Cycle) -> None:
    refused = asked.model_copy(update={"status": "refused", "reason": "the broker rejected the entry: no money"})
    assert unsent(refused) == "SPX: not sent, refused: the broker rejected the entry: no money"
    for status in ("working", "rejected", "needs_approval"):
        assert unsent(asked.model_copy(update={"status": status})) == ""


def test_time_runs_out_by_the_time_at_the_market(asked: Cycle) -> None:
    marks = [mark(1, "proposed", "policy")]
    assert idea(asked, marks, AS_OF, Fresh(AS_OF + timedelta(days=3, hours=21), LAST)).expires == "in 3 h 0 min"
    assert idea(asked, marks, AS_OF, Fresh(AS_OF + timedelta(days=4), LAST)).expires == "now"


def test_states_tell_whether_a_person_was_asked(cycle: Cycle) -> None:
    marks = [mark(1, "proposed", "policy"), mark(2, "approved", "ana")]
    assert state_of(cycle, []) == "auto_executed"
    assert state_of(cycle, marks) == "approved"
    for status, state in (
        ("refused", "rejected"),
        ("rejected", "rejected"),
        ("halted", "halted"),
        ("expired", "expired"),
    ):
        assert state_of(cycle.model_copy(update={"status": status}), []) == state


def test_what_somebody_outside_proposed_says_so_with_its_comment(asked: Cycle) -> None:
    words = Document(id="c", kind="comment", text="<b>go\u202e</b>", published_at=AS_OF, source="tradingview")
    given = Proposal(origin="tradingview", alert="a", action="sell", proposed_at=AS_OF, comment=words)
    found = idea(asked, [mark(1, "proposed", "policy")], AS_OF, proposed=given)
    assert (found.origin, found.comment) == ("TradingView", "<b>go</b>")


@pytest.mark.parametrize(("days", "said"), [(7, ""), (8, "It is about 2018-10-12 20:00 UTC, 8 d 0 h ago.")])
def test_that_it_is_about_a_day_long_gone_is_said(asked: Cycle, days: int, said: str) -> None:
    assert idea(asked, [mark(1, "proposed", "policy")], AS_OF + timedelta(days=days)).past == said


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Unattended(), "asks nobody: what the gate lets through goes out"),
        (
            Unattended(below_risk=0.005, above_conviction=0.8),
            (
                "asks a person about trades that would lose more than 0.5 % of the equity at the stop "
                "or have a conviction below 0.80"
            ),
        ),
    ],
)
def test_where_nothing_waits_it_is_told_when_a_person_is_asked(terms: Unattended, said: str) -> None:
    told = when_asked(Policy(name="ours", unattended=terms))
    assert told == f"The policy 'ours' {said}. The setting `policy` names another; docs/judges.md explains them."


def test_the_age_of_one_whose_asking_is_not_on_record_is_not_told(cycle: Cycle) -> None:
    assert idea(cycle, [], AS_OF + timedelta(days=3_044)).age == ""


def test_one_that_nobody_was_asked_about_says_who_let_it_go(cycle: Cycle) -> None:
    found = idea(cycle, [], AS_OF + timedelta(days=30, hours=26), asked_at=AS_OF + timedelta(days=30))
    assert found.steps == (Step("2018-10-12 20:00 UTC", "paper", "not needed", "paper account"),)
    assert (found.age, found.expires) == ("1 d 2 h", "")


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=30), "30 s"), (timedelta(minutes=45, seconds=59), "45 min"),
        (timedelta(hours=3, minutes=12), "3 h 12 min"), (timedelta(days=4, hours=20, minutes=59), "4 d 20 h"),
        (timedelta(seconds=-5), "0 s"),
    ],
)  # fmt: skip
def test_spans_are_told_in_their_two_largest_units(length: timedelta, said: str) -> None:
    assert span(length) == said


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_longer_span_is_never_told_as_a_shorter_one(one: int, other: int) -> None:
    def told(seconds: int) -> int:
        size = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
        words = span(timedelta(seconds=seconds)).split()
        return sum(int(count) * size[unit] for count, unit in zip(words[::2], words[1::2], strict=True))

    shorter, longer = sorted((one, other))
    assert told(shorter) <= told(longer) <= longer
