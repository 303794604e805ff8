"""What is asked about the record: memory, agents, judges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from fks_agents.contracts import Lesson
from fks_agents.service.app import create_app
from fks_agents.service.standing import catalogue
from fks_agents.settings import load
from tests.service.conftest import AS_OF, signed

LEARNED = datetime(2018, 6, 1, tzinfo=UTC)
CLAIM = {
    "claims": [{"id": "bull.1", "text": "RSI is 61.3", "value": 61.3, "unit": "points", "fact_ids": ["F1"]}],
    "facts": [
        {"id": "F1", "name": "rsi_14", "value": 61.28, "unit": "points", "timeframe": "1d", "as_of": AS_OF,
         "source": "sample"}
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One decision that has ended, and one lesson."""
    app = create_app(load(home=tmp_path_factory.mktemp("asking")), guard=signed)
    with TestClient(app, headers={"X-Person": "eve/viewer"}, raise_server_exceptions=False) as client:
        asked = {"symbol": "SPX", "as_of": AS_OF, "wait": True}
        done = client.post("/v1/ai/analyze", json=asked, headers={"X-Person": "ana/trader"})
        held = app.state.service.desk
        held.memory.learn([
            Lesson(
                id="l1", agent="bull", text="Breakouts after quiet weeks fail", evidence=("F1",), learned_at=LEARNED,
                decision_id=done.json()["id"], symbol="SPX", regime="calm", was_right=False,
            )
        ])  # fmt: skip
        held.advance()
        yield client


def test_a_lesson_is_found_by_meaning_and_not_before_it_was_learned(desk: TestClient) -> None:
    found = desk.get("/v1/ai/memory/query", params={"text": "quiet breakout", "agent": "bull", "count": 1}).json()
    assert [(each["lesson"]["agent"], each["similarity"] <= 1.0) for each in found] == [("bull", True)]
    early = {"text": "quiet breakout", "agent": "bull", "as_of": "2018-05-01T00:00:00Z"}
    assert desk.get("/v1/ai/memory/query", params=early).json() == []
    refused = desk.get("/v1/ai/memory/query", params={"text": "x", "agent": "nobody"})
    assert (refused.status_code, "bull" in refused.json()["detail"]) == (422, True)


def test_each_agent_stands_with_its_record_and_model(desk: TestClient) -> None:
    told = desk.get("/v1/ai/agents/status").json()
    assert (told["decisions"], told["ended"]) == (1, 1)
    agents = {agent["name"]: agent for agent in told["agents"]}
    assert list(agents) == list(catalogue())
    assert agents["manager"]["record"]["stances"] == 1
    assert all(agent["model"]["name"] == "rules" for agent in agents.values())
    asked = [agent for agent in agents.values() if agent["decisions"]]
    assert all(agent["abstention_rate"] == agent["abstentions"] for agent in asked)
    assert {"sentiment", "bull", "manager", "moderate"} <= {agent["name"] for agent in asked}
    # Numbers and the symbol are left out, so that the same reason of another day is the same.
    assert agents["sentiment"]["reasons"] == [{"text": "no headlines on … in the … days before …", "count": 1}]
    # It sold, and the market rose.
    assert (agents["manager"]["base_rate"], agents["bull"]["base_rate"]) == (0.0, None)


def test_claims_are_judged_as_they_are_sent(desk: TestClient) -> None:
    judged = desk.post("/v1/ai/judge/consistency", json=CLAIM).json()
    assert (judged["outcome"], judged["supported"], judged["judgement"]) == ("pass", 1, None)
    wrong = {**CLAIM, "claims": [{**CLAIM["claims"][0], "text": "RSI is 75.0", "value": 75.0}]}
    assert desk.post("/v1/ai/judge/consistency", json=wrong).json()["outcome"] == "fail"


def test_a_decision_is_judged_by_its_id(desk: TestClient) -> None:
    decision_id = desk.get("/v1/ai/history").json()["decisions"][0]["decision"]["id"]
    judged = desk.post("/v1/ai/judge/consistency", json={"decision_id": decision_id[:8]}).json()
    assert (judged["outcome"] != "fail", judged["supported"] > 10) == (True, True)
    told = desk.post("/v1/ai/judge/discrepancy", json={"decision_id": decision_id}).json()
    assert (told["outcome"] == "fail", told["with_data"]) == (bool(told["within_agents"]), [])
    assert desk.post("/v1/ai/judge/discrepancy", json={"decision_id": "ffff"}).status_code == 404
    for odd in ({}, {**CLAIM, "claims": [{"id": "", "text": "RSI is 61.3"}]}):
        assert desk.post("/v1/ai/judge/consistency", json=odd).status_code == 422


def test_what_came_is_held_against_what_was_expected(desk: TestClient) -> None:
    found = desk.post("/v1/ai/validate/ground-truth", json={}).json()
    assert (found["decisions"], found["found"]) == (1, [])
    leans = desk.post("/v1/ai/judge/bias", json={"scope": {"symbol": "SPX"}}).json()["agents"]
    assert {lean["lean"] for lean in leans} == {"none shown"}
    for odd in ({"seed": -1}, {"scope": {"since": "0001-01-01T00:00:00+14:00"}}, {"scope": {"whom": 1}}):
        assert desk.post("/v1/ai/validate/ground-truth", json=odd).status_code == 422, odd
