"""The same tools for LangChain, CrewAI and MCP: the same questions, the same answers, the same limits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fks_agents import catalogue
from fks_agents.catalogue import View
from fks_agents.errors import RefusedError, UsageError
from fks_agents.toolset import Meter, Toolset, langchain, mcp, schema_of
from tests.catalogue.conftest import taken as taken
from tests.catalogue.test_every_tool import ASKED


def meter(view: View, most: int = 20) -> Meter:
    return Meter(Toolset(view), most)


@pytest.mark.parametrize("name", catalogue.names())
def test_langchain_gives_the_same_result_in_a_fence(name: str, taken: View) -> None:
    (tool,) = [each for each in langchain.offered(meter(taken)) if each.name == name]
    result = Toolset(taken).use(name, ASKED[name]).result
    shown: str = tool.invoke(ASKED[name])
    assert shown.startswith("<<<tool\n")
    assert shown.count("tool>>>") == 1
    assert len(shown) == len(result) + len("<<<tool\n\ntool>>>")
    assert tool.tool_call_schema.model_json_schema()["properties"] == schema_of(catalogue.get(name))["properties"]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", catalogue.names())
def test_mcp_lists_and_calls_it(name: str, taken: View) -> None:
    counted = meter(taken)
    (listed,) = [each for each in mcp.listed(counted) if each["name"] == name]
    assert listed["inputSchema"] == schema_of(catalogue.get(name))
    assert listed["annotations"] == {"readOnlyHint": True, "openWorldHint": catalogue.get(name).is_outside}
    answered = mcp.called(counted)(name, ASKED[name])
    assert answered == {
        "content": [{"type": "text", "text": Toolset(taken).use(name, ASKED[name]).result}],
        "isError": False,
    }


def test_a_refusal_is_an_answer_that_says_so(taken: View) -> None:
    counted = meter(taken, most=1)
    call = mcp.called(counted)
    call("facts", {"part": "rsi"})
    assert call("facts", {"part": "adx"}) == {
        "content": [{"type": "text", "text": "no call is left of 1"}],
        "isError": True,
    }
    (tool,) = [each for each in langchain.offered(counted) if each.name == "forecast"]
    assert tool.invoke({}) == "no call is left of 1"


def test_every_call_counts_also_one_that_cannot_be_answered(taken: View) -> None:
    counted = meter(taken, most=2)
    with pytest.raises(UsageError, match=r"unknown tool 'execute_order'; expected one of bars, calendar"):
        counted.use("execute_order", {"qty": 999_999})
    with pytest.raises(UsageError, match="tool bars: count: Input should be less than or equal to 250"):
        counted.use("bars", {"count": 10_000})
    with pytest.raises(RefusedError, match="no call is left of 2"):
        counted.use("forecast", {})
    assert counted.uses == []


def test_the_same_call_is_answered_once(taken: View) -> None:
    counted = meter(taken)
    counted.use("facts", {"part": "rsi"})
    with pytest.raises(RefusedError, match="facts was asked the same before"):
        counted.use("facts", {"part": "rsi"})
    counted.use("facts", {"part": "adx"})
    assert [use.arguments for use in counted.uses] == [{"part": "rsi"}, {"part": "adx"}]


def test_a_tool_that_is_not_offered_is_not_there(taken: View) -> None:
    with pytest.raises(UsageError, match="expected one of facts"):
        Toolset(taken, ("facts",)).use("headlines", {"days": 1})


def test_langgraph_runs_them_in_its_own_node(taken: View) -> None:
    from langchain_core.messages import AIMessage
    from langgraph.graph import END, START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode

    graph: Any = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(langchain.offered(meter(taken))))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    asked = AIMessage("", tool_calls=[{"name": "facts", "args": {"part": "rsi_14"}, "id": "c1"}])
    answered = asyncio.run(graph.compile().ainvoke({"messages": [asked]}))["messages"][-1]
    assert "rsi_14" in answered.content
