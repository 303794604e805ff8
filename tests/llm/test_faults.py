"""Whatever a model server does wrong, a decision ends as no decision, says why, and orders nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, Message
from fks_agents.llm.budget import estimate
from fks_agents.settings import load
from graphs.opening import moment_of, open_desk
from tests.graphs.scripts import honest
from tests.llm.conftest import FakeOllama, Sent, streamed

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

TIMEOUT = 1.0
WRONG_TOOL = {"function": {"name": "place_order", "arguments": {"side": "buy", "quantity": 100}}}


def right(asked: dict[str, Any]) -> str:
    """A true answer that trades, in the shape asked for."""
    said = tuple(Message(role=message["role"], text=message["content"]) for message in asked["messages"])
    return honest(Call(model="tiny", role="any", messages=said, answer_schema=asked["format"]))


def whole(asked: dict[str, Any]) -> int:
    """Tokens of the prompt, as a server that read all of it counts them."""
    return sum(estimate(message["content"]) for message in asked["messages"])


def fine(asked: dict[str, Any]) -> Sent:
    return streamed(right(asked), read=whole(asked))


def says(text: str, **how: Any) -> Callable[[dict[str, Any]], Sent]:
    return lambda asked: streamed(text, read=whole(asked), **how)


def sends(*lines: bytes, **how: Any) -> Callable[[dict[str, Any]], Sent]:
    return lambda _: Sent(lines, **how)


def half(asked: dict[str, Any]) -> Sent:
    first = fine(asked).lines[0]
    return Sent((first[: len(first) // 2],))


def extended(asked: dict[str, Any]) -> Sent:
    return streamed(json.dumps(json.loads(right(asked)) | {"size": 100, "stop": 1.0}), read=whole(asked))


def garbled(sent: Sent) -> Sent:
    return replace(sent, lines=tuple(line.replace(b" is ", b" is \xff\xfe") for line in sent.lines))


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Sent], str]] = {
    "never answers": (sends(is_silent=True), "ReadTimeout"),
    "hangs mid-stream": (lambda asked: Sent(fine(asked).lines[:1], is_hanging=True), "ReadTimeout"),
    "truncated": (half, "failed: "),
    "breaks off": (lambda asked: Sent(fine(asked).lines[:1]), "broke off after"),
    "half an answer": (lambda asked: streamed(right(asked)[:40], read=whole(asked)), "no readable answer"),
    "500": (sends(b'{"error": "out of memory"}', status=500), "out of memory"),
    "503": (sends(b'{"error": "server busy"}', status=503), "server busy"),
    "404 model": (sends(b'{"error": "model not found"}', status=404), "model not found"),
    "wrong path": (sends(b"404 page not found", status=404), "404 page not found"),
    "empty": (says(""), "was empty"),
    "nothing at all": (sends(), "failed: "),
    "null": (says("null"), "expected a JSON object"),
    "null line": (sends(b"null"), "failed: "),
    "prose": (says("I would buy with conviction."), "expected one JSON object and nothing else"),
    "only thoughts": (says("<think>buy, surely</think>"), "characters of thought"),
    "cut at the limit": (lambda asked: streamed(right(asked), reason="length", read=whole(asked)), "was cut off"),
    "bare-JSON tool call": (
        says('{"name": "place_order", "parameters": {"side": "buy"}}'),
        "no readable answer",
    ),
    "wrong tool": (says("", tool_calls=[WRONG_TOOL]), "was empty"),
    "invented arguments": (extended, "Extra inputs are not permitted"),
    "GGGG": (says("G" * 400), "expected one JSON object and nothing else"),
    "1 MB": (says("G" * 1_000_000), "expected at most 20000 characters"),
    "bad UTF-8": (lambda asked: garbled(fine(asked)), "expected UTF-8"),
    "shortened context": (lambda asked: streamed(right(asked), read=whole(asked) // 3), "was shortened"),
}


def decided(home: Path) -> Cycle:
    settings = load(
        home=home, model="ollama:tiny", model_timeout=TIMEOUT, model_attempts=2, min_conviction=0.5, memory=False
    )
    with open_desk(settings) as desk:
        cycle = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
        assert desk.replay(cycle.id).differences == ()
    return cycle


def test_the_same_server_without_a_fault_trades(tmp_path: Path, ollama: FakeOllama) -> None:
    ollama.answer = fine
    cycle = decided(tmp_path)
    assert (cycle.action, cycle.status) == ("buy", "working")
    assert cycle.orders != ()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_as_no_decision_with_its_reason(fault: str, tmp_path: Path, ollama: FakeOllama) -> None:
    ollama.answer, why = FAULTS[fault]
    cycle = decided(tmp_path)
    assert (cycle.action, cycle.status, cycle.orders) == ("no_decision", "no_decision", ())
    assert "expected at least 2 analysts with a view, was 0" in cycle.reason
    asked = [report for report in cycle.reports if report.model == "ollama:tiny"]
    assert all((report.stance, report.conviction, report.claims) == (0.0, 0.0, ()) for report in cycle.reports)
    assert any(why in (report.abstained or "") for report in asked), [report.abstained for report in asked]
    assert cycle.seconds < 10 * TIMEOUT


@pytest.mark.parametrize("fault", ["never answers", "500", "prose", "wrong tool", "cut at the limit"])
def test_a_fault_that_sets_in_later_ends_as_no_decision_too(fault: str, tmp_path: Path, ollama: FakeOllama) -> None:
    broken, _ = FAULTS[fault]

    def later(asked: dict[str, Any]) -> Sent:
        return broken(asked) if "action" in asked["format"]["properties"] else fine(asked)

    ollama.answer = later
    cycle = decided(tmp_path)
    assert (cycle.action, cycle.orders) == ("no_decision", ())
    assert any(report.abstained is None for report in cycle.reports)
    assert "ollama:tiny" in cycle.reason
