"""The judges' purse: what they may use together, refused before a call is made."""

from __future__ import annotations

import pytest

from fks_agents.deps import Call, Message, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.gates import GateError
from fks_agents.llm.purse import ANSWER, Purse, Pursed
from fks_agents.llm.scripted import ScriptedChat

CALL = Call(model="x", role="bias_judge", messages=(Message(role="user", text="x" * 400),), answer_schema={})
"""100 tokens by the estimate."""


def test_what_was_used_takes_the_place_of_what_was_held() -> None:
    purse = Purse(100 + ANSWER + 150)
    chat = ScriptedChat(lambda _: "y" * 80, name="x")  # 20 tokens
    Pursed(chat, purse).ask(CALL)  # 120 used
    Pursed(chat, purse).ask(CALL)  # 240 used; 100 + 160 more would be 500, of 410
    with pytest.raises(GateError, match=r"240 tokens spent, 260 more wanted, limit 410"):
        Pursed(chat, purse).ask(CALL)
    assert len(chat.asked) == 2


def test_a_call_that_fails_costs_its_prompt() -> None:
    def gone(call: Call) -> str:
        raise ModelError("gone")

    purse = Purse(400)
    for _ in range(2):
        with pytest.raises(ModelError, match="gone"):
            Pursed(ScriptedChat(gone, name="x"), purse).ask(CALL)
    with pytest.raises(GateError, match="200 tokens spent"):
        Pursed(ScriptedChat("y", name="x"), purse).ask(CALL)


def test_what_an_interrupted_decision_had_paid_counts() -> None:
    with pytest.raises(GateError, match="7900 tokens spent"):
        Pursed(ScriptedChat("y", name="x"), Purse(8_000, used=7_900)).ask(CALL)


def test_a_shut_purse_says_why_and_asks_once() -> None:
    asked = []

    def why() -> GateError:
        asked.append(1)
        return GateError("breaker", "they do not agree")

    purse, chat = Purse(8_000, why), ScriptedChat("y", name="x")
    for _ in range(3):
        with pytest.raises(GateError, match="they do not agree") as caught:
            Pursed(chat, purse).ask(CALL)
        assert caught.value.phase == "breaker"
    assert (len(asked), chat.asked) == (1, [])


def test_the_usage_a_server_reports_counts() -> None:
    class Reporting:
        name = "x"

        def ask(self, call: Call) -> Reply:
            return Reply(text="y", input_tokens=500, output_tokens=50)

    purse = Purse(700)
    Pursed(Reporting(), purse).ask(CALL)
    with pytest.raises(GateError, match="550 tokens spent"):
        Pursed(Reporting(), purse).ask(CALL)
