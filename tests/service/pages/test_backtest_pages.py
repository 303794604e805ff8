"""What the pages of backtests and strategies show to whom."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from time import monotonic, sleep

import pytest
from fastapi.testclient import TestClient

from fks_agents.service.state import Service
from memory.backtests import Backtest
from memory.strategies import Version
from tests.service.pages.conftest import sign_in

HOSTILE = "<img src=x onerror=alert(1)>"
NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)


def service(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


@pytest.fixture(scope="module")
def failed(client: TestClient) -> str:
    ledger = service(client).desk.ledger
    asked = Backtest(
        id="f" * 12, by="bob", at=NOON, strategy="sma_cross", symbol="SPX", request="{}", state="failed",
        reason=HOSTILE, ended_at=NOON,
    )  # fmt: skip
    ledger.backtests.add(asked)
    strategy = json.dumps({"text": HOSTILE, "long": {"fact": "rsi_14", "is": "below", "than": 30}, "exit": {"bars": 3}})
    ledger.strategies.add(Version(name="mine", number=1, by="bob", at=NOON, strategy=strategy))
    return asked.id


def shown(client: TestClient, name: str, path: str) -> str:
    """Every text and label of a page once it is built: what comes first is the frame, the rest follows."""
    from nicegui import Client

    sign_in(client, name)
    before = set(Client.instances)
    answer = client.get(f"/desk/{path}")
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    (opened,) = [Client.instances[each] for each in set(Client.instances) - before]
    limit, count = monotonic() + 5.0, 0
    while monotonic() < limit and (not count or len(opened.elements) != count):
        count = len(opened.elements)
        sleep(0.25)
    found = []
    for element in list(opened.elements.values()):
        found += [getattr(element, "text", ""), *map(str, element.props.values())]
        assert "innerHTML" not in element.props
    return "\n".join(map(str, found))


def test_a_viewer_sees_backtests_and_cannot_start_one(client: TestClient, failed: str) -> None:
    found = shown(client, "eve", "backtest")
    assert "sma_cross SPX" in found
    assert "New backtest" not in found
    assert "New backtest" in shown(client, "ana", "backtest")


def test_only_whoever_asked_or_an_admin_is_offered_to_delete(client: TestClient, failed: str) -> None:
    assert "Delete" not in shown(client, "ana", f"backtest?id={failed}")
    assert "Delete" in shown(client, "root", f"backtest?id={failed}")


def test_words_from_outside_are_shown_as_they_are(client: TestClient, failed: str) -> None:
    for path in (f"backtest?id={failed}", "strategies", "strategies?name=mine"):
        assert HOSTILE in shown(client, "root", path)


def test_what_is_not_there_is_told(client: TestClient, failed: str) -> None:
    assert "There is no backtest 000000000000" in shown(client, "eve", "backtest?id=000000000000")
    assert "There is no strategy 'nothing' here." in shown(client, "eve", "strategies?name=nothing")


@pytest.mark.parametrize("query", ["new=1", "copy=sma_cross", "name=mine"])
def test_an_editor_is_named_and_can_save(client: TestClient, failed: str, query: str) -> None:
    found = shown(client, "ana", f"strategies?{query}").split("\n")
    assert {"Strategy as JSON", "Save", "It fits the schema."} <= set(found)


def test_a_viewer_reads_a_strategy_and_cannot_save_it(client: TestClient, failed: str) -> None:
    found = shown(client, "eve", "strategies?name=mine").split("\n")
    assert "Strategy as JSON" in found
    assert not {"Save", "Delete", "copy"} & set(found)
