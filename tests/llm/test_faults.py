"""Whatever a model server does wrong, a decision ends as no decision, says why, and orders nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle as cycle_of
from pathlib import Path
from typing import Any

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, Message
from fks_agents.errors import ConfigError
from fks_agents.llm import breaker
from fks_agents.llm.budget import estimate
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk
from tests.graphs.scripts import honest
from tests.llm.conftest import FakeOllama, Sent, streamed

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

RUNS = int(os.environ.get("FKS_TEST_FAULT_RUNS", "3"))
"""Decisions with each fault; it sets in with the analysts, the manager and the personas in turn."""

IMPATIENT, PATIENT = 0.5, 20.0
"""Seconds a call may take: with a server that is silent, and with any other on a busy machine."""

Answering = Callable[[dict[str, Any]], Sent]

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


FAULTS: dict[str, tuple[Answering, str]] = {
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


SILENT = ("never answers", "hangs mid-stream")

DATES = ("2018-04-20T20:00:00Z", "2017-06-16T20:00:00Z", "2016-03-18T20:00:00Z", "2014-10-17T20:00:00Z")

FIELDS = {"analysts": "stance", "manager": "action", "personas": "take"}
"""Where a fault may set in, and what tells the answers of that stage apart."""


@contextmanager
def desk(home: Path, *, timeout: float = PATIENT, **more: object) -> Iterator[Desk]:
    settings = load(
        home=home, model="ollama:tiny", model_judge="rules", model_timeout=timeout, model_attempts=2,
        min_conviction=0.5, memory=False, call_cache=False, **more,
    )  # fmt: skip
    with open_desk(settings) as opened:
        yield opened


def decided(opened: Desk, date: str = DATES[0], *, replayed: bool = False) -> Cycle:
    """A decision; with `replayed` its replay gives it back."""
    cycle = opened.analyze("SPX", as_of=moment_of(date))
    assert not replayed or opened.replay(cycle.id).differences == ()
    return cycle


def from_stage(stage: str, fault: Answering) -> Answering:
    """Fine until that stage, then the fault."""
    stages = list(FIELDS)
    late = {FIELDS[one] for one in stages[stages.index(stage) :]}
    return lambda asked: fault(asked) if late & set(asked["format"]["properties"]) else fine(asked)


@pytest.mark.parametrize("date", DATES)
def test_the_same_server_without_a_fault_trades(date: str, tmp_path: Path, ollama: FakeOllama) -> None:
    ollama.answer = fine
    with desk(tmp_path) as opened:
        cycle = decided(opened, date)
    assert (cycle.action, cycle.status) == ("buy", "working")
    assert cycle.orders != ()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_as_no_decision_with_its_reason(fault: str, tmp_path: Path, ollama: FakeOllama) -> None:
    broken, why = FAULTS[fault]
    timeout = IMPATIENT if fault in SILENT else PATIENT
    with desk(tmp_path, timeout=timeout) as opened:
        for run, stage in zip(range(RUNS), cycle_of(FIELDS)):
            ollama.answer = from_stage(stage, broken)
            cycle = decided(opened, DATES[run // len(FIELDS) % len(DATES)], replayed=run == 0)
            if stage == "analysts":
                said = {(report.stance, report.conviction, report.claims) for report in cycle.reports}
                assert said == {(0.0, 0.0, ())}
            assert (cycle.action, cycle.status, cycle.orders) == ("no_decision", "no_decision", ())
            spoken = [*cycle.reports, *([cycle.draft] if cycle.draft is not None else []), *cycle.proposals]
            silent = [said.abstained for said in spoken if said.model == "ollama:tiny" and said.abstained is not None]
            assert any(why in reason for reason in silent), silent
            assert why in cycle.reason or "expected at least 2 analysts with a view, was 0" in cycle.reason
            assert cycle.usage.tokens <= opened.settings.max_tokens_per_decision
            # six analysts on four places: two rounds; then each later stage once
            assert cycle.seconds < 5 * timeout + 30


FAILING = ("500", "404 model", "breaks off", "empty", "1 MB")


@pytest.mark.parametrize(("fault", "opens"), [*((fault, True) for fault in FAILING), ("500", False)])
def test_the_breaker_opens(
    fault: str, opens: bool, tmp_path: Path, ollama: FakeOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk whose rules stand in for its model goes on to the end; without the breaker it asks each time."""
    if not opens:
        monkeypatch.setattr(breaker, "MOST_FAILURES", 1_000)
    ollama.answer, _ = FAULTS[fault]
    with desk(tmp_path, on_model_failure="rules") as opened:
        cycle = decided(opened)
    assert cycle.draft is not None
    analysts = sum("stance" in asked["format"]["properties"] for asked in ollama.chats)
    assert (len(ollama.chats) == analysts) == opens
    assert any(bite.phase == "breaker" for bite in cycle.usage.bites) == opens


@pytest.mark.parametrize("fault", FAILING)
def test_the_next_decision_probes_and_trades_where_the_server_is_well_again(
    fault: str, tmp_path: Path, ollama: FakeOllama
) -> None:
    with desk(tmp_path) as opened:
        ollama.answer, _ = FAULTS[fault]
        assert decided(opened).action == "no_decision"
        asked = len(ollama.chats)
        assert decided(opened, DATES[1]).action == "no_decision"
        assert len(ollama.chats) <= 2 * asked
        ollama.answer = fine
        assert decided(opened, DATES[2]).orders != ()


def test_a_server_that_rests_is_probed_before_it_is_asked(tmp_path: Path, ollama: FakeOllama) -> None:
    with desk(tmp_path) as opened:
        ollama.answer, _ = FAULTS["500"]
        decided(opened)
        ollama.answer, probed = fine, ollama.probes
        assert decided(opened, DATES[1]).orders != ()
    # one by the preflight, and at least one by the calls that found it resting
    assert ollama.probes >= probed + 2


def test_a_server_that_is_gone_is_told_before_anything_is_admitted(tmp_path: Path, ollama: FakeOllama) -> None:
    with desk(tmp_path, timeout=IMPATIENT) as opened:
        ollama.answer = fine
        decided(opened)
        ollama.is_gone = True
        with pytest.raises(ConfigError, match="Ollama runs but does not answer"):
            decided(opened, DATES[1])
        assert opened.ledger.decisions.unfinished() == ()
