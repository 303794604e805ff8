"""The whole desk with a real model: it ends with a recorded decision, and a replay asks nothing again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm import local, open_chat
from fks_agents.llm.structured import Answer, read, schema_of
from fks_agents.settings import Settings, load
from graphs.opening import moment_of, open_desk
from tests.llm.ollama_server import Model, serving
from tests.llm.weights import needs_weights

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("real model")]

LARGER = os.environ.get("FKS_TEST_GGUF", "")
CALLS = int(os.environ.get("FKS_TEST_MODEL_CALLS", "30"))
WORDS = ("rose", "fell", "stood still", "swung", "closed at its high", "closed at its low", "gapped up", "gapped down")


class View(Answer):
    """A short answer, as small models need it."""

    direction: Literal["bullish", "bearish", "neutral"]
    is_certain: bool
    score: int


def settings(home: Path, model: str, **more: object) -> Settings:
    """Short answers and prompts: what is shown is that it ends, not that a small model is wise."""
    small = {"model_threads": 1, "max_answer_tokens": 64, "max_prompt_tokens": 750, "model_attempts": 1}
    return load(home=home, model=model, memory=False, max_rounds=1, model_context=3_072, **small | more)


def decided(opened: Settings, counted: list[dict[str, Any]] | None = None) -> Cycle:
    """One decision on the sample; its replay is the same and asks nothing."""
    with open_desk(opened) as desk:
        cycle = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
        made = len(counted) if counted is not None else 0
        replayed = desk.replay(cycle.id)
        assert desk.ledger.decisions.cycle(cycle.id) == cycle
    assert replayed.differences == ()
    assert counted is None or len(counted) == made
    return cycle


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    model = Model(local.weights("local:smollm2"))
    with serving({"smollm2": model}) as address:
        monkeypatch.setenv("OLLAMA_HOST", address)
        yield model


@needs_weights
def test_a_desk_decides_with_a_model_in_this_process(tmp_path: Path) -> None:
    cycle = decided(settings(tmp_path, "local:smollm2"))
    assert {report.model for report in cycle.reports if report.analyst != "sentiment"} == {"local:smollm2"}
    assert cycle.action in ("buy", "sell", "hold", "no_decision")


@needs_weights
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_desk_decides_with_an_ollama_server(tmp_path: Path, ollama: Model) -> None:
    cycle = decided(settings(tmp_path, "ollama:smollm2"), ollama.asked)
    assert len(ollama.asked) >= 4
    assert {report.model for report in cycle.reports if report.analyst != "sentiment"} == {"ollama:smollm2"}


def valid(chat: ChatModel, number: int) -> bool:
    said = f"Day {number}: the price {WORDS[number % len(WORDS)]}. What do you think?"
    call = Call(
        model=chat.name,
        role="view",
        messages=(Message(role="system", text="Judge the day in JSON."), Message(role="user", text=said)),
        answer_schema=schema_of(View),
        parameters={"temperature": 0.8, "seed": number},
    )
    try:
        read(chat.ask(call).text, View)
    except ModelError:
        return False
    return True


@needs_weights
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("name", ["local:smollm2", "ollama:smollm2"])
def test_constrained_answers_are_valid(name: str, tmp_path: Path, ollama: Model) -> None:
    # At this temperature some answers hold much white space: up to 77 tokens were seen.
    chat = open_chat(name, settings(tmp_path, name, max_answer_tokens=256))
    assert chat is not None
    share = sum(valid(chat, number) for number in range(CALLS)) / CALLS
    assert share >= 0.99


@pytest.mark.skipif(not LARGER, reason="FKS_TEST_GGUF names no file: set it to a larger GGUF model")
def test_a_desk_decides_with_the_larger_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = load(home=tmp_path, model=f"local:{LARGER}", max_rounds=1, memory=False, model_timeout=600.0)
    with open_desk(chosen) as desk:
        cycle = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
        assert desk.replay(cycle.id).differences == ()
        replies = [made.reply for made in desk.ledger.calls.calls(cycle.id)]
    spoken = [*cycle.reports, *cycle.debate]
    abstained = sum(one.abstained is not None for one in spoken)
    tokens = sum(reply.input_tokens + reply.output_tokens for reply in replies)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{Path(LARGER).name}: {cycle.action}, {cycle.status}; {abstained} of {len(spoken)} statements "
            f"abstained, {cycle.seconds:.0f} s, {len(replies)} calls, {tokens} tokens\n"
        )
