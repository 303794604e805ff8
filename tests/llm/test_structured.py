"""An answer is one JSON object of one shape, or it is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.deps import Call
from fks_agents.errors import ModelError
from fks_agents.llm import ScriptedChat
from fks_agents.llm.budget import length
from fks_agents.llm.gates import GateError
from fks_agents.llm.structured import LONGEST, Answer, ask, read, schema_of


class View(Answer):
    view: str
    weight: float | None


GOOD = '{"view": "up", "weight": 0.5}'

UNREADABLE = [
    ("prose", "I would not buy this."),
    ("prose around it", f"Sure! {GOOD}"),
    ("prose behind it", f"{GOOD} Hope this helps."),
    ("a code block", f"```json\n{GOOD}\n```"),
    ("thoughts", f"<think>hm</think>{GOOD}"),
    ("a list", f"[{GOOD}]"),
    ("null", "null"),
    ("a doubled key", '{"view": "up", "view": "down", "weight": 1}'),
    ("NaN", '{"view": "up", "weight": NaN}'),
    ("infinity", '{"view": "up", "weight": 1e999}'),
    ("a missing field", '{"view": "up"}'),
    ("a strange field", '{"view": "up", "weight": 1, "size": 100}'),
    ("a number as text", '{"view": "up", "weight": "0.5"}'),
    ("text as a number", '{"view": 1, "weight": 0.5}'),
    ("two objects", f"{GOOD}{GOOD}"),
    ("half an object", GOOD[:-5]),
    ("depth", "[" * 100_000),
    ("length", '{"view": "' + "u" * LONGEST + '", "weight": 1}'),
    ("nothing", " "),
]


@pytest.mark.parametrize("text", [text for _, text in UNREADABLE], ids=[name for name, _ in UNREADABLE])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        read(text, View)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_arbitrary_text_is_refused_or_read_never_worse(text: str) -> None:
    with pytest.raises(ModelError):
        read(text, View)


def test_whitespace_around_the_object_is_fine() -> None:
    assert read(f"\n {GOOD}\n", View) == View(view="up", weight=0.5)


def test_the_reason_names_the_field() -> None:
    with pytest.raises(ModelError, match=r"weight: .*valid number.*, was 'much'"):
        read('{"view": "up", "weight": "much"}', View)


def test_the_model_is_shown_what_was_wrong(call: Call) -> None:
    chat = ScriptedChat("up", GOOD)
    answer, said = ask(chat, call, View, attempts=3)
    assert answer.view == "up"
    shown = chat.asked[1].messages
    assert [message.role for message in shown] == ["system", "user", "assistant", "user"]
    assert shown[2].text == "up"
    assert shown[3].text.startswith("That reply cannot be used: expected one JSON object and nothing else, was 'up'")
    assert said.messages[-1].text == GOOD


def test_tries_are_counted(call: Call) -> None:
    chat = ScriptedChat("no", "no", "no", GOOD)
    with pytest.raises(ModelError, match="scripted: no readable answer from technical in 3 tries: expected one JSON"):
        ask(chat, call, View, attempts=3)
    assert len(chat.asked) == 3


def test_a_failed_call_is_not_repeated(call: Call) -> None:
    chat = ScriptedChat("", GOOD)
    with pytest.raises(ModelError, match="expected a reply, was empty"):
        ask(chat, call, View, attempts=3)
    assert len(chat.asked) == 1


def test_the_schema_allows_no_strange_field_and_requires_all() -> None:
    schema = schema_of(View)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["view", "weight"]


def test_a_repair_leaves_out_earlier_replies_where_they_do_not_fit(call: Call) -> None:
    chat = ScriptedChat("x" * 400, "y" * 400, GOOD)
    repaired: list[str] = []
    whole = 250  # the question has 13, each reply 100 and what is said of it about 60: one fits, two do not
    answer, _ = ask(chat, call, View, 3, most=whole, repairing=repaired.append)
    assert answer.view == "up"
    assert any("x" * 400 in message.text for message in chat.asked[1].messages)
    assert all(length(each) <= whole for each in chat.asked)
    assert not any("x" * 400 in message.text for message in chat.asked[2].messages)
    assert len(repaired) == 2


def test_a_repair_that_does_not_fit_at_all_is_an_abstention(call: Call) -> None:
    chat = ScriptedChat("x" * 4_000, GOOD)
    with pytest.raises(GateError, match="prompt too long: expected at most 100 tokens, was ") as shut:
        ask(chat, call, View, 3, most=100)
    assert shut.value.phase == "prompt"
    assert len(chat.asked) == 1


def test_without_a_readable_answer_the_gate_of_attempts_is_shut(call: Call) -> None:
    with pytest.raises(GateError, match="no readable answer from technical in 2 tries") as shut:
        ask(ScriptedChat("no", "no"), call, View, 2)
    assert shut.value.phase == "attempts"
