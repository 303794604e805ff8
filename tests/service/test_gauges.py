"""What /metrics tells of steps, accounts, model servers, connections and the index, in exact numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families as parse

from fks_agents.llm.endpoints import REST, EndpointError, Pooled
from fks_agents.service.gauges import MOST_ACCOUNTS
from fks_agents.service.state import Service
from fks_agents.settings import Settings, load
from graphs.trading import ANALYSTS
from memory.ledger import Ledger
from tests.memory.conftest import lessons
from tests.service.conftest import AS_OF

WHERE = ("http://127.0.0.1:9", "http://127.0.0.1:10")
"""Nobody listens there, and nobody is asked."""

Serve = Callable[[Settings], TestClient]


def service_of(client: TestClient) -> Service:
    app: Any = client.app
    found: Service = app.state.service
    return found


def scraped(client: TestClient, name: str) -> dict[tuple[str, ...], float]:
    """The values of one series by the values of its labels."""
    text = client.get("/metrics", headers={"X-Person": "eve/viewer"}).text
    samples = [sample for family in parse(text) for sample in family.samples if sample.name == name]
    return {tuple(sample.labels.values()): sample.value for sample in samples}


def decide(client: TestClient, as_of: str = AS_OF) -> str:
    answer = client.post("/v1/ai/analyze", json={"symbol": "SPX", "as_of": as_of, "wait": True})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_there_are_at_least_thirty_metrics_of_our_own(client: TestClient) -> None:
    text = client.get("/metrics", headers={"X-Person": "eve/viewer"}).text
    families = [family for family in parse(text) if family.name.startswith("fks_")]
    assert len(families) >= 30
    assert [family.name for family in families if len(family.documentation) < 4] == []


def test_each_step_of_a_decision_is_timed_once_and_a_replay_is_not(client: TestClient) -> None:
    decision = decide(client)
    steps = scraped(client, "fks_step_seconds_count")
    assert {(name,) for name in ("snapshot", *ANALYSTS, "manager", "selector", "risk", "gate", "reflect")} <= set(steps)
    assert (steps["snapshot",], steps["reflect",]) == (1.0, 1.0)
    assert steps["bull",] == steps["bear",] >= 1.0  # as many rounds as they had
    seconds = scraped(client, "fks_step_seconds_sum")
    [whole] = scraped(client, "fks_decision_seconds_sum").values()
    assert 0.0 < seconds["snapshot",] < whole
    assert client.post(f"/v1/ai/history/{decision}/replay", json={}).status_code == 200
    assert scraped(client, "fks_step_seconds_count") == steps


def test_accounts_that_several_decisions_share_are_told_and_no_others(settings: Settings, serve: Serve) -> None:
    client = serve(settings.having(account="desk"))
    decide(client)
    assert scraped(client, "fks_account_equity") == {("desk",): 100_000.0}
    assert scraped(client, "fks_account_drawdown_ratio") == {("desk",): 0.0}
    desk = service_of(client).desk
    desk.advance(account="desk")  # to the end of the sample
    view = desk.broker("desk", desk.settings).account("", desk.clock.now())
    assert view.equity != 100_000.0
    assert scraped(client, "fks_account_equity") == {("desk",): view.equity}
    assert scraped(client, "fks_account_drawdown_ratio") == {("desk",): view.drawdown}


def test_an_account_of_one_past_decision_is_no_series_and_many_accounts_are_cut(client: TestClient) -> None:
    decide(client)
    paper = service_of(client).desk.ledger.paper
    [own] = paper.accounts()  # named like the decision
    assert scraped(client, "fks_account_equity") == {}
    state = paper.load(own)
    assert state is not None
    del state["version"]
    for number in range(MOST_ACCOUNTS + 5):
        paper.save(f"desk-{number:02d}", state, [], 0)
    assert sorted(scraped(client, "fks_account_equity")) == [(f"desk-{n:02d}",) for n in range(MOST_ACCOUNTS)]


@pytest.fixture
def two_servers(settings: Settings, serve: Serve) -> TestClient:
    models = {"model_quick": "ollama:small", "model_deep": "ollama:big"}
    return serve(settings.having(**models, model_endpoints=WHERE, model_concurrency=3))


def test_a_model_server_that_failed_is_told_with_its_breaker_open(two_servers: TestClient) -> None:
    desk = service_of(two_servers).desk
    small, big = desk.chats(desk.settings)["quick"], desk.chats(desk.settings)["deep"]
    assert isinstance(small, Pooled)
    assert isinstance(big, Pooled)
    with pytest.raises(EndpointError), small.endpoints.taken(lambda _: None) as address:
        raise EndpointError("broke off")
    open_now = scraped(two_servers, "fks_model_server_breaker_open")
    assert open_now["ollama:small", address] == 1.0
    assert sum(open_now.values()) == 1.0  # neither its other server, nor the other model there
    assert 0.0 < scraped(two_servers, "fks_model_server_rests_seconds")["ollama:small", address] <= REST
    # Another limit changes nothing about what is known of the servers.
    assert isinstance(again := desk.chats(desk.settings.having(max_position=0.1))["quick"], Pooled)
    assert again.endpoints is small.endpoints
    with ExitStack() as calls:
        taken = [calls.enter_context(big.endpoints.taken(lambda _: None)) for _ in range(3)]
        assert scraped(two_servers, "fks_model_server_calls") == {("ollama", one): taken.count(one) for one in WHERE}
    assert set(scraped(two_servers, "fks_model_server_calls").values()) == {0.0}
    assert set(scraped(two_servers, "fks_model_server_room").values()) == {3.0}


def test_connections_that_are_used_are_counted(client: TestClient) -> None:
    ledger = service_of(client).desk.ledger
    assert scraped(client, "fks_ledger_connections_in_use") == {(): 0.0}
    with ledger._database.read(), ledger._database.read():
        assert scraped(client, "fks_ledger_connections_in_use") == {(): 2.0}
    assert scraped(client, "fks_ledger_connections_room") == {(): 15.0}


@pytest.fixture
def remembering(tmp_path: Path) -> Path:
    with Ledger.open(tmp_path / "home" / "ledger.sqlite") as ledger:
        ledger.lessons.learn(lessons(0, 250))
    return tmp_path / "home"


@pytest.mark.real
@pytest.mark.enable_socket
def test_an_index_that_is_missing_is_told(remembering: Path, serve: Serve) -> None:
    client = serve(load(home=remembering, memory_server="http://127.0.0.1:9"))
    assert scraped(client, "fks_memory_index_missing") == {(): 1.0}


@pytest.mark.real
def test_an_index_that_is_there_is_not_missed(remembering: Path, serve: Serve) -> None:
    client = serve(load(home=remembering))
    for _ in range(300):
        if scraped(client, "fks_memory_index_missing") == {(): 0.0}:
            return
        threading.Event().wait(0.1)
    pytest.fail("the index did not come up")


def test_a_few_lessons_need_no_index(client: TestClient) -> None:
    assert scraped(client, "fks_memory_index_missing") == {(): 0.0}
