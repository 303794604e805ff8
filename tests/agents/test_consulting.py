"""Looking things up before answering: bounded by calls, repetition, room and time; recorded; never needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fks_agents.agents import analyst
from fks_agents.contracts import Report
from fks_agents.deps import Call, ChatModel, Deps, Reply
from fks_agents.llm.scripted import ScriptedChat
from tests.agents.conftest import RISING, Opened, as_json, run, said, snapshot_of

SNAPSHOT = snapshot_of(RISING | {"adx_14": 31.0})
ANSWER = as_json(stance=0.5, conviction=0.6, claims=[said(direction="bullish")])
NOW = json.dumps({"tool": "answer"})


def look(part: str) -> str:
    return json.dumps({"tool": "facts", "arguments": {"part": part}})


def spoken(opened: Opened, chat: ChatModel, **settings: Any) -> Report:
    deps: Deps = opened(quick=chat, **{"max_tool_calls": 3} | settings)
    (report,) = run(analyst("technical"), deps, SNAPSHOT)["reports"]
    return report


def test_what_was_looked_up_is_kept_with_the_report(opened: Opened) -> None:
    chat = ScriptedChat(look("adx"), NOW, ANSWER)
    report = spoken(opened, chat)
    assert report.abstained is None
    (used,) = report.tools
    adx = SNAPSHOT.fact("adx_14")
    assert adx is not None
    assert (used.tool, used.arguments, used.fact_ids, used.is_outside) == ("facts", {"part": "adx"}, (adx.id,), False)
    assert not report.is_exposed
    shown = chat.asked[1].messages[-1].text
    assert shown == f"<<<tool\n{used.result}\ntool>>>\n2 of 3 calls are left."


def test_the_answer_is_asked_for_under_the_role_s_own_schema(opened: Opened) -> None:
    chat = ScriptedChat(look("adx"), NOW, ANSWER)
    spoken(opened, chat)
    first, _, last = chat.asked
    assert first.answer_schema["title"] == "choice"
    assert "stance" in json.dumps(last.answer_schema)
    assert [message.role for message in last.messages] == [
        "system", "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip
    assert last.messages[-1].text == "Now give your answer: one JSON object that fits the schema of your role."


def test_without_the_setting_nothing_is_offered(opened: Opened) -> None:
    chat = ScriptedChat(ANSWER)
    report = spoken(opened, chat, max_tool_calls=0)
    assert (len(chat.asked), report.tools) == (1, ())
    assert "you may look something up" not in chat.asked[0].messages[1].text


def test_who_is_heard_is_offered_no_words_from_outside(opened: Opened) -> None:
    chat = ScriptedChat(NOW, ANSWER)
    spoken(opened, chat)
    offered = json.dumps(chat.asked[0].answer_schema)
    assert [name for name in ("headlines", "documents", "calendar") if f'"{name}"' in offered] == []
    assert [name for name in ("bars", "detectors", "facts", "forecast", "memory") if f'"{name}"' not in offered] == []


def test_a_time_given_by_the_model_is_refused(opened: Opened) -> None:
    early = json.dumps({"tool": "facts", "arguments": {"part": "rsi", "as_of": "2030-01-01"}})
    chat = ScriptedChat(early, NOW, ANSWER)
    assert spoken(opened, chat).tools == ()
    assert "tool facts: as_of: Extra inputs are not permitted" in chat.asked[1].messages[-1].text


def test_a_tool_that_is_not_there_is_an_answer_that_says_so(opened: Opened) -> None:
    chat = ScriptedChat(json.dumps({"tool": "execute_order", "arguments": {"quantity": 9}}), NOW, ANSWER)
    assert spoken(opened, chat).abstained is None
    assert "unknown tool 'execute_order'" in chat.asked[1].messages[-1].text


# --- models that never stop ---


def always(*parts: str) -> ScriptedChat:
    """Asks for one more call for ever, whatever it is told."""
    asked: Iterator[str] = iter(parts)
    return ScriptedChat(lambda _: look(next(asked, parts[-1])))


def test_always_one_more_call_ends_after_the_calls_there_are(opened: Opened) -> None:
    chat = always("rsi", "adx", "close", "atr", "roc", "macd", "z_")
    report = spoken(opened, chat)
    assert str(report.abstained).startswith("scripted: no readable answer from technical in 3 tries")
    # three calls, then three tries at an answer
    assert len(chat.asked) == 6
    assert (report.claims, report.stance) == ((), 0.0)


def test_the_same_call_again_ends_it_at_once(opened: Opened) -> None:
    chat = always("rsi")
    report = spoken(opened, chat, max_tool_calls=20)
    assert report.abstained is not None
    # one call, its repetition, three tries at an answer
    assert len(chat.asked) == 5


class Slow:
    """A model that asks for another thing each time, and takes a minute over it."""

    name = "slow"

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, call: Call) -> Reply:
        self.asked += 1
        return Reply(text=look(f"f{self.asked}"), seconds=60.0)


def test_time_ends_it_too(opened: Opened) -> None:
    slow = Slow()
    report = spoken(opened, slow, max_tool_calls=20, max_tool_seconds=100.0)
    assert report.abstained == "slow: technical took 120 s over 1 tool calls, at most 100 s are allowed"
    assert slow.asked == 2


def test_a_full_prompt_ends_it_with_an_answer(opened: Opened) -> None:
    chat = ScriptedChat(lambda call: ANSWER if "stance" in json.dumps(call.answer_schema) else look("_"))
    spoken(opened, chat, max_tool_calls=1)
    room = sum(-(-len(message.text) // 4) for message in chat.asked[0].messages)
    report = spoken(opened, chat, max_prompt_tokens=room + 5)
    assert (report.abstained, report.tools) == (None, ())


def test_without_the_bounds_the_same_model_would_go_on(opened: Opened) -> None:
    """The naive control: with room for it, it asks for as many calls as it is given."""
    chat = always(*[f"f{n}" for n in range(40)])
    spoken(opened, chat, max_tool_calls=20)
    assert len(chat.asked) == 20 + 3


@pytest.mark.parametrize("setting", [{"max_tool_calls": 3}, {"max_tool_calls": 20}])
def test_the_same_state_asks_the_same_bytes(opened: Opened, setting: dict[str, Any]) -> None:
    calls = []
    for _ in range(2):
        chat = ScriptedChat(look("rsi"), NOW, ANSWER)
        spoken(opened, chat, **setting)
        calls.append([call.model_dump_json() for call in chat.asked])
    assert calls[0] == calls[1]
