"""Who listens to a decision that waits for a person: until they leave, or may not hear more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection
from starlette.types import Message
from starlette.websockets import WebSocketDisconnect

from fks_agents.errors import LedgerError
from fks_agents.service.app import create_app
from fks_agents.service.auth import keys
from fks_agents.service.problems import Problem
from fks_agents.service.routes import events
from fks_agents.service.state import Service
from fks_agents.settings import Settings
from tests.service.conftest import AS_OF

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Heard(NamedTuple):
    """A service with real keys, and a trade that waits for a person."""

    client: TestClient
    held: Service
    key_id: str
    headers: dict[str, str]
    decision_id: str

    @property
    def listeners(self) -> int:
        return sum(map(len, self.held.hub._listeners.values()))

    def listeners_become(self, count: int) -> bool:
        limit = monotonic() + 30
        while self.listeners != count and monotonic() < limit:
            sleep(0.02)
        return self.listeners == count

    def revoke(self) -> None:
        self.held.desk.ledger.people.revoke_key(self.key_id, NOW)


@pytest.fixture
def heard(asking: Settings) -> Iterator[Heard]:
    app = create_app(asking)
    with TestClient(app) as client:
        held = app.state.service
        cycle = held.desk.analyze("SPX", as_of=datetime.fromisoformat(AS_OF))
        assert cycle.status == "needs_approval"
        whole, key = keys.make(held.desk.ledger.people, "robot", "viewer", by="test", at=NOW)
        yield Heard(client, held, key.id, {"Authorization": f"Bearer {whole}"}, cycle.id)


def test_who_leaves_a_socket_is_listened_for_no_more(heard: Heard) -> None:
    """As a server calls the application: it is not ended when a client goes, it is told."""
    said: Iterator[Message] = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}])
    path = f"/v1/runs/{heard.decision_id}/ws"
    headers = [(name.lower().encode(), value.encode()) for name, value in heard.headers.items()]
    scope = {
        "type": "websocket", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "subprotocols": [], "scheme": "ws",
    }  # fmt: skip
    heards = []

    async def receive() -> Message:
        return next(said)

    async def send(message: Message) -> None:
        heards.append(message["type"])

    asyncio.run(asyncio.wait_for(heard.client.app(scope, receive, send), 30))
    assert heards == ["websocket.accept"]
    assert heard.listeners == 0


def test_a_key_that_is_revoked_ends_the_socket(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PROOF", 0.0)
    with heard.client.websocket_connect(f"/v1/runs/{heard.decision_id}/ws", headers=heard.headers) as socket:
        assert heard.listeners_become(1)
        heard.revoke()
        with pytest.raises(WebSocketDisconnect) as left:
            socket.receive_json()
    assert (left.value.code, left.value.reason) == (4401, "the key or session has ended")


def test_a_ledger_that_is_lost_meanwhile_ends_the_socket(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object) -> None:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(heard.held.hub, "_told", lost)
    path = f"/v1/runs/{heard.decision_id}/ws"
    with (
        heard.client.websocket_connect(path, headers=heard.headers) as socket,
        pytest.raises(WebSocketDisconnect) as left,
    ):
        socket.receive_json()
    assert (left.value.code, left.value.reason) == (4503, "not available now")


def test_a_key_that_is_revoked_ends_the_events(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PROOF", 0.0)
    with ThreadPoolExecutor(1) as pool:
        path = f"/v1/runs/{heard.decision_id}/events"
        answer = pool.submit(heard.client.get, path, headers=heard.headers)
        assert heard.listeners_become(1)
        assert not answer.done()
        heard.revoke()
        assert answer.result(30).status_code == 200
    assert heard.client.get(path, headers=heard.headers).status_code == 401


@pytest.mark.parametrize(("status", "may_hear"), [(401, False), (403, False), (429, True)])
def test_only_who_is_not_let_in_hears_no_more(
    status: int, may_hear: bool, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(listener: object) -> None:
        raise Problem(status, "no")

    monkeypatch.setattr(events, "PROOF", 0.0)
    monkeypatch.setattr(heard.client.app.state, "guard", refuse)  # type: ignore[attr-defined]
    listener = events._Listener(HTTPConnection({"type": "websocket", "app": heard.client.app}))
    sleep(0.001)
    assert listener.may_hear() is may_hear


def test_a_proof_is_believed_for_a_while(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without a new proof a revoked key goes on to listen."""
    monkeypatch.setattr(events, "PROOF", 600.0)
    with heard.client.websocket_connect(f"/v1/runs/{heard.decision_id}/ws", headers=heard.headers):
        heard.revoke()
        sleep(2.5)
        assert heard.listeners == 1
