"""A socket is opened by whoever may read: by key, by token, and by a cookie only from our own page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from fks_agents.service.auth import guard
from tests.service.auth.conftest import PASSWORD, bearer
from tests.service.conftest import AS_OF

OURS = {"Origin": "http://testserver"}
THEIRS = {"Origin": "https://evil.example"}


@pytest.fixture(scope="module")
def decision(client: TestClient) -> str:
    asked = {"symbol": "SPX", "as_of": AS_OF, "wait": True}
    return str(client.post("/v1/ai/analyze", json=asked, headers=bearer(client, "ana")).json()["id"])


@pytest.fixture
def page(client: TestClient) -> Iterator[TestClient]:
    """Eve's browser."""
    client.cookies.clear()
    assert client.post("/v1/auth/login", json={"name": "eve", "password": PASSWORD}).status_code == 200
    yield client
    client.cookies.clear()


def heard(client: TestClient, decision: str, headers: dict[str, str], query: str = "") -> list[Any]:
    """Everything that is told until the socket is closed; raises WebSocketDisconnect where it is refused."""
    told = []
    with client.websocket_connect(f"/v1/runs/{decision}/ws{query}", headers=headers) as socket:
        while (message := socket.receive())["type"] == "websocket.send":
            told.append(json.loads(message["text"]))
    assert message["code"] == 1000
    return told


def is_refused(client: TestClient, decision: str, headers: dict[str, str], query: str = "") -> int:
    """The code it is closed with before a word was told."""
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"/v1/runs/{decision}/ws{query}", headers=headers),
    ):
        pass
    return int(refused.value.code)


def test_a_token_and_a_key_of_a_viewer_open_it(client: TestClient, decision: str) -> None:
    told = heard(client, decision, bearer(client, "eve"))
    assert told[-1]["event"] == "ended"
    root = bearer(client, "root")
    made = client.post("/v1/auth/keys", json={"name": "bot"}, headers=root).json()
    key = {"Authorization": f"Bearer {made['key']}"}
    assert heard(client, decision, key) == told
    assert heard(client, decision, key, f"?after={told[1]['id']}") == told[2:]
    assert client.delete(f"/v1/auth/keys/{made['id']}", headers=root).status_code == 204
    assert is_refused(client, decision, key) == 4401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        OURS,
        {"Authorization": "Bearer fks_0123456789abcdef_guess"},
        {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
        {"Authorization": "Basic ZXZlOnB3"},
        {"Cookie": f"{guard.COOKIE}=guess", **OURS},
    ],
    ids=["nothing", "an origin alone", "a guessed key", "an unsigned token", "another scheme", "a guessed cookie"],
)
def test_strangers_do_not_open_it(client: TestClient, decision: str, headers: dict[str, str]) -> None:
    client.cookies.clear()
    assert is_refused(client, decision, headers) == 4401


def test_a_cookie_opens_it_from_our_page_alone(page: TestClient, decision: str) -> None:
    assert heard(page, decision, OURS)[-1]["event"] == "ended"
    assert is_refused(page, decision, THEIRS) == 4403
    assert is_refused(page, decision, {}) == 4403  # browsers always name the page
    assert is_refused(page, decision, {"Origin": "null"}) == 4403
    assert is_refused(page, decision, {"Origin": "http://testserver.evil.example"}) == 4403


def test_without_that_check_another_site_would_listen_in(
    page: TestClient, decision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_is_from_our_page", lambda request, session: None)
    assert heard(page, decision, THEIRS)[-1]["event"] == "ended"


def test_a_session_that_has_ended_opens_nothing(client: TestClient, decision: str) -> None:
    signed = bearer(client, "eve")
    assert client.post("/v1/auth/logout", headers=signed).status_code == 204
    assert is_refused(client, decision, signed) == 4401


def test_what_does_not_fit_is_refused_before_it_is_opened(client: TestClient, decision: str) -> None:
    signed = bearer(client, "eve")
    assert is_refused(client, "0" * 12, signed) == 4404
    for query in ("?after=-1", "?after=99999999999999999999", "?after=x"):
        assert is_refused(client, decision, signed, query) == 1008
    assert is_refused(client, "no-such-id", signed) == 1008
