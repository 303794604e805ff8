"""Traces of decisions as OpenTelemetry spans: one for each decision, below it one for each step and each agent's call.

Off unless an endpoint is set; nothing of it is imported before. What OpenInference records of LangGraph and LangChain
leaves this process cleaned of secrets, under its own names and under OpenTelemetry's `gen_ai.*`.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fks_agents.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

Answered = Callable[[int, int, str], None]
"""Takes the tokens read and written by a call, and why it failed, or ""."""

NAME = "fks-agents"
RUN_ID = "fks.run_id"


@dataclass(frozen=True, slots=True)
class _Started:
    provider: TracerProvider
    tracer: Tracer
    instrumentor: Any


_STARTED: list[_Started] = []
"""At most one: LangChain is instrumented for the whole process."""


def start(endpoint: str, exporter: SpanExporter | None = None) -> None:
    """Send spans to an OTLP collector at `endpoint`, or to an exporter of one's own; an empty endpoint: to nobody.

    Starting twice changes nothing. Raises ConfigError naming the extra where it is not installed.
    """
    if _STARTED or not (endpoint or exporter):
        return
    try:
        from openinference.instrumentation import TraceConfig
        from openinference.instrumentation.langchain import LangChainInstrumentor
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from fks_agents._cleaned_spans import cleaned
    except ModuleNotFoundError as error:
        raise ConfigError(f"tracing_endpoint needs {error.name}: pip install 'fks-agents[tracing]'") from error
    provider = TracerProvider(resource=Resource.create({"service.name": NAME}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(cleaned(exporter or OTLPSpanExporter(traces_of(endpoint)))))
    instrumentor = LangChainInstrumentor()
    instrumentor.instrument(tracer_provider=provider, config=TraceConfig(enable_genai_semconv=True))
    _STARTED.append(_Started(provider, provider.get_tracer(NAME), instrumentor))
    atexit.register(stop)


def stop() -> None:
    """Send what is left, and make no more spans."""
    while _STARTED:
        started = _STARTED.pop()
        started.instrumentor.uninstrument()
        started.provider.shutdown()
    atexit.unregister(stop)


@contextmanager
def deciding(decision_id: str) -> Iterator[None]:
    """The span of a decision while it runs; its steps' spans carry its id, too, as their session."""
    if not _STARTED:
        yield
        return
    from openinference.instrumentation import using_session

    named = {RUN_ID: decision_id, "session.id": decision_id, "openinference.span.kind": "CHAIN"}
    with (
        using_session(decision_id),
        _STARTED[0].tracer.start_as_current_span("decision", attributes=named),
    ):
        yield


@contextmanager
def asking(role: str, model: str) -> Iterator[Answered]:
    """The span of one agent's call, of whatever kind its model is; what is handed in tells what came of it."""
    if not _STARTED:
        yield _unheard
        return
    from openinference.instrumentation import get_attributes_from_context
    from opentelemetry.trace import StatusCode

    named = {
        **dict(get_attributes_from_context()),
        "openinference.span.kind": "AGENT",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": role,
        "gen_ai.request.model": model,
    }
    with _STARTED[0].tracer.start_as_current_span(f"invoke_agent {role}", attributes=named) as span:

        def answered(input_tokens: int, output_tokens: int, failure: str) -> None:
            span.set_attribute("gen_ai.usage.input_tokens", input_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", output_tokens)
            if failure:
                span.set_status(StatusCode.ERROR, failure)

        yield answered


def _unheard(_input_tokens: int, _output_tokens: int, _failure: str) -> None:
    pass


def traces_of(endpoint: str) -> str:
    """Where a collector at this address takes traces: OTLP's usual path, where none is given."""
    scheme, _, rest = endpoint.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}/{path or 'v1/traces'}"
