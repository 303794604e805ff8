"""Trades that wait for a person, over HTTP; and the switch that stops all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fks_agents.service.showing import ideas as showing
from fks_agents.settings import Settings
from graphs.opening import moment_of, open_desk
from tests.graphs.markets import written
from tests.service.conftest import AS_OF
from tools.market import open_market


@pytest.fixture
def desk(asking: Settings, serve: Callable[[Settings], TestClient]) -> TestClient:
    return serve(asking)


@pytest.fixture
def waiting(desk: TestClient) -> str:
    answer = desk.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF, "wait": True}).json()
    assert answer["status"] == "needs_approval"
    return str(answer["id"])


def test_a_waiting_trade_is_listed_with_its_history(desk: TestClient, waiting: str) -> None:
    [idea] = desk.get("/v1/ai/ideas/active").json()
    assert (idea["state"], idea["cycle"]["id"], idea["cycle"]["orders"]) == ("needs_approval", waiting, [])
    assert [mark["kind"] for mark in idea["marks"]] == ["proposed"]


def test_facts_are_left_to_the_snapshot_of_a_trade(desk: TestClient, waiting: str) -> None:
    listed = desk.get("/v1/ai/ideas/active")
    [idea] = listed.json()
    assert (idea["cycle"]["snapshot"]["symbol"], idea["cycle"]["snapshot"]["facts"]) == ("SPX", [])
    whole = desk.get(f"/v1/ai/history/{waiting}/snapshot")
    assert len(whole.json()["facts"]) > 50
    assert len(listed.content) < len(whole.content)
    answers = (("modify", {"quantity": 1}), ("reject", {"reason": "earnings"}))
    for answer, body in answers:
        done = desk.post(f"/v1/ai/ideas/{waiting}/{answer}", json=body)
        assert (done.status_code, done.json()["snapshot"]["facts"]) == (200, [])
    assert desk.get(f"/v1/ai/history/{waiting}/snapshot").json()["facts"] == whole.json()["facts"]


def test_an_approved_trade_is_sent_and_says_who(desk: TestClient, waiting: str) -> None:
    done = desk.post(f"/v1/ai/ideas/{waiting}/approve", json={"reason": "I see it too"}).json()
    assert (done["status"], len(done["orders"]), done["approval"]["by"]) == ("working", 3, "ana")
    again = desk.post(f"/v1/ai/ideas/{waiting}/approve", json={})
    assert again.status_code == 409
    assert "approved by ana" in again.json()["detail"]
    [idea] = desk.get("/v1/ai/ideas?state=approved").json()
    assert idea["cycle"]["id"] == waiting


def test_a_rejected_trade_needs_a_reason(desk: TestClient, waiting: str) -> None:
    assert desk.post(f"/v1/ai/ideas/{waiting}/reject", json={"reason": " "}).status_code == 422
    done = desk.post(f"/v1/ai/ideas/{waiting}/reject", json={"reason": "earnings"}).json()
    assert (done["status"], done["orders"]) == ("rejected", [])


def test_a_trade_is_made_smaller_and_still_waits(desk: TestClient, waiting: str) -> None:
    size = desk.get("/v1/ai/ideas/active").json()[0]["cycle"]["sized"]["quantity"]
    assert desk.post(f"/v1/ai/ideas/{waiting}/modify", json={"quantity": size * 2}).status_code == 422
    assert desk.post(f"/v1/ai/ideas/{waiting}/modify", json={"quantity": size / 2}).status_code == 200
    done = desk.post(f"/v1/ai/ideas/{waiting}/approve", json={}).json()
    assert done["orders"][0]["quantity"] == pytest.approx(size / 2, abs=1e-3)


def test_a_halt_stops_an_approval(desk: TestClient, waiting: str) -> None:
    assert desk.post("/v1/halt", json={"reason": "news"}).json()["is_halted"]
    refused = desk.post(f"/v1/ai/ideas/{waiting}/approve", json={})
    assert refused.status_code == 409
    assert "by ana: news" in refused.json()["detail"]
    assert not desk.post("/v1/resume", json={"reason": "over"}).json()["is_halted"]
    assert desk.post(f"/v1/ai/ideas/{waiting}/approve", json={}).status_code == 200


def test_a_viewer_answers_nothing(desk: TestClient, waiting: str) -> None:
    viewer = {"X-Person": "eve/viewer"}
    assert desk.post(f"/v1/ai/ideas/{waiting}/approve", json={}, headers=viewer).status_code == 403
    assert desk.post("/v1/halt", json={"reason": "x"}, headers=viewer).status_code == 403
    assert desk.get("/v1/halt", headers=viewer).json() == {"is_halted": False, "halt": None}


def test_every_state_lists_its_own(desk: TestClient, waiting: str) -> None:
    def ids(state: str) -> list[str]:
        return [each["id"] for each in desk.get("/v1/ai/ideas", params={"state": state}).json()]

    assert (ids("needs_approval"), ids("rejected"), ids("waiting")) == ([waiting], [], [])
    desk.post(f"/v1/ai/ideas/{waiting}/reject", json={"reason": "earnings"})
    # Decisions that want nothing, and are newer, do not hide it.
    held = desk.post("/v1/ai/analyze", json={"symbol": "IXIC", "as_of": AS_OF, "wait": True}).json()
    assert held["action"] == "hold"
    assert (ids("needs_approval"), ids("rejected"), ids("approved")) == ([], [waiting], [])
    assert [each["id"] for each in desk.get("/v1/ai/ideas", params={"limit": 1}).json()] == [waiting]


def test_what_is_being_decided_is_an_idea_without_a_decision(desk: TestClient) -> None:
    admission = desk.app.state.service.desk.admit("SPX")  # type: ignore[attr-defined]
    [idea] = desk.get("/v1/ai/ideas", params={"state": "waiting"}).json()
    assert (idea["id"], idea["state"], idea["cycle"]) == (admission.id, "waiting", None)


def test_a_trade_whose_source_is_gone_is_shown_with_what_keeps_it_from_going_out(
    asking: Settings, serve: Callable[[Settings], TestClient], tmp_path: Path
) -> None:
    prices = tmp_path / "SPX.csv"
    source = written(open_market("sample").bars("SPX", "1d", moment_of(AS_OF), 600), prices)
    with open_desk(asking.having(source=source)) as desk:
        gone = desk.analyze("SPX").id
    prices.unlink()
    [shown] = showing.waiting(serve(asking).app.state.service)  # type: ignore[attr-defined]
    assert (shown.id, shown.price, "expected csv:PATH" in shown.obstacle) == (gone, "", True)
