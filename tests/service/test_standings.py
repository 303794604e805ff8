"""The agents' record is worked out once for what is on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from fastapi.testclient import TestClient

from tests.service.conftest import AS_OF


def test_it_is_worked_out_again_only_where_the_record_has_grown(client: TestClient) -> None:
    asked = {"symbol": "SPX", "as_of": AS_OF, "wait": True}
    made = client.post("/v1/ai/analyze", json=asked).json()["id"]
    standings = client.app.state.service.standings  # type: ignore[attr-defined]
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(standings.of, [10] * 4)
    assert (first.decisions, first.ended) == (1, 0)
    assert all(other is first for other in others)
    assert client.post(f"/v1/ai/history/{made}/follow").status_code == 200
    followed = standings.of(10)
    assert (followed.decisions, followed.ended) == (1, 1)
    client.post("/v1/ai/analyze", json=asked)
    assert standings.of(10).decisions == 2
    assert standings.of(1).decisions == 1
