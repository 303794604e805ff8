"""Finished decisions: found by filters, page by page; made again, byte for byte or with another model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fks_agents.service.app import create_app
from fks_agents.settings import load
from tests.service.conftest import AS_OF, signed

LATER = "2018-06-20T20:00:00Z"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Three decisions: two about one day, one about a later one."""
    home: Path = tmp_path_factory.mktemp("history")
    app = create_app(load(home=home), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as client:
        for as_of in (AS_OF, LATER, AS_OF):
            asked = {"symbol": "SPX", "as_of": as_of, "wait": True}
            assert client.post("/v1/ai/analyze", json=asked).status_code == 200
        yield client


def listed(desk: TestClient, **query: str | int) -> list[tuple[str, str]]:
    page = desk.get("/v1/ai/history", params=query)
    assert page.status_code == 200, page.text
    return [(each["decision"]["as_of"], each["decision"]["action"]) for each in page.json()["decisions"]]


def test_the_newest_is_first(desk: TestClient) -> None:
    assert [as_of for as_of, _ in listed(desk)] == [AS_OF, LATER, AS_OF]


def test_each_filter_chooses(desk: TestClient) -> None:
    assert listed(desk, action="sell", symbol="SPX") == [(AS_OF, "sell")] * 2
    assert listed(desk, symbol="NDX") == []
    assert [as_of for as_of, _ in listed(desk, since="2018-05-01T00:00:00Z")] == [LATER]
    assert [as_of for as_of, _ in listed(desk, until="2018-05-01T00:00:00Z")] == [AS_OF, AS_OF]
    assert (len(listed(desk, status="working")), listed(desk, status="expired")) == (3, [])


def test_words_are_found_in_the_reason_whatever_their_case(desk: TestClient) -> None:
    reason = desk.get("/v1/ai/history?action=sell&limit=1").json()["decisions"][0]["decision"]["reason"]
    assert len(listed(desk, text=reason[:12].upper())) >= 1
    assert listed(desk, text="100%_sure") == []


def test_pages_join_without_a_gap(desk: TestClient) -> None:
    whole = [each["decision"]["id"] for each in desk.get("/v1/ai/history").json()["decisions"]]
    found, cursor = [], None
    for _ in range(3):
        page = desk.get("/v1/ai/history", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        found += [each["decision"]["id"] for each in page["decisions"]]
        cursor = page["next"]
    assert (found, cursor) == (whole, None)


def test_an_unknown_word_or_field_is_told(desk: TestClient) -> None:
    refused = desk.get("/v1/ai/history?action=panic")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "action")
    assert desk.get("/v1/ai/history?since=2018").status_code == 422
    assert desk.get("/v1/ai/history?since=0001-01-01T00:00:00%2B14:00").status_code == 422


def test_a_decision_and_what_it_saw(desk: TestClient) -> None:
    decision_id = desk.get("/v1/ai/history").json()["decisions"][0]["decision"]["id"]
    cycle = desk.get(f"/v1/ai/history/{decision_id[:6]}").json()
    assert (cycle["id"], cycle["action"]) == (decision_id, "sell")
    assert desk.get(f"/v1/ai/history/{decision_id}/snapshot").json() == cycle["snapshot"]
    assert desk.get("/v1/ai/history/ffffffffffff").status_code == 404


def test_a_replay_is_identical(desk: TestClient) -> None:
    decision_id = desk.get("/v1/ai/history").json()["decisions"][0]["decision"]["id"]
    again = desk.post(f"/v1/ai/history/{decision_id}/replay").json()
    assert (again["is_identical"], again["differences"]) == (True, [])


def test_another_model_is_told_as_differences(desk: TestClient) -> None:
    decision_id = desk.get("/v1/ai/history").json()["decisions"][0]["decision"]["id"]
    same = desk.post(f"/v1/ai/history/{decision_id}/replay", json={"model": "rules"}).json()
    assert (same["other"]["action"], same["decision"], same["claims"], same["checks"]) == ("sell", [], [], [])
    assert len(desk.get("/v1/ai/history").json()["decisions"]) == 3
    for model in ("nobody:knows", "local:/etc/passwd", "recorded:../words"):
        refused = desk.post(f"/v1/ai/history/{decision_id}/replay", json={"model": model})
        assert refused.status_code == 422, refused.text


def test_who_only_reads_replays_nothing(desk: TestClient) -> None:
    decision_id = desk.get("/v1/ai/history").json()["decisions"][0]["decision"]["id"]
    viewer = {"X-Person": "eve/viewer"}
    assert desk.get(f"/v1/ai/history/{decision_id}", headers=viewer).status_code == 200
    assert desk.post(f"/v1/ai/history/{decision_id}/replay", headers=viewer).status_code == 403


def test_a_decision_is_followed_over_the_bars_that_closed_since(desk: TestClient) -> None:
    newest = desk.get("/v1/ai/history", params={"action": "sell"}).json()["decisions"][0]["decision"]["id"]
    before = desk.get(f"/v1/ai/history/{newest}").json()
    followed = desk.post(f"/v1/ai/history/{newest}/follow").json()
    assert (followed["id"], followed["result"]["decision_id"]) == (newest, newest)
    assert next(fill["leg"] for fill in followed["fills"]) == "entry"
    assert len(followed["fills"]) == 2
    again = desk.post(f"/v1/ai/history/{newest}/follow").json()
    assert (again["fills"], again["result"], again["equity"]) == (followed["fills"], followed["result"], None)
    assert desk.get(f"/v1/ai/history/{newest}").json() == before


def test_only_a_trader_follows_and_only_what_is_there(desk: TestClient) -> None:
    assert desk.post("/v1/ai/history/000000000000/follow").status_code == 404
    assert desk.post("/v1/ai/history/000000000000/follow", headers={"X-Person": "vera/viewer"}).status_code == 403
