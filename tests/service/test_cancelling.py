"""What is cancelled ends at once and is asked about no more; what has orders is finished all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Any

from fastapi.testclient import TestClient

from fks_agents.contracts import Cycle, OrderIntent, Receipt
from fks_agents.errors import UsageError
from fks_agents.service.app import create_app
from fks_agents.settings import Settings
from graphs.opening import open_desk
from tests.service.conftest import AS_OF, signed
from tests.service.webhook.conftest import Exchange

Serve = Callable[[Settings], TestClient]


class Meanwhile(Exchange):
    """Something happens while a bracket is being sent."""

    happens: Callable[[str], object]

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        self.happens(bracket[0].decision_id)
        return super().place(bracket)


def finished(client: TestClient, decision_id: str) -> Cycle:
    ledger: Any = client.app.state.service.desk.ledger  # type: ignore[attr-defined]
    ends = monotonic() + 30
    while monotonic() < ends:
        try:
            found: Cycle = ledger.decisions.cycle(decision_id)
        except UsageError:
            sleep(0.05)
        else:
            return found
    raise AssertionError(f"expected decision {decision_id} to be finished, was not")


def test_a_decision_that_is_cancelled_while_its_order_is_sent_is_finished(settings: Settings) -> None:
    book = Meanwhile()
    app = create_app(settings, open_with=lambda of: open_desk(of, broker=lambda *_: book), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as client:
        book.happens = lambda decision_id: client.delete(f"/v1/runs/{decision_id}")
        asked = client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF}).json()["id"]
        cycle = finished(client, asked)
        assert (cycle.status, len(cycle.orders), len(book.sent)) == ("working", 3, 1)
        request = client.app.state.service.desk.ledger.requests.of(asked)  # type: ignore[attr-defined]
        assert request.cancelled_by == "ana"  # it was wished, and came too late


def test_a_waiting_trade_that_is_cancelled_waits_no_more_and_hides_no_other(asking: Settings, serve: Serve) -> None:
    client = serve(asking)
    first, other = (client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": AS_OF}).json()["id"] for _ in "ab")
    ends = monotonic() + 30
    while len(waiting(client)) < 2 and monotonic() < ends:
        sleep(0.05)
    assert client.delete(f"/v1/runs/{first}").status_code == 202
    assert waiting(client) == [other]
    for answer, said in (("approve", {}), ("reject", {"reason": "no"}), ("modify", {"quantity": 1})):
        refused = client.post(f"/v1/ai/ideas/{first}/{answer}", json=said)
        assert (refused.status_code, "waits for nobody" in refused.json()["detail"]) == (409, True)
    assert finished(client, first).orders == ()


def waiting(client: TestClient) -> list[str]:
    return [idea["id"] for idea in client.get("/v1/ai/ideas/active").json()]
