"""Models that always ask for one more call end every decision as none, with a reason, and no order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs.opening import open_desk
from tests.graphs.scripts import honest
from tests.injection.obeying import looking

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)


def decided(home: Path, script: ScriptedChat, calls: int = 4) -> Cycle:
    settings = load(home=home, min_conviction=0.5, max_rounds=1, max_tool_calls=calls)
    with open_desk(settings, chats={"quick": script, "deep": script}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).is_identical
        return cycle


@pytest.mark.parametrize("is_new", [True, False], ids=["something else each time", "the same each time"])
def test_one_more_call_for_ever_is_no_decision(tmp_path: Path, is_new: bool) -> None:
    turn = count()

    def ask(call: Call) -> str:
        part = f"a{next(turn)}" if is_new else "rsi"
        return json.dumps({"tool": "facts", "arguments": {"part": part}})

    script = ScriptedChat(ask)
    cycle = decided(tmp_path, script)
    assert (cycle.action, cycle.status, cycle.orders) == ("no_decision", "no_decision", ())
    assert cycle.reason.startswith("expected at least 2 analysts with a view, was 0")
    asked = [report for report in cycle.reports if report.model == "scripted"]
    assert asked
    assert all("no readable answer" in str(report.abstained) for report in asked)
    # each: four calls or one and its repetition, then three tries at an answer
    assert len(script.asked) == len(asked) * (4 + 3 if is_new else 2 + 3)


def test_models_that_look_things_up_and_answer_decide_as_before(tmp_path: Path) -> None:
    """The control: the same desk with a model that ends."""
    script = ScriptedChat(lambda call: looking(call) if call.answer_schema.get("title") == "choice" else honest(call))
    cycle = decided(tmp_path, script)
    assert cycle.status == "working"
    used = {report.analyst: [use.tool for use in report.tools] for report in cycle.reports if report.tools}
    assert used["technical"] == ["memory", "facts"]
