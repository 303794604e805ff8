"""What holds for every answer: headers, limits of the body, the page of the API, what Prometheus is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, strategies as st

from fks_agents.service.app import create_app
from fks_agents.service.shielding import DEEPEST, HEADERS, is_too_deep
from fks_agents.settings import load
from tests.service.conftest import AS_OF, signed


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(load(home=tmp_path_factory.mktemp("shield"), service_body=4_096), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("path", ["/health", "/v1/risk", "/nowhere", "/v1/ai/history?limit=0", "/openapi.json"])
def test_every_answer_carries_the_headers(desk: TestClient, path: str) -> None:
    answer = desk.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_long_body_is_refused_however_it_is_sent(desk: TestClient) -> None:
    long = json.dumps({"symbol": "SPX", "x": "y" * 5_000}).encode()
    typed = {"Content-Type": "application/json"}
    assert desk.post("/v1/ai/analyze", content=long, headers=typed).status_code == 413
    pieces = desk.post(
        "/v1/ai/analyze", content=(long[at : at + 512] for at in range(0, len(long), 512)), headers=typed
    )
    assert (pieces.status_code, "4,096 bytes" in pieces.json()["detail"]) == (413, True)
    short = desk.post("/v1/ai/analyze", content=iter((b'{"symbol":', b' "NOPE"}')), headers=typed)
    assert short.status_code == 422


def test_a_deep_body_is_refused_and_brackets_in_texts_are_not_counted(desk: TestClient) -> None:
    deep = '{"strategy": ' + '{"a": ' * 70 + "1" + "}" * 71
    typed = {"Content-Type": "application/json"}
    refused = desk.put("/v1/strategies/mine", content=deep, headers=typed)
    assert (refused.status_code, "brackets" in refused.json()["detail"]) == (400, True)
    assert not is_too_deep(json.dumps({"text": "[" * 500 + '"' + "{" * 500}).encode())


@given(st.integers(0, 2 * DEEPEST))
def test_depth_is_counted_exactly(depth: int) -> None:
    assert is_too_deep(b"[" * depth + b"]" * depth) == (depth > DEEPEST)


def test_the_page_loads_nothing_from_elsewhere(desk: TestClient) -> None:
    page = desk.get("/docs")
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    found = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(found) == 4
    for each in found:
        assert "://" not in each
        assert desk.get(f"/{each}").status_code == 200, each
    assert desk.get("/docs/other.js").status_code == 422


def test_prometheus_is_told_of_requests_and_of_the_queue(desk: TestClient) -> None:
    assert desk.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF, "wait": True}).status_code == 200
    desk.get("/v1/ai/history/ffffffffffff")
    told = desk.get("/metrics").text
    assert 'fks_http_requests_total{method="GET",route="/ai/history/{decision_id}",status="404"}' in told
    assert 'fks_decisions_total{action="sell",status="working"}' in told
    assert "fks_decisions_waiting 0.0" in told
    assert "fks_trading_halted 0.0" in told
    assert 'fks_http_seconds_count{route="/ai/analyze"}' in told
    assert len(set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE))) >= 30


def test_what_was_sent_is_no_label(desk: TestClient) -> None:
    desk.get("/attack/on/labels")
    assert "attack" not in desk.get("/metrics").text


def test_a_stranger_is_told_nothing_unless_from_this_machine(desk: TestClient) -> None:
    here = TestClient(desk.app, client=("127.0.0.1", 50_000))
    assert here.get("/metrics").status_code == 200
    assert here.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 401
    assert TestClient(desk.app).get("/metrics").status_code == 401


def test_the_document_says_how_to_sign_in_and_what_comes_before_a_route(desk: TestClient) -> None:
    paths = desk.get("/openapi.json").json()["paths"]
    asked = paths["/v1/ai/analyze"]["post"]
    assert {"400", "401", "403", "409", "413", "422", "429", "503"} <= set(asked["responses"])
    assert [*asked["security"]] == [{"bearer": []}, {"session": []}]
    assert "security" not in paths["/v1/health"]["get"]
