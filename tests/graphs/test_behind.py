"""Steps are written behind; whoever reads, orders or ends waits for them, and hears where they could not be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.memory import InMemorySaver

from fks_agents.contracts import OrderIntent, Receipt
from graphs import behind
from graphs.behind import Behind
from graphs.steps import AfterSteps, UnkeptStepError

CONFIG: RunnableConfig = {"configurable": {"thread_id": "d1", "checkpoint_ns": ""}}


class Slow(InMemorySaver):
    """Writes when it is let, or fails."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.fails: Exception | None = None

    def put(self, *given: Any) -> Any:
        self.let.wait(5)
        if self.fails is not None:
            raise self.fails
        return super().put(*given)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def saver(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Behind]:
    monkeypatch.setattr(behind, "DELAY", 0.0)
    made = Behind(slow)
    yield made
    slow.let.set()
    made.close()


def put(saver: Behind) -> Any:
    checkpoint = empty_checkpoint()
    return saver.put(CONFIG, checkpoint, {"source": "loop", "step": 1, "parents": {}}, {})


def test_a_step_is_not_waited_for(saver: Behind, slow: Slow) -> None:
    put(saver)  # returns, though nothing is written yet
    assert slow.get_tuple(CONFIG) is None


def test_what_it_says_was_written_is_what_the_saver_says(saver: Behind, slow: Slow) -> None:
    slow.let.set()
    told = put(saver)
    found = saver.get_tuple(CONFIG)
    assert found is not None
    assert found.config == told


def test_reading_waits_for_what_is_not_written_yet(saver: Behind, slow: Slow) -> None:
    put(saver)
    threading.Timer(0.05, slow.let.set).start()
    assert saver.get_tuple(CONFIG) is not None


def test_a_step_that_cannot_be_kept_is_told_to_whoever_waits(saver: Behind, slow: Slow) -> None:
    slow.fails = OSError("no space left")
    slow.let.set()
    put(saver)
    for _ in range(2):
        with pytest.raises(UnkeptStepError, match="no space left"):
            saver.flush("d1")
    saver.flush("another decision")


def test_the_steps_of_a_decision_that_is_over_are_not_missed(saver: Behind, slow: Slow) -> None:
    slow.fails = OSError("no space left")
    put(saver)
    saver.delete_thread("d1")
    slow.let.set()
    saver.flush("d1")
    assert slow.get_tuple(CONFIG) is None


class Log:
    def __init__(self) -> None:
        self.done: list[str] = []

    def intend(self, intents: Any) -> tuple[OrderIntent, ...]:
        self.done.append("intend")
        return tuple(intents)

    def receive(self, answers: Any) -> None:
        self.done.append("receive")

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        return ()


def intent() -> OrderIntent:
    return OrderIntent.model_validate(
        {
            "client_order_id": "a", "decision_id": "d1", "leg": "entry", "symbol": "X", "side": "buy",
            "type": "limit", "quantity": 1.0, "price": 1.0, "placed_at": "2024-01-05T00:00:00Z",
        }
    )  # fmt: skip


def test_no_order_goes_out_before_every_step_is_kept(saver: Behind, slow: Slow) -> None:
    slow.fails = OSError("no space left")
    slow.let.set()
    put(saver)
    log = Log()
    with pytest.raises(UnkeptStepError):
        AfterSteps(log, saver.flush).intend([intent()])
    assert log.done == []


def test_without_that_the_order_would_go_out(saver: Behind, slow: Slow) -> None:
    slow.fails = OSError("no space left")
    slow.let.set()
    put(saver)
    log = Log()
    log.intend([intent()])
    assert log.done == ["intend"]


def test_after_a_failed_write_a_decision_goes_on_from_what_is_kept(saver: Behind, slow: Slow) -> None:
    slow.let.set()
    put(saver)
    saver.flush("d1")
    slow.fails = OSError("no space left")
    put(saver)
    with pytest.raises(UnkeptStepError, match="no space left"):
        saver.flush("d1")
    slow.fails = None
    saver.begin_again("d1")
    put(saver)
    saver.flush("d1")
    assert len(list(saver.list(CONFIG))) == 2
