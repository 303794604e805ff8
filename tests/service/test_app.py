"""The application as a whole: health, refusals, and an API description that is true."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fks_agents.service.app import create_app
from fks_agents.settings import Settings


def test_health_needs_nobody_and_ready_names_each_part(client: TestClient) -> None:
    assert client.get("/health", headers={"X-Person": ""}).json() == {"status": "ok"}
    ready = client.get("/v1/ready").json()
    assert ready["is_ready"]
    assert {part["name"] for part in ready["parts"]} == {"ledger", "market", "queue", "failing", "memory"}


def test_a_service_without_a_guard_lets_nobody_in(settings: Settings) -> None:
    with TestClient(create_app(settings)) as client:
        assert client.get("/v1/runs").status_code == 401
        assert client.get("/health").status_code == 200


def test_an_unknown_path_is_a_problem(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "Not found"


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_tracer_of_the_environment_hears_of_no_path(
    is_ours: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook's secret may stand in it; an application as the framework makes it is the control."""
    heard = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(heard))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    with TestClient(create_app(settings) if is_ours else FastAPI()) as client:
        client.post("/v1/webhook/tradingview/hT5-kQ8wXz_3vBn7cRyL2mPa9dGf4sJu6eWo", json={})
    assert ("hT5-kQ8wXz" in "".join(span.to_json() for span in heard.get_finished_spans())) is not is_ours


def test_every_route_names_how_it_is_refused(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert all(path.startswith("/v1/") for path in paths)
    for path, operations in paths.items():
        for method, operation in operations.items():
            if path not in ("/v1/health", "/v1/ready"):
                assert {"401", "403"} <= set(operation["responses"]), (method, path)
