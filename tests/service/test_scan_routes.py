"""The scanner over HTTP: lists kept with their versions, started, stopped, begun at once, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fks_agents.settings import Settings

CORE = {"symbols": ["SPX", "IXIC"], "timeframes": ["1d"]}
Serve = Callable[[Settings], TestClient]


def scanned(client: TestClient, job: str = "scan") -> list[dict[str, Any]]:
    """Runs of the job, as soon as there are any."""
    ends = monotonic() + 60
    while monotonic() < ends:
        if runs := [run for run in client.get("/v1/scan/runs").json() if run["job"].startswith(job)]:
            return runs
        sleep(0.05)
    raise AssertionError("nothing was scanned within 60 s")


def test_a_list_is_kept_changed_and_deleted(client: TestClient) -> None:
    kept = client.put("/v1/scan/watchlists/core", json=CORE | {"version": 0})
    assert kept.status_code == 201
    assert kept.json() == {"name": "core", "version": 1, "by": "ana", "at": kept.json()["at"], **CORE}
    assert client.get("/v1/scan/watchlists").json() == [kept.json()]
    late = client.put("/v1/scan/watchlists/core", json=CORE | {"version": 0})
    assert (late.status_code, "expected to be written over version 1, was 0" in late.json()["detail"]) == (409, True)
    assert client.put("/v1/scan/watchlists/core", json=CORE | {"symbols": ["SPX"]}).json()["version"] == 2
    assert client.delete("/v1/scan/watchlists/core").status_code == 204
    for answer in (client.get("/v1/scan/watchlists/core"), client.delete("/v1/scan/watchlists/core")):
        assert (answer.status_code, answer.json()["detail"]) == (404, "unknown watchlist 'core'")
    assert client.put("/v1/scan/watchlists/core", json=CORE).json()["version"] == 4


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "symbols: expected a value, was missing"),
        (CORE | {"symbols": []}, "symbols: expected at least 1 item, was []"),
        (CORE | {"symbols": ["SPX", "SPX"]}, "expected each once, was twice: SPX"),
        (CORE | {"symbols": ["SPX", "NOPE"]}, "symbols: expected some of IXIC, SPX, was NOPE"),
        (CORE | {"timeframes": ["1w"]}, "timeframes.0"),
        (CORE | {"timeframes": ["1h"]}, "1h"),
        (CORE | {"often": True}, "often: expected no such field"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(body: dict[str, object], said: str, client: TestClient) -> None:
    refused = client.put("/v1/scan/watchlists/core", json=body)
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert client.get("/v1/scan/watchlists").json() == []


def test_once_started_it_scans_by_itself_and_after_a_restart(settings: Settings, serve: Serve) -> None:
    client = serve(settings)
    assert client.get("/v1/scan/status").json()["is_on"] is False
    client.put("/v1/scan/watchlists/core", json=CORE)
    status = client.post("/v1/scan/start").json()
    assert (status["is_on"], status["by"], status["is_live"], status["source"]) == (True, "ana", False, "sample")
    [run] = scanned(client)
    assert (run["timeframe"], run["counts"], run["by"]) == ("1d", {"admitted": 2}, "clock")
    ids = [each["decision_id"] for each in run["symbols"]]
    ends = monotonic() + 60
    while client.get("/v1/runs").json()["runs"] and monotonic() < ends:
        sleep(0.05)
    assert {each["decision"]["id"] for each in client.get("/v1/ai/history").json()["decisions"]} == set(ids)
    assert scanned(client, "outcomes")[0]["outcome"] == "done"
    client.__exit__(None, None, None)
    again = serve(settings)
    status = again.get("/v1/scan/status").json()
    assert (status["is_on"], status["timeframes"][0]["last"]["counts"]) == (True, {"admitted": 2})
    assert again.post("/v1/scan/stop").json()["timeframes"][0]["next_at"] is None


def test_scanning_at_once_needs_a_list_and_no_halt(client: TestClient) -> None:
    refused = client.post("/v1/scan/now")
    assert (refused.status_code, refused.json()["detail"]) == (409, "there is no watchlist to scan")
    assert client.post("/v1/scan/now", json={"watchlist": "nope"}).status_code == 404
    client.put("/v1/scan/watchlists/core", json=CORE)
    client.post("/v1/halt", json={"reason": "CPI"})
    assert "trading is halted" in client.post("/v1/scan/now").json()["detail"]
    assert client.get("/v1/scan/status").json()["halted"].endswith("by ana: CPI")
    client.post("/v1/resume", json={"reason": "over"})
    begun = client.post("/v1/scan/now", json={"watchlist": "core"})
    assert (begun.status_code, begun.json()) == (202, {"symbols": {"1d": ["SPX", "IXIC"]}})
    assert scanned(client, "scan now")[0]["by"] == "ana"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "start", None),
        ("POST", "stop", None),
        ("POST", "now", None),
        ("PUT", "watchlists/core", CORE),
        ("DELETE", "watchlists/core", None),
    ],
)
def test_a_viewer_only_reads(method: str, path: str, body: dict[str, object] | None, client: TestClient) -> None:
    eve = {"X-Person": "eve/viewer"}
    assert client.request(method, f"/v1/scan/{path}", json=body, headers=eve).status_code == 403
    assert client.request(method, f"/v1/scan/{path}", json=body, headers={"X-Person": ""}).status_code == 401
    for readable in ("status", "runs", "watchlists"):
        assert client.get(f"/v1/scan/{readable}", headers=eve).status_code == 200


def test_the_counters_are_shown(client: TestClient) -> None:
    client.put("/v1/scan/watchlists/core", json=CORE)
    client.post("/v1/scan/now")
    scanned(client)
    ends = monotonic() + 60
    while 'fks_scan_symbols_total{kind="admitted"} 2.0' not in client.get("/v1/metrics").text:
        assert monotonic() < ends
        sleep(0.05)
    told = client.get("/v1/metrics").text
    assert "fks_scan_seconds_count 1.0" in told
    assert 'fks_scan_last_success_timestamp_seconds{timeframe="1d"}' in told
