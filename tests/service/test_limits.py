"""Limits, strategies and backtests: who may set what, what is kept, what runs beside."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient

from evaluators.backtest import presets
from fks_agents.service.app import create_app
from fks_agents.settings import load
from tests.service.conftest import AS_OF, signed

ADMIN = {"X-Person": "root/admin"}
VIEWER = {"X-Person": "eve/viewer"}
MINE: dict[str, Any] = {
    "long": {"fact": "rsi_14", "is": "below", "than": 30},
    "exit": {"bars": 10},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(load(home=tmp_path_factory.mktemp("limits")), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as client:
        yield client


def test_a_trader_makes_risk_smaller_and_only_an_admin_larger(desk: TestClient) -> None:
    shipped = {"max_position": 0.25, "min_conviction": 0.6, "reason": "as shipped"}
    before = desk.put("/v1/risk", json=shipped, headers=ADMIN).json()
    assert desk.put("/v1/risk", json={"max_position": 0.1}).status_code == 422
    smaller = desk.put("/v1/risk", json={"max_position": 0.1, "min_conviction": 0.7, "reason": "CPI"}).json()
    assert (smaller["limits"]["max_position"], smaller["limits"]["min_conviction"]) == (0.1, 0.7)
    assert smaller["settings"] == before["settings"]
    for looser in ({"max_position": 0.2}, {"min_conviction": 0.65}, {"min_seconds_between_trades": 0}):
        refused = desk.put("/v1/risk", json={**looser, "reason": "bold"})
        assert (refused.status_code, next(iter(looser)) in refused.json()["detail"]) == (403, True)
    assert desk.put("/v1/risk", json={"max_position": 0.2, "reason": "x"}, headers=VIEWER).status_code == 403
    larger = desk.put("/v1/risk", json={"max_position": 0.2, "reason": "calm again"}, headers=ADMIN).json()
    assert [(change["by"], change["reason"]) for change in larger["changes"][:2]] == [
        ("root", "calm again"),
        ("ana", "CPI"),
    ]


def test_a_limit_holds_for_decisions_that_are_admitted_afterwards(desk: TestClient) -> None:
    asked = {"symbol": "SPX", "as_of": AS_OF, "wait": True}
    larger = {"min_conviction": 0.0, "max_position": 0.25, "reason": "as shipped"}
    assert desk.put("/v1/risk", json=larger, headers=ADMIN).status_code == 200
    traded = desk.post("/v1/ai/analyze", json=asked).json()
    assert desk.put("/v1/risk", json={"max_position": 0.001, "reason": "almost nothing"}).status_code == 200
    shrunk = desk.post("/v1/ai/analyze", json=asked).json()
    assert 0 < shrunk["sized"]["notional"] <= 100.0 < traded["sized"]["notional"]


def test_a_strategy_is_kept_with_its_versions(desk: TestClient) -> None:
    assert {each["name"] for each in desk.get("/v1/strategies").json()} >= set(presets())
    first = desk.put("/v1/strategies/mine", json={"strategy": MINE, "version": 0})
    assert (first.status_code, first.json()["version"]) == (201, 1), first.text
    late = desk.put("/v1/strategies/mine", json={"strategy": MINE, "version": 0})
    assert (late.status_code, "version 1" in late.json()["detail"]) == (409, True)
    changed = {**MINE, "exit": {"bars": 5}}
    assert desk.put("/v1/strategies/mine", json={"strategy": changed}).json()["version"] == 2
    assert desk.get("/v1/strategies/mine").json()["strategy"]["exit"]["bars"] == 5
    assert desk.delete("/v1/strategies/mine").status_code == 204
    assert desk.get("/v1/strategies/mine").status_code == 404
    assert [each["version"] for each in desk.get("/v1/strategies/mine/versions").json()] == [1, 2, 3]


def test_a_strategy_that_does_not_fit_is_told_where(desk: TestClient) -> None:
    refused = desk.put("/v1/strategies/mine", json={"strategy": {"exit": {"bars": "many"}}})
    assert (refused.status_code, "exit.bars" in refused.json()["detail"]) == (422, True)
    long = desk.put("/v1/strategies/mine", json={"strategy": {"text": "x" * 50_000}})
    assert (long.status_code, "at most 50,000 characters" in long.json()["detail"]) == (422, True)
    shipped = desk.put("/v1/strategies/sma_cross", json={"strategy": MINE})
    assert shipped.status_code == 409
    assert "$defs" in desk.get("/v1/strategies/schema").json()


def test_no_file_of_the_machine_is_read_for_a_strategy(desk: TestClient) -> None:
    reading = {**MINE, "risk": {"rules": "/etc/secrets.toml"}}
    for refused in (
        desk.put("/v1/strategies/mine", json={"strategy": reading}),
        desk.post("/v1/backtests", json={"strategy": reading, "symbol": "SPX"}),
    ):
        assert (refused.status_code, "expected a name" in refused.json()["detail"]) == (422, True)


def ended(desk: TestClient, run_id: str) -> dict[str, Any]:
    limit = monotonic() + 60.0
    while monotonic() < limit:
        told: dict[str, Any] = desk.get(f"/v1/backtests/{run_id}").json()
        if told["state"] not in ("waiting", "running"):
            return told
        sleep(0.05)
    raise AssertionError("the backtest did not end")


def test_a_backtest_runs_beside_and_a_cancelled_one_ends(desk: TestClient) -> None:
    asked = {"name": "sma_cross", "symbol": "SPX", "begin": "2017-01-03T00:00:00Z"}
    begun = desk.post("/v1/backtests", json=asked)
    assert begun.status_code == 202, begun.text
    other = desk.post("/v1/backtests", json={"strategy": MINE, "symbol": "SPX"}).json()
    assert desk.get(f"/v1/backtests/{other['id']}/result").status_code == 409
    assert desk.post(f"/v1/backtests/{other['id']}/cancel").status_code == 202
    assert ended(desk, other["id"])["state"] == "cancelled"
    assert ended(desk, begun.json()["id"])["state"] == "done"
    found = desk.get(f"/v1/backtests/{begun.json()['id']}/result").json()["result"]
    assert (found["symbol"], found["from"][:7]) == ("SPX", "2017-01")
    assert [run["id"] for run in desk.get("/v1/backtests").json()["backtests"]][:2] == [other["id"], begun.json()["id"]]


def test_a_backtest_of_nothing_is_refused(desk: TestClient) -> None:
    assert desk.post("/v1/backtests", json={"name": "nothing", "symbol": "SPX"}).status_code == 404
    assert desk.post("/v1/backtests", json={"name": "sma_cross", "symbol": "NOPE"}).status_code == 422
    assert desk.post("/v1/backtests", json={"symbol": "SPX"}).status_code == 422
    assert desk.get("/v1/backtests/ffffffffffff").status_code == 404
