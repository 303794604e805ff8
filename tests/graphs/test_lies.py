"""What a lying model says anywhere in a decision never comes out as checked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.opening import open_desk
from tests.graphs.scripts import honest

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)
WRONG = {
    "text": "The close is 99999",
    "value": 99999.0,
    "unit": "price",
    "fact_ids": ["F1"],
    "formula": None,
    "direction": "bullish",
}


def decided(home: Path, liar: str, **lie: Any) -> Cycle:
    def say(call: Call) -> str:
        told = json.loads(honest(call))
        return json.dumps(told | lie if call.role == liar else told)

    chat = ScriptedChat(say)
    with open_desk(load(home=home, min_conviction=0.5), chats={"quick": chat, "deep": chat}) as desk:
        return desk.analyze("SPX", as_of=AS_OF)


def test_the_honest_script_trades(tmp_path: Path) -> None:
    assert decided(tmp_path, "nobody").status == "working"


@pytest.mark.parametrize("liar", ["technical", "bull", "manager", "conservative", "moderate"])
def test_a_wrong_number_of_anyone_refuses_the_decision(tmp_path: Path, liar: str) -> None:
    cycle = decided(tmp_path, liar, claims=[WRONG])
    assert (cycle.verdict.outcome, cycle.orders) == ("fail", ())
    assert any(f"{liar}.1" == check.subject for check in cycle.verdict.checks if check.outcome == "fail")


@pytest.mark.parametrize("liar", ["manager", "conservative", "moderate"])
@pytest.mark.parametrize("reason", ["a sure thing", "a guaran\u200bteed gain", "it rises 300 percent"])
def test_a_promise_in_a_reason_is_refused_or_dropped(tmp_path: Path, liar: str, reason: str) -> None:
    cycle = decided(tmp_path, liar, reason=reason)
    assert cycle.verdict.outcome == "fail" or reason not in cycle.as_json()
