"""The whole desk with a real model: it ends with a recorded decision, and a replay asks nothing again."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from fks_agents.contracts import Cycle
from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm import local, open_chat, preflight
from fks_agents.llm.capabilities import Capable
from fks_agents.llm.rehearsal import rehearse
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
    small = {"model_threads": 1, "max_answer_tokens": 64, "max_prompt_tokens": 800, "model_attempts": 1}
    # One call at a time, as the server makes them: to wait for it is then no part of a call's time.
    one = {"model_context": 3_072, "model_concurrency": 1, "model_timeout": 300.0}
    return load(home=home, model=model, memory=False, max_rounds=1, **one | small | more)


def decided(opened: Settings, counted: list[dict[str, Any]] | None = None) -> Cycle:
    """One decision on the sample, its words told while they were written; its replay is the same and asks nothing."""
    told: defaultdict[str, str] = defaultdict(str)

    def listen(name: str, learned: Mapping[str, Any]) -> None:
        if name == "token":
            told[learned["call"]] += learned["text"]

    with open_desk(opened) as desk:
        cycle = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"), on_event=listen)
        made, heard = len(counted) if counted is not None else 0, dict(told)
        replayed = desk.replay(cycle.id)
        assert desk.ledger.decisions.cycle(cycle.id) == cycle
        kept = {one.key[:12]: one.reply for one in desk.ledger.calls.calls(cycle.id)}
    assert replayed.differences == ()
    assert counted is None or len(counted) == made
    assert heard != {}
    assert heard == told
    assert {key: heard[key].strip() for key, reply in kept.items() if not reply.failure} == {
        key: reply.text for key, reply in kept.items() if not reply.failure
    }
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
    # Calls that run out of time behind one another never reach the model; they are failures on record.
    answered = sum(spent.calls - spent.cached - spent.failures for spent in cycle.usage.spent)
    assert max(1, answered) <= len(ollama.asked) <= cycle.usage.calls
    assert {spent.role for spent in cycle.usage.spent} >= {"technical", "structure", "forecast", "macro", "risk"}
    assert {report.model for report in cycle.reports if report.analyst != "sentiment"} == {"ollama:smollm2"}


@needs_weights
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_printed_command_is_what_is_missing(tmp_path: Path, ollama: Model) -> None:
    import ollama as client

    ollama.is_pulled = False
    chat = open_chat("ollama:smollm2", settings(tmp_path, "ollama:smollm2"))
    with pytest.raises(ConfigError, match="get it with `ollama pull smollm2`"):
        preflight(chat)
    client.Client().pull("smollm2")
    preflight(chat)


@needs_weights
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_server_keeps_the_model_and_its_context_for_the_next_call(tmp_path: Path, ollama: Model) -> None:
    import ollama as client

    opened = settings(tmp_path, "ollama:smollm2", model_context=1_024, max_prompt_tokens=500)
    chat = open_chat("ollama:smollm2", opened)
    assert chat is not None
    assert client.Client().ps().models == []
    rehearse(chat, opened)
    [loaded] = client.Client().ps().models
    assert loaded.model_dump()["context_length"] == 1_024
    assert (ollama.asked[-1]["keep_alive"], ollama.asked[-1]["options"]["num_ctx"]) == ("30m", 1_024)
    assert isinstance(chat, Capable)
    assert chat.capabilities().told() == "llama 134.52M, context 8,192, schema yes, tools no, thinking no"


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
