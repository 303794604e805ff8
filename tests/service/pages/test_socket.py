"""The connection a page acts over."""

from __future__ import annotations

import json
import re

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from fks_agents.service.pages import _socket
from fks_agents.service.pages._socket import speaks_for
from tests.service.pages.conftest import ORIGIN, sign_in

UPGRADE = {name: value for name, value in ORIGIN.items() if name != "Origin"}


def address(client: TestClient) -> tuple[str, str]:
    """Of the connection that a page just opened makes, and the page's id."""
    page = re.search(r"'client_id': '([^']+)'", client.get("/desk/ideas").text)
    assert page is not None
    query = f"EIO=4&transport=websocket&client_id={page[1]}&tab_id=t&document_id=d&next_message_id=0"
    return f"/desk/_nicegui_ws/socket.io/?{query}&implicit_handshake=true", page[1]


def message(page: str) -> str:
    return "42" + json.dumps(["event", {"id": 1, "client_id": page, "listener_id": "none", "args": []}])


def test_our_own_page_is_connected(client: TestClient) -> None:
    sign_in(client, "ana")
    where, page = address(client)
    with client.websocket_connect(where, headers=ORIGIN) as link:
        assert link.receive_text().startswith("0{")
        link.send_text("40")
        assert link.receive_text().startswith("40{")
        link.send_text(message(page))


@pytest.mark.parametrize(
    "origin", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://testserver.evil.example"}]
)
def test_another_site_gets_no_connection_with_our_cookie(client: TestClient, origin: dict[str, str]) -> None:
    sign_in(client, "ana")
    where, _ = address(client)
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(where, headers=UPGRADE | origin):
        pass


def test_without_a_session_there_is_no_connection(client: TestClient) -> None:
    sign_in(client, "ana")
    where, _ = address(client)
    client.cookies.clear()
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(where, headers=ORIGIN):
        pass


def test_a_connection_ends_with_its_session(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_socket, "_LOOKS", 0.0)
    csrf = sign_in(client, "ana")
    where, page = address(client)
    with client.websocket_connect(where, headers=ORIGIN) as link:
        link.receive_text()
        link.send_text("40")
        link.receive_text()
        assert client.post("/v1/auth/logout", headers={"X-CSRF-Token": csrf}).status_code == 204
        link.send_text(message(page))
        assert link.receive()["code"] == 4001


def test_a_connection_speaks_for_its_own_page_only(client: TestClient) -> None:
    sign_in(client, "ana")
    _, others = address(client)
    sign_in(client, "eve")
    where, _ = address(client)
    with client.websocket_connect(where, headers=ORIGIN) as link:
        link.receive_text()
        link.send_text("40")
        link.receive_text()
        link.send_text(message(others))
        assert link.receive()["code"] == 4001


@pytest.mark.parametrize(
    ("said", "is_allowed"),
    [
        ("40", True), ("3", True), ("41", True),  # opens, answers a ping, leaves
        ("", False), ("4", False), ("44", False), ("40/other,", False),
        ('42["event",{"client_id":"mine"}]', True),
        ('427["handshake",{"client_id":"mine"}]', True),  # with the number of an answer that is awaited
        ('42["event",{"client_id":"other"}]', False),
        ('42["event",{"client_id":["mine"]}]', False),
        ('42["event",{}]', False), ('42["event"]', False), ('42["event","mine"]', False),
        ('42["event",{"client_id":"mine"', False),
        ('42["event",{"client_id":"mine"},{"client_id":"other"}]', True),  # only the first is ever read
        ("42" + "[" * 100_000, False),
        ('42/other,["event",{"client_id":"other"}]', False),
        ('451-["event",{"client_id":"other","a":{"_placeholder":true,"num":0}}]', False),
    ],
)  # fmt: skip
def test_a_message_names_the_page_it_comes_from(said: str, is_allowed: bool) -> None:
    assert speaks_for(said, "mine") is is_allowed
