"""The desk as tools of the Model Context Protocol, spoken to by the SDK's own client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.memory import create_connected_server_and_client_session as connected

from fks_agents.service.mcp import server
from fks_agents.settings import Settings
from graphs.desk import Desk
from graphs.opening import open_desk
from tests.service.conftest import AS_OF


@pytest.fixture
def desk(asking: Settings) -> Iterator[Desk]:
    with open_desk(asking) as opened:
        yield opened


def call(desk: Desk, *asked: tuple[str, dict[str, Any]]) -> list[tuple[bool, str]]:
    """Whether each call failed, and its text."""

    async def talk() -> list[tuple[bool, str]]:
        async with connected(server(desk, "ana")) as client:
            found = [await client.call_tool(name, arguments) for name, arguments in asked]
        return [
            (result.isError, "".join(part.text for part in result.content if part.type == "text")) for result in found
        ]

    return anyio.run(talk)


def test_the_tools_are_those_that_were_promised(desk: Desk) -> None:
    async def listed() -> dict[str, bool]:
        async with connected(server(desk, "ana")) as client:
            tools = (await client.list_tools()).tools
        return {tool.name: bool(tool.annotations and tool.annotations.readOnlyHint) for tool in tools}

    assert anyio.run(listed) == {
        "analyze": False, "approve": False, "backtest": True, "detect_structure": True, "explain": True,
        "forecast": True, "list_decisions": True,
    }  # fmt: skip


def test_clients_are_told_this_version(desk: Desk) -> None:
    async def greeted() -> tuple[str, str]:
        async with connected(server(desk, "ana")) as client:
            about = (await client.initialize()).serverInfo
        return about.name, about.version

    assert anyio.run(greeted) == ("fks-agents", version("fks-agents"))


def test_the_end_of_what_a_client_says_is_a_normal_end(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fks_agents", "mcp", "--home", str(tmp_path)],
        input="", capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_decision_is_made_approved_listed_and_explained(desk: Desk) -> None:
    [(failed, text)] = call(desk, ("analyze", {"symbol": "SPX", "as_of": AS_OF}))
    asked = json.loads(text)
    assert (failed, asked["action"], asked["status"]) == (False, "sell", "needs_approval")
    [waiting, approved, again, told] = call(
        desk,
        ("list_decisions", {}),
        ("approve", {"decision_id": asked["id"], "reason": "fits"}),
        ("approve", {"decision_id": asked["id"]}),
        ("explain", {"decision_id": asked["id"]}),
    )
    assert asked["id"] in waiting[1]
    assert json.loads(approved[1])["status"] == "working"
    assert (again[0], "approved by ana" in again[1]) == (True, True)
    assert "SELL" in told[1].upper()


def test_structure_forecast_and_backtest_answer_in_figures(desk: Desk) -> None:
    structure, forecast, played = (
        json.loads(text)
        for _, text in call(
            desk,
            ("detect_structure", {"symbol": "SPX", "detector": "fvg", "as_of": AS_OF}),
            ("forecast", {"symbol": "SPX", "forecaster": "random_walk", "as_of": AS_OF}),
            ("backtest", {"strategy": "sma_cross", "symbol": "SPX"}),
        )
    )
    assert structure["count"] >= len(structure["newest"]) > 0
    assert all(event["confirmed_at"] <= AS_OF for event in structure["newest"])
    assert len(forecast["path"]) == desk.settings.horizon
    assert "trades" not in played
    assert played


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("analyze", {"symbol": "NOPE"}, "unknown symbol 'NOPE'"),
        ("analyze", {"symbol": "SPX", "as_of": "2018"}, "expected a time"),
        ("detect_structure", {"symbol": "SPX", "detector": "x"}, "unknown detector 'x'"),
        ("explain", {"decision_id": "ffff"}, "ffff"),
        ("approve", {"decision_id": "ffff"}, "ffff"),
    ],
)
def test_what_does_not_fit_is_one_line_of_text(name: str, arguments: dict[str, Any], why: str, desk: Desk) -> None:
    [(failed, text)] = call(desk, (name, arguments))
    assert failed
    assert why in text
    assert "Traceback" not in text
