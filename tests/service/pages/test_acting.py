"""What a page lets be done, and in whose name: each act asks again who is signed in."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fks_agents.policy import Unattended, shipped
from fks_agents.service import answering
from fks_agents.service.app import create_app
from fks_agents.service.auth import passwords
from fks_agents.service.pages import _socket
from fks_agents.service.people import Person
from fks_agents.service.state import Service
from fks_agents.settings import load
from memory.people import Account
from tests.service.pages.conftest import ORIGIN, PASSWORD, PEOPLE, sign_in

AS_OF = datetime(2018, 4, 20, 20, 0, tzinfo=UTC)
"""The rules sell on this day."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A dashboard on which every trade waits for a person, and one does."""
    policy = shipped().model_copy(update={"unattended": Unattended(below_risk=0.0)})
    settings = load(home=tmp_path_factory.mktemp("home")).having(policy=policy, service_rate="100000/minute")
    app = create_app(settings, dashboard=True)
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as opened:
        kept = passwords.hashed(PASSWORD)
        for name, role in PEOPLE.items():
            service(opened).desk.ledger.people.add(Account(name=name, role=role, password_hash=kept))
        service(opened).desk.analyze("SPX", as_of=AS_OF)
        yield opened


def service(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


class Opened:
    """A page in a browser that does only what it is told."""

    def __init__(self, link: Any, page: str) -> None:
        self.link, self.page = link, page

    def press(self, label: str) -> None:
        """The last button of that name."""
        self._tell(label, "click", [])

    def write(self, label: str, words: str) -> None:
        """Into the last field of that name."""
        self._tell(label, "update:", [json.dumps(words)])

    def elements(self) -> list[Any]:
        from nicegui import Client

        return list(Client.instances[self.page].elements.values())

    def _tell(self, label: str, event: str, args: list[str]) -> None:
        named = [each for each in self.elements() if each.props.get("label") == label][-1]
        listener = next(each.id for each in named._event_listeners.values() if each.type.startswith(event))
        told = {"id": named.id, "client_id": self.page, "listener_id": listener, "args": args}
        self.link.send_text("42" + json.dumps(["event", told]))

    def until(self, word: str) -> str:
        """What the service sends next that has the word in it."""
        for _ in range(500):
            if word in (said := self.link.receive_text()):
                return str(said)
        raise AssertionError(f"{word} was never said")


@contextmanager
def page(client: TestClient, path: str) -> Iterator[Opened]:
    found = re.search(r"'client_id': '([^']+)'", client.get(path).text)
    assert found is not None
    query = f"EIO=4&transport=websocket&client_id={found[1]}&tab_id=t&document_id=d&next_message_id=0"
    address = f"/desk/_nicegui_ws/socket.io/?{query}&implicit_handshake=true"
    with client.websocket_connect(address, headers=ORIGIN) as link:
        link.receive_text()
        link.send_text("40")
        yield Opened(link, found[1])


def kinds(client: TestClient, decision_id: str) -> list[str]:
    return [mark.kind for mark in service(client).desk.ledger.ideas.marks(decision_id)]


def waiting(client: TestClient) -> str:
    return service(client).desk.ledger.ideas.waiting()[-1]


def test_a_trader_approves_and_the_order_is_sent(client: TestClient) -> None:
    cycle = service(client).desk.analyze("SPX", as_of=AS_OF)
    sign_in(client, "ana")
    with page(client, "/desk/ideas") as opened:
        opened.press("Approve")  # of the one that waits for the shortest time
        opened.until("SPX: approved")
    mark = service(client).desk.ledger.ideas.marks(cycle.id)[-1]
    assert (mark.kind, mark.by) == ("approved", "ana")
    assert service(client).desk.ledger.orders.intents(cycle.id)


def test_an_approval_that_the_broker_refused_is_no_success(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    decision = service(client).desk.pending(waiting(client))
    refused = decision.model_copy(update={"status": "refused", "reason": "the broker rejected the entry: no money"})
    monkeypatch.setattr("fks_agents.service.answering.approve", lambda *_: refused)
    sign_in(client, "ana")
    with page(client, "/desk/ideas") as opened:
        opened.press("Approve")
        said = opened.until("the broker rejected the entry: no money")
    assert '"type":"negative"' in said
    assert "SPX: approved" not in said


def test_a_run_that_waited_shows_its_orders_once_it_was_approved_elsewhere(client: TestClient) -> None:
    cycle = service(client).desk.analyze("SPX", as_of=AS_OF)
    sign_in(client, "eve")
    with page(client, f"/desk/?run={cycle.id}") as opened:
        opened.until("40{")
        answering.approve(service(client), cycle.id, Person("ana", "trader"), "agreed")
        assert "approved by ana" in opened.until("Order: entry")


@pytest.mark.parametrize("how", ["signed out", "disabled", "another role", "expired"])
def test_a_session_that_has_ended_does_nothing(client: TestClient, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The connection itself would be closed within seconds; here it stays, and the act has to be refused by itself.
    monkeypatch.setattr(_socket, "_LOOKS", 1e9)
    csrf, held = sign_in(client, "ana"), service(client)
    decision_id = waiting(client)
    before = kinds(client, decision_id)
    with page(client, "/desk/ideas") as opened:
        match how:
            case "signed out":
                client.post("/v1/auth/logout", headers={"X-CSRF-Token": csrf})
            case "disabled":
                held.desk.ledger.people.change("ana", is_disabled=True)
            case "another role":
                held.desk.ledger.people.change("ana", role="viewer")
            case "expired":
                monkeypatch.setattr("fks_agents.service.auth.tokens.Tokens.session", _over)
        try:
            opened.press("Approve")
            assert '"path":"sign-in"' in opened.until("sign-in")
        finally:
            held.desk.ledger.people.change("ana", is_disabled=False, role="trader")
    assert kinds(client, decision_id) == before
    assert not held.desk.ledger.orders.intents(decision_id)


def _over(*_: object) -> None:
    from fks_agents.service.problems import Problem

    raise Problem(401, "the session is over; sign in again")


def test_a_defect_is_told_without_its_details(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2 in /etc/secrets")

    monkeypatch.setattr("fks_agents.service.answering.approve", broken)
    sign_in(client, "ana")
    with page(client, "/desk/ideas") as opened:
        opened.press("Approve")
        assert "hunter2" not in opened.until("A defect of the service")
    monkeypatch.setattr("fks_agents.service.showing.ideas.waiting", broken)
    answer = client.get("/desk/ideas")
    assert (answer.status_code, "hunter2" in answer.text) == (500, False)
    assert "This page has a defect" in answer.text


def test_who_only_looks_has_nothing_to_press(client: TestClient) -> None:
    from nicegui import Client

    sign_in(client, "eve")
    for path, labels in (("/desk/ideas", {"Approve", "Modify", "Reject"}), ("/desk/", {"Run"})):
        found = client.get(path)
        shown = re.search(r"'client_id': '([^']+)'", found.text)
        assert shown is not None
        drawn = {each.props.get("label") for each in Client.instances[shown[1]].elements.values()}
        assert not drawn & labels
        assert "needs the role trader" in found.text


def test_a_page_cannot_press_what_another_page_has(client: TestClient) -> None:
    """Eve's connection names ana's page: it is closed before the library looks at it."""
    sign_in(client, "ana")
    found = re.search(r"'client_id': '([^']+)'", client.get("/desk/ideas").text)
    assert found is not None
    decision_id = waiting(client)
    before = kinds(client, decision_id)
    client.cookies.clear()
    sign_in(client, "eve")
    with page(client, "/desk/ideas") as opened:
        opened.page = found[1]
        opened.press("Approve")
        while (said := opened.link.receive())["type"] != "websocket.close":
            pass
        assert said["code"] == 4001
    time.sleep(0.2)
    assert kinds(client, decision_id) == before


def test_the_page_with_the_switch_follows_it_at_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from fks_agents.service.pages import _frame, risk

    monkeypatch.setattr(_frame, "_LOOKS", 1e9)
    monkeypatch.setattr(risk, "_LOOKS", 1e9)
    sign_in(client, "root")
    with page(client, "/desk/risk") as opened:

        def turn(to: str, said: str) -> tuple[bool, list[str]]:
            """Whether the banner shows, and what the history says last."""
            opened.write("Reason", "storm")
            opened.press(f"{to} trading")
            opened.until("Halt all trading?" if to == "Halt" else "Resume trading?")
            opened.press(to)
            opened.until(said)
            time.sleep(0.3)
            [banner] = [each for each in opened.elements() if "desk-halt" in each.classes]
            return banner.visible, [str(getattr(each, "text", "")) for each in opened.elements()]

        shows, words = turn("Halt", "Trading is halted.")
        assert (shows, "halted" in words, "Trading was never halted." in words) == (True, True, False)
        shows, words = turn("Resume", "Trading goes on.")
        assert (shows, "resumed" in words) == (False, True)


def test_a_page_may_be_left_while_it_asks(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    from nicegui import Client

    sign_in(client, "ana")
    with page(client, "/desk/risk") as opened:
        opened.write("Reason", "storm")
        opened.press("Halt trading")
        opened.until("Halt all trading?")
        left = Client.instances[opened.page]
        client.portal.call(left.delete)  # type: ignore[union-attr]
        time.sleep(0.3)
    assert not [each for each in caplog.records if each.exc_info]
    assert service(client).desk.ledger.halts.current() is None


def test_a_halted_desk_says_so_on_every_page(client: TestClient) -> None:
    csrf = sign_in(client, "root")
    headers = {"X-CSRF-Token": csrf}
    assert client.post("/v1/halt", json={"reason": "<b>storm</b>"}, headers=headers).status_code == 200
    try:
        with page(client, "/desk/ideas") as opened:
            said = opened.until("storm")
            assert "by root: <b>storm</b>" in said
        assert "Approving would be refused: trading is halted since" in client.get("/desk/ideas").text
    finally:
        assert client.post("/v1/resume", json={"reason": "over"}, headers=headers).status_code == 200
