"""The application as a whole: health, refusals, and an API description that is true."""

from __future__ import annotations

from fastapi.testclient import TestClient

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


def test_every_route_names_how_it_is_refused(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert all(path.startswith("/v1/") for path in paths)
    for path, operations in paths.items():
        for method, operation in operations.items():
            if path not in ("/v1/health", "/v1/ready"):
                assert {"401", "403"} <= set(operation["responses"]), (method, path)
