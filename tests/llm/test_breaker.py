"""A model that keeps failing is given up on, for this decision."""

from __future__ import annotations

import pytest

from fks_agents.deps import Call
from fks_agents.errors import ModelError
from fks_agents.llm import Recorder, ScriptedChat
from fks_agents.llm.breaker import MOST_FAILURES, Breaker
from fks_agents.llm.gates import GateError
from tests.llm.conftest import Log


def fails(chat: Breaker, call: Call, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        chat.ask(call)


def test_after_three_failures_in_a_row_it_is_not_asked_again(call: Call) -> None:
    dead = ScriptedChat(lambda _: "")
    chat = Breaker(dead)
    for _ in range(MOST_FAILURES):
        fails(chat, call, "expected a reply, was empty")
    for _ in range(5):
        fails(chat, call, "scripted failed 3 times in a row and is not asked again")
    assert len(dead.asked) == 3


def test_a_success_forgives(call: Call) -> None:
    chat = Breaker(ScriptedChat("", "", "fine", "", "", "fine"))
    for _ in range(2):
        fails(chat, call, "empty")
        fails(chat, call, "empty")
        assert chat.ask(call).text == "fine"


def test_the_next_decision_asks_again(call: Call) -> None:
    model = ScriptedChat("", "", "", "fine")
    tired = Breaker(model)
    for _ in range(MOST_FAILURES):
        fails(tired, call, "empty")
    assert Breaker(model).ask(call).text == "fine"


@pytest.mark.parametrize(
    "defect", [ValueError("key=AIzaSyA1234567890abcdefghijklmnopqrstuv"), KeyError("x"), OSError()]
)
def test_whatever_a_library_raises_is_a_failed_call(call: Call, defect: Exception, log: Log) -> None:
    def breaks(_: Call) -> str:
        raise defect

    model = ScriptedChat(breaks)
    chat = Breaker(model)
    for _ in range(MOST_FAILURES):
        fails(chat, call, f"the call of technical failed: {type(defect).__name__}")
    fails(chat, call, "not asked again")
    with pytest.raises(ModelError) as caught:
        Recorder(Breaker(model), log, "d1").ask(call)
    assert "AIza" not in str(caught.value)
    assert "AIza" not in str(log.kept)


def test_half_a_letter_is_a_failed_call(call: Call) -> None:
    fails(Breaker(ScriptedChat("half \ud83d")), call, "UnicodeEncodeError")


def test_an_interrupt_is_no_failure_of_the_model(call: Call) -> None:
    def stops(_: Call) -> str:
        raise KeyboardInterrupt

    chat = Breaker(ScriptedChat(stops))
    for _ in range(MOST_FAILURES + 1):
        with pytest.raises(KeyboardInterrupt):
            chat.ask(call)


STAGES = (("forecast", "macro", "risk", "technical"), ("bull",), ("bear",))


def of(role: str, call: Call) -> Call:
    return call.model_copy(update={"role": role})


def test_roles_side_by_side_do_not_see_one_another_s_failures(call: Call) -> None:
    dead = ScriptedChat(lambda _: "")
    chat = Breaker(dead, STAGES)
    for role in STAGES[0]:
        fails(chat, of(role, call), "expected a reply, was empty")
    # Together they were four in a row: whoever speaks next is not kept waiting.
    for role in ("bull", "bear"):
        with pytest.raises(GateError, match="3 times in a row") as shut:
            chat.ask(of(role, call))
        assert shut.value.phase == "breaker"
    assert len(dead.asked) == 4


def test_without_stages_the_fourth_would_have_met_the_third_s_failure(call: Call) -> None:
    dead = ScriptedChat(lambda _: "")
    chat = Breaker(dead)
    for role in STAGES[0][:3]:
        fails(chat, of(role, call), "empty")
    fails(chat, of("technical", call), "not asked again")


def test_one_role_s_own_failures_count_at_once(call: Call) -> None:
    chat = Breaker(ScriptedChat(lambda _: ""), STAGES)
    for _ in range(MOST_FAILURES):
        fails(chat, of("macro", call), "empty")
    fails(chat, of("macro", call), "not asked again")


def test_a_stage_is_added_up_in_the_order_of_its_roles(call: Call) -> None:
    chat = Breaker(ScriptedChat(lambda each: "fine" if each.role == "macro" else ""), STAGES)
    for role in reversed(STAGES[0]):  # forecast fails, macro succeeds, risk and technical fail: two in a row
        if role == "macro":
            assert chat.ask(of(role, call)).text == "fine"
        else:
            fails(chat, of(role, call), "empty")
    fails(chat, of("bull", call), "expected a reply, was empty")
    fails(chat, of("bear", call), "not asked again")
