from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fks_agents import settings, tracing
from fks_agents.contracts import Cycle
from fks_agents.deps import Call, ChatRole
from fks_agents.errors import ConfigError
from fks_agents.llm.scripted import ScriptedChat
from graphs.opening import moment_of, open_desk
from tests.graphs.scripts import honest

KEY = "sk-abcdEFGH1234567890abcd"


@pytest.fixture
def sent() -> Iterator[InMemorySpanExporter]:
    """Keeps what would be sent; read it after `tracing.stop()`."""
    exporter = InMemorySpanExporter()
    # Shutting down is what sends the rest, and this exporter then takes no more.
    tracing.start("", exporter)
    yield exporter
    tracing.stop()


class Story(NamedTuple):
    cycle: Cycle
    spans: list[ReadableSpan]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A decision in which the technical analyst's model fails, then its replay."""

    def scripted(call: Call) -> str:
        return "" if call.role == "technical" else honest(call)

    home, exporter = tmp_path_factory.mktemp("home"), InMemorySpanExporter()
    chat = ScriptedChat(scripted, name="stub")
    roles: tuple[ChatRole, ...] = ("quick", "deep")
    tracing.start("", exporter)
    try:
        with open_desk(settings.load(home=home, memory=False), chats=dict.fromkeys(roles, chat)) as desk:
            cycle = desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
            desk.replay(cycle.id)
        return Story(cycle, spans(exporter))
    finally:
        tracing.stop()


def spans(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    tracing.stop()
    return list(exporter.get_finished_spans())


def told(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def test_a_decision_is_one_trace_that_names_its_run(story: Story) -> None:
    [root] = [span for span in story.spans if tracing.RUN_ID in told(span)]
    assert (root.name, told(root)[tracing.RUN_ID], root.parent) == ("decision", story.cycle.id, None)
    assert root.context is not None
    inside = [span for span in story.spans if span.context and span.context.trace_id == root.context.trace_id]
    assert {told(span).get("session.id") for span in inside} == {story.cycle.id}
    assert {"snapshot", "manager", "gate", "reflect"} <= {span.name for span in inside}


def test_each_call_of_an_agent_is_a_span_with_its_model_and_tokens_and_a_replay_makes_none(story: Story) -> None:
    calls = [told(span) for span in story.spans if span.name.startswith("invoke_agent ")]
    assert len(calls) == sum(spent.calls for spent in story.cycle.usage.spent) > 5
    assert {(call["gen_ai.request.model"], call["session.id"]) for call in calls} == {("stub", story.cycle.id)}
    assert {call["gen_ai.agent.name"] for call in calls} >= {"technical", "manager"}
    tokens = sum(spent.input_tokens for spent in story.cycle.usage.spent)
    assert sum(int(str(call["gen_ai.usage.input_tokens"])) for call in calls) == tokens


def test_a_failed_call_says_so(story: Story) -> None:
    failed = {span.name for span in story.spans if span.status.status_code.name == "ERROR"}
    assert failed == {"invoke_agent technical"}


def test_a_model_of_langchain_is_told_in_the_words_of_genai(sent: InMemorySpanExporter) -> None:
    usage = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    model = GenericFakeChatModel(messages=iter([AIMessage("well", usage_metadata=usage)]))
    with tracing.deciding("d1"):
        model.invoke("how is it?")
    [span] = [span for span in spans(sent) if told(span).get("openinference.span.kind") == "LLM"]
    said = told(span)
    assert (said["session.id"], said["gen_ai.usage.input_tokens"]) == ("d1", 3)
    assert "how is it?" in json.dumps(said["gen_ai.input.messages"])


def test_secrets_do_not_leave(sent: InMemorySpanExporter) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage(f"the key is {KEY}")]))

    def fails() -> None:
        with tracing.deciding("d1"):
            model.invoke(f"use {KEY}", config={"metadata": {"api_key": "swordfish1"}})
            raise ValueError("postgresql://fks:hunter2@db/fks")

    with pytest.raises(ValueError, match="hunter2"):
        fails()
    found = spans(sent)
    whole = "".join(span.to_json() for span in found)
    assert len(found) == 2
    assert "[redacted]" in whole
    assert [word for word in (KEY, "hunter2", "swordfish1") if word in whole] == []


def test_without_the_cleaning_they_would() -> None:
    """The naive way: the same spans, handed to the exporter as they are."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("naive").start_span("x", attributes={"input.value": f"use {KEY}"}).end()
    assert KEY in exporter.get_finished_spans()[0].to_json()


def test_without_an_endpoint_nothing_is_imported(tmp_path: Path) -> None:
    program = f"""
import sys
from fks_agents import settings, tracing
from graphs.opening import moment_of, open_desk
chosen = settings.load(home={str(tmp_path)!r}, memory=False)
tracing.start(chosen.tracing_endpoint)
with open_desk(chosen) as desk:
    desk.analyze("SPX", as_of=moment_of("2018-04-20T20:00:00Z"))
# LangSmith, a part of LangChain, imports OpenTelemetry's own packages where they are installed.
ours = ("openinference", "opentelemetry.exporter", "fks_agents._cleaned_spans")
print([name for name in sys.modules if name.startswith(ours)])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout == "[]\n"


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openinference.instrumentation.langchain", None)
    with pytest.raises(ConfigError, match=r"tracing_endpoint needs .*: pip install 'fks-agents\[tracing\]'"):
        tracing.start("http://127.0.0.1:4318")


def test_starting_twice_changes_nothing(sent: InMemorySpanExporter) -> None:
    other = InMemorySpanExporter()
    tracing.start("", other)
    with tracing.deciding("d1"):
        pass
    assert [span.name for span in spans(sent)] == ["decision"]
    assert other.get_finished_spans() == ()


@pytest.mark.real
@pytest.mark.enable_socket
def test_a_collector_on_this_machine_is_sent_a_decision() -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    taken: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            taken.append((self.path, gzip.decompress(body) if is_packed else body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        tracing.start(f"http://127.0.0.1:{server.server_port}")
        with tracing.deciding("d1"):
            pass
        tracing.stop()
    finally:
        tracing.stop()
        server.shutdown()
        thread.join()
        server.server_close()
    [(path, body)] = taken
    read = ExportTraceServiceRequest.FromString(body)
    [span] = read.resource_spans[0].scope_spans[0].spans
    named = {one.key: one.value.string_value for one in span.attributes}
    assert (path, span.name, named[tracing.RUN_ID]) == ("/v1/traces", "decision", "d1")


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://traces.example/", "https://traces.example/v1/traces"),
        ("https://traces.example/own/path", "https://traces.example/own/path"),
    ],
)
def test_a_collector_is_asked_at_the_usual_path(given: str, asked: str) -> None:
    assert tracing.traces_of(given) == asked


def test_an_endpoint_is_an_address_without_a_password_and_no_part_of_a_decision() -> None:
    chosen = settings.load(tracing_endpoint="http://127.0.0.1:4318")
    assert chosen.digest == settings.load().digest
    with pytest.raises(ConfigError, match="tracing_endpoint: expected addresses like"):
        settings.load(tracing_endpoint="localhost:4318")
    with pytest.raises(ConfigError, match="without a password") as caught:
        settings.load(tracing_endpoint="http://me:hunter2@traces:4318")
    assert "hunter2" not in str(caught.value)
