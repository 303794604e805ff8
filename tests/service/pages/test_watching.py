"""A decision on its page while it is made: everything arrives over the connection, and again whenever it is opened."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from fks_agents.errors import DataError, UsageError
from fks_agents.service.people import Person
from fks_agents.service.showing.asking import ask, question, symbols
from fks_agents.service.state import Service
from tests.service.pages.conftest import ORIGIN, sign_in

ASKED = question("SPX", "1d", "2018-04-20T20:00:00Z")
ANA = Person("ana", "trader")


def service(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


@contextmanager
def watching(client: TestClient, decision_id: str) -> Iterator[Any]:
    found = re.search(r"'client_id': '([^']+)'", client.get(f"/desk/?run={decision_id}").text)
    assert found is not None
    query = f"EIO=4&transport=websocket&client_id={found[1]}&tab_id=t&document_id=d&next_message_id=0"
    address = f"/desk/_nicegui_ws/socket.io/?{query}&implicit_handshake=true"
    with client.websocket_connect(address, headers=ORIGIN) as link:
        link.receive_text()
        link.send_text("40")
        yield link


def until(link: Any, word: str) -> str:
    for _ in range(1_000):
        if word in (said := link.receive_text()):
            return str(said)
    raise AssertionError(f"{word} was never said")


def stages(page: str) -> dict[str, str]:
    """As they are drawn in the page that is sent first."""
    return dict(re.findall(r'"data-stage":"(\w+)","data-state":"(\w+)"', page))


def test_a_day_is_no_moment() -> None:
    with pytest.raises(UsageError, match="2018-04-20 is a day; say the moment too, like 2018-04-20T20:00:00Z"):
        question("SPX", "1d", " 2018-04-20 ")


def test_stages_turn_and_the_end_is_told_while_somebody_watches(client: TestClient) -> None:
    sign_in(client, "eve")
    admission = ask(service(client), ANA, ASKED)
    with watching(client, admission.id) as link:
        said = until(link, '"reflect","data-state":"done"')
        assert '"gate","data-state":"done"' in said
    page = client.get(f"/desk/?run={admission.id}").text
    assert len(stages(page)) == 10
    assert set(stages(page).values()) <= {"done", "abstained"}
    assert "121 checks over 44 claims: all hold" in page
    assert "12.2354 became 9.3271: at most 25 % of equity" in page


def test_words_are_shown_while_a_model_writes_them(client: TestClient) -> None:
    sign_in(client, "eve")
    held = service(client)
    admission = held.desk.admit("SPX", as_of=ASKED.as_of)  # nobody makes it before the sweep
    with watching(client, admission.id) as link:
        until(link, "40{")
        words = {"role": "bull", "call": "k", "reasoning": False}
        held.hub.tell(admission.id, "token", words | {"text": "The close <b>is", "is_first": True}, kept=False)
        said = until(link, "The close <b>is")
        assert '"text":"The close <b>is"' in said
        assert "not checked yet" in said
    held.runner.cancel(admission.id, ANA)


def test_nobody_listens_for_a_page_that_was_left(client: TestClient) -> None:
    from nicegui import Client

    sign_in(client, "eve")
    held = service(client)
    admission = held.desk.admit("SPX", as_of=ASKED.as_of)
    found = re.search(r"'client_id': '([^']+)'", client.get(f"/desk/?run={admission.id}").text)
    assert found is not None
    assert admission.id in held.hub._listeners
    assert client.portal is not None
    client.portal.call(Client.instances[found[1]].delete)
    client.portal.call(asyncio.sleep, 0.1)
    assert admission.id not in held.hub._listeners
    held.runner.cancel(admission.id, ANA)


def test_a_decision_that_was_asked_for_elsewhere_is_shown_the_same(client: TestClient) -> None:
    cycle = service(client).desk.analyze("SPX", as_of=ASKED.as_of)
    sign_in(client, "eve")
    page = client.get(f"/desk/?run={cycle.id[:6]}").text
    assert stages(page)["reflect"] == "done"
    told = service(client).desk.ledger.requests.told(cycle.id)
    assert told == ()


def test_a_cancelled_decision_says_by_whom(client: TestClient) -> None:
    held = service(client)
    admission = held.desk.admit("SPX", as_of=ASKED.as_of)
    held.runner.cancel(admission.id, ANA)
    sign_in(client, "eve")
    page = client.get(f"/desk/?run={admission.id}").text
    assert "cancelled by ana" in page
    assert set(stages(page).values()) == {"failed", "skipped", "done"}


class Listing:
    """A source with so many symbols; None where it does not answer."""

    def __init__(self, count: int | None) -> None:
        self.count = count

    def symbols(self) -> tuple[str, ...]:
        if self.count is None:
            raise DataError("the exchange does not answer")
        return tuple(f"S{n}" for n in range(self.count))


@pytest.mark.parametrize(("count", "listed"), [(0, 0), (300, 300), (301, 0), (None, 0)])
def test_symbols_are_listed_where_that_helps(count: int | None, listed: int, client: TestClient) -> None:
    feeds = service(client).desk.feeds(service(client).settings)._replace(market=cast(Any, Listing(count)))
    held = replace(service(client), desk=replace(service(client).desk, feeds=lambda _: feeds))
    assert len(symbols(held)) == listed


@pytest.mark.parametrize(
    ("symbol", "timeframe", "as_of", "said"),
    [
        ("", "1d", "", "symbol: expected at least 1 character, was ''"),
        ("S PX", "1d", "", "symbol: expected text that fits the pattern"),
        ("SPX", "2d", "", "timeframe: "),
        ("SPX", "1d", "yesterday", "as_of: expected a time like 2018-12-24T21:00:00Z, was 'yesterday'"),
        ("SPX", "1d", "1524254400", "as_of: expected a time"),
    ],
)
def test_a_form_that_does_not_fit_names_the_field(symbol: str, timeframe: str, as_of: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        question(symbol, timeframe, as_of)
    assert str(refused.value).startswith(said), json.dumps(str(refused.value))
