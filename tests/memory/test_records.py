"""Calls, orders, paper accounts, results and lessons: each through the protocol it stands behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from fks_agents.contracts import Fill, OrderIntent, Receipt, Result
from fks_agents.deps import Call, Message, Reply
from fks_agents.errors import LedgerError
from memory.decisions import Admission
from memory.ledger import Ledger
from tests.memory.conftest import NOON, cycle_of, lesson_of

CALL = Call(model="m", role="bull", messages=(Message(role="user", text="why?"),), answer_schema={"type": "object"})


def intent_of(decision_id: str, leg: Any = "entry", price: float = 100.0) -> OrderIntent:
    return OrderIntent(
        client_order_id=OrderIntent.id_for(decision_id, leg),
        decision_id=decision_id,
        leg=leg,
        symbol="SPX",
        side="buy",
        type="limit",
        quantity=1.0,
        price=price,
        placed_at=NOON,
    )


def fill_of(decision_id: str, price: float = 100.0) -> Fill:
    return Fill(
        client_order_id=OrderIntent.id_for(decision_id, "entry"),
        decision_id=decision_id,
        leg="entry",
        symbol="SPX",
        side="buy",
        quantity=1.0,
        price=price,
        fee=0.1,
        at=NOON,
    )


def result_of(decision_id: str, profit: float = 1.5) -> Result:
    return Result(
        decision_id=decision_id,
        symbol="SPX",
        ended_at=NOON + timedelta(days=10),
        kind="target",
        profit=profit,
        market_return=0.02,
    )


# --- calls ---


def test_a_recorded_reply_comes_back(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    a, b = admit().id, admit().id
    assert ledger.calls.recorded(a, "k") is None
    ledger.calls.record(a, "k", CALL, Reply(text="because", seconds=1.5))
    assert ledger.calls.recorded(a, "k") == Reply(text="because", seconds=1.5)
    assert ledger.calls.recorded(b, "k") is None  # keys belong to their decision
    ledger.calls.record(b, "k", CALL, Reply(text="no"))
    assert [(key, call, reply.text) for key, call, reply in ledger.calls.calls(b)] == [("k", CALL, "no")]


def test_the_first_reply_stays(ledger: Ledger, decision_id: str) -> None:
    ledger.calls.record(decision_id, "k", CALL, Reply(text="a", seconds=1.0))
    ledger.calls.record(decision_id, "k", CALL, Reply(text="a", seconds=2.0))
    with pytest.raises(LedgerError, match="call k of bull has another reply on record"):
        ledger.calls.record(decision_id, "k", CALL, Reply(text="b"))
    assert ledger.calls.recorded(decision_id, "k") == Reply(text="a", seconds=1.0)


def test_a_call_of_no_decision_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"(?i)foreign key"):
        ledger.calls.record("f" * 12, "k", CALL, Reply(text="a"))


def test_calls_keep_their_order(ledger: Ledger, decision_id: str) -> None:
    for key in ("z", "a", "m"):
        ledger.calls.record(decision_id, key, CALL, Reply(text=key))
    assert [call.key for call in ledger.calls.calls(decision_id)] == ["z", "a", "m"]


# --- orders ---


def test_an_intent_is_never_made_twice(ledger: Ledger, decision_id: str) -> None:
    first = (intent_of(decision_id), intent_of(decision_id, "stop", 95.0))
    assert ledger.orders.intend(first) == first
    again = (intent_of(decision_id, price=101.0), intent_of(decision_id, "stop", 96.0))
    assert ledger.orders.intend(again) == first
    assert ledger.orders.intents(decision_id) == first


def test_intents_are_committed_together_or_not_at_all(ledger: Ledger, decision_id: str) -> None:
    with pytest.raises(LedgerError, match=r"(?i)foreign key"):
        ledger.orders.intend((intent_of(decision_id), intent_of("f" * 12)))
    assert ledger.orders.intents(decision_id) == ()


def test_threads_that_intend_the_same_get_the_same(ledger: Ledger, decision_id: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda n: ledger.orders.intend((intent_of(decision_id, price=100.0 + n),)), range(32)))
    assert answers == {ledger.orders.intents(decision_id)}
    assert len(ledger.orders.intents(decision_id)) == 1


def test_answers_are_appended_and_repetitions_left_out(ledger: Ledger, decision_id: str) -> None:
    (intent,) = ledger.orders.intend((intent_of(decision_id),))
    working = Receipt(client_order_id=intent.client_order_id, status="working")
    filled = Receipt(client_order_id=intent.client_order_id, status="filled")
    for answer in (working, working, filled, filled, working):
        ledger.orders.receive((answer,))
    assert ledger.orders.receipts(decision_id) == (working, filled, working)


def test_an_answer_to_no_intent_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"(?i)foreign key"):
        ledger.orders.receive((Receipt(client_order_id="a" * 32, status="working"),))


# --- paper accounts ---


def test_an_account_is_kept_with_its_version(ledger: Ledger, decision_id: str) -> None:
    paper = ledger.paper
    assert paper.load("main") is None
    paper.save("main", {"cash": 100.0}, (), 0)
    assert paper.load("main") == {"cash": 100.0, "version": 1}
    paper.save("main", {"cash": 99.0, "version": 1}, (fill_of(decision_id),), 1)
    assert paper.load("main") == {"cash": 99.0, "version": 2}
    assert paper.accounts() == ("main",)


def test_the_slower_writer_is_refused_and_its_fills_with_it(ledger: Ledger, decision_id: str) -> None:
    paper = ledger.paper
    paper.save("main", {"cash": 100.0}, (), 0)
    paper.save("main", {"cash": 99.0}, (), 1)
    for expected in (0, 1, 3):
        with pytest.raises(LedgerError, match=f"no longer at version {expected}"):
            paper.save("main", {"cash": 0.0}, (fill_of(decision_id),), expected)
    assert paper.load("main") == {"cash": 99.0, "version": 2}
    assert paper.fills() == ()


def test_a_fill_that_is_refused_keeps_the_state_as_it_was(ledger: Ledger) -> None:
    ledger.paper.save("main", {"cash": 100.0}, (), 0)
    with pytest.raises(LedgerError, match=r"(?i)foreign key"):
        ledger.paper.save("main", {"cash": 0.0}, (fill_of("f" * 12),), 1)
    assert ledger.paper.load("main") == {"cash": 100.0, "version": 1}


def test_fills_are_found_by_account_and_by_decision(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    a, b = admit().id, admit().id
    ledger.paper.save("main", {}, (fill_of(a, 100.0), fill_of(b, 101.0)), 0)
    ledger.paper.save("other", {}, (fill_of(a, 102.0),), 0)

    def prices(*, account: str | None = None, decision_id: str | None = None) -> list[float]:
        return [fill.price for fill in ledger.paper.fills(account=account, decision_id=decision_id)]

    assert prices() == [100.0, 101.0, 102.0]
    assert prices(account="main") == [100.0, 101.0]
    assert prices(decision_id=a) == [100.0, 102.0]
    assert prices(account="other", decision_id=b) == []


def test_of_many_writers_one_wins_each_version(ledger: Ledger) -> None:
    ledger.paper.save("main", {"n": 0}, (), 0)

    def increment(_: int) -> int:
        won = 0
        while won < 5:
            state = ledger.paper.load("main")
            assert state is not None
            number, version = state["n"], state["version"]
            assert isinstance(number, int)
            assert isinstance(version, int)
            try:
                ledger.paper.save("main", {"n": number + 1}, (), version)
                won += 1
            except LedgerError:
                pass
        return won

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(increment, range(4))) == 20
    assert ledger.paper.load("main") == {"n": 20, "version": 21}


# --- results ---


def test_a_decision_is_open_until_its_result_is_known(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    a, b, c = admit(), admit(account="other"), admit()
    for admission in (a, b):
        ledger.decisions.finish(cycle_of(admission))
    assert [entry.id for entry in ledger.decisions.open_decisions()] == [a.id, b.id]  # c has not finished
    assert [entry.id for entry in ledger.decisions.open_decisions("other")] == [b.id]
    assert ledger.results.result(a.id) is None
    ledger.results.record(result_of(a.id))
    assert ledger.results.result(a.id) == result_of(a.id)
    assert [entry.id for entry in ledger.decisions.open_decisions()] == [b.id]
    assert c.id not in {entry.id for entry in ledger.decisions.history()}


def test_a_decision_ends_once(ledger: Ledger, decision_id: str) -> None:
    ledger.results.record(result_of(decision_id))
    ledger.results.record(result_of(decision_id))
    with pytest.raises(LedgerError, match="another result on record"):
        ledger.results.record(result_of(decision_id, profit=2.0))
    assert ledger.results.result(decision_id) == result_of(decision_id)


# --- lessons ---


def test_a_lesson_is_learned_once(ledger: Ledger) -> None:
    lessons = (lesson_of(1), lesson_of(2))
    assert ledger.lessons.learn(lessons) == lessons
    assert ledger.lessons.learn((lesson_of(2, text="rewritten"), lesson_of(3))) == (lesson_of(3),)
    assert ledger.lessons.learned() == (lesson_of(1), lesson_of(2), lesson_of(3))
    assert ledger.lessons.count() == 3


def test_lessons_are_found_by_agent_and_time(ledger: Ledger) -> None:
    early = lesson_of(2, learned_at=NOON - timedelta(microseconds=1))
    ledger.lessons.learn((lesson_of(1), early, lesson_of(3, agent="macro")))
    assert ledger.lessons.learned("technical") == (early, lesson_of(1))
    assert ledger.lessons.learned("technical", as_of=NOON - timedelta(microseconds=1)) == (early,)
    assert ledger.lessons.agents() == ("macro", "technical")
    assert ledger.lessons.count("macro") == 1


def test_lessons_come_back_in_the_order_asked_and_strangers_are_left_out(ledger: Ledger) -> None:
    many = [lesson_of(number) for number in range(1_200)]
    ledger.lessons.learn(many)
    asked = [lesson.id for lesson in reversed(many)]
    assert [lesson.id for lesson in ledger.lessons.get(["nobody", *asked])] == asked


def test_a_recall_is_on_record_once(ledger: Ledger, decision_id: str) -> None:
    assert ledger.lessons.recalled(decision_id, "bull") is None
    assert ledger.lessons.record_recall(decision_id, "bull", ()) == ()
    assert ledger.lessons.recalled(decision_id, "bull") == ()  # nothing was shown, and that is known
    assert ledger.lessons.record_recall(decision_id, "bull", ("L1",)) == ()
    assert ledger.lessons.record_recall(decision_id, "bear", ("L2", "L1")) == ("L2", "L1")
    assert ledger.lessons.recalled(decision_id, "bear") == ("L2", "L1")
