"""Backtests that outlive the service: kept, found, run again, run by one of several, cancelled, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient

from evaluators.backtest import Job, load as strategy
from fks_agents.service import backtests as queue
from fks_agents.service.app import create_app
from fks_agents.service.backtests import Backtests
from fks_agents.service.playing import Request
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import open_desk
from graphs.running import alone
from memory.backtests import Backtest
from tests.postgres import Server, served
from tests.service.conftest import signed

ADMIN = {"X-Person": "root/admin"}
JUNE = datetime(2018, 6, 1, tzinfo=UTC)
BOB = {"X-Person": "bob/trader"}
SHORT = {"name": "sma_cross", "symbol": "SPX", "begin": "2018-06-01T00:00:00Z"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    is_on_server = getattr(request, "param", "file") == "postgres"
    url = request.getfixturevalue("postgres").fresh() if is_on_server else ""
    with open_desk(load(home=tmp_path / "home", database_url=url)) as opened:
        yield opened


@pytest.fixture
def play() -> Iterator[Callable[[Desk], Backtests]]:
    """The queue of a service that has started."""
    started = []

    def start(desk: Desk) -> Backtests:
        opened = Backtests(desk.ledger, desk.settings, desk.clock)
        opened.start()
        started.append(opened)
        return opened

    yield start
    for each in started:
        each.stop()


def left_behind(desk: Desk, number: int = 1, **changes: Any) -> Backtest:
    """A backtest of a service that was killed while it ran."""
    job = Job(strategy("sma_cross"), "SPX", desk.settings.having(cash=5_000.0), begin=JUNE)
    request = Request.of(job).model_dump_json()
    asked = Backtest(
        id=f"{number:012x}", by="ana", at=desk.clock.now(), strategy="sma_cross", symbol="SPX",
        **{"request": request, "state": "running", "tries": 1, "done": 10, "of": 20} | changes,
    )  # fmt: skip
    desk.ledger.backtests.add(asked)
    return asked


def ended(desk: Desk, backtest_id: str, within: float = 60.0) -> Backtest:
    limit = monotonic() + within
    while monotonic() < limit:
        found = desk.ledger.backtests.get(backtest_id)
        assert found is not None
        if not found.is_under_way:
            return found
        sleep(0.05)
    raise AssertionError("the backtest did not end")


def test_one_that_a_killed_service_left_is_run_again_from_its_request(
    desk: Desk, play: Callable[[Desk], Backtests]
) -> None:
    asked = left_behind(desk)
    with alone(desk.ledger, desk.settings.home, f"backtest-{asked.id}"):
        mine = play(desk)
        sleep(0.3)
        # As long as another process holds it, nobody else begins it.
        found = desk.ledger.backtests.get(asked.id)
        assert found is not None
        assert (found.state, found.tries) == ("running", 1)
    mine.recover()
    found = ended(desk, asked.id)
    assert (found.state, found.tries) == ("done", 2)
    result = desk.ledger.backtests.result(asked.id)
    assert result is not None
    # With the settings it was asked with, which are not those of the service.
    assert '"cash": 5000.0' in result.told
    assert result.report.startswith("<!doctype html>")


def test_one_that_ends_its_service_each_time_is_given_up(desk: Desk, play: Callable[[Desk], Backtests]) -> None:
    asked = left_behind(desk, tries=queue.TRIES)
    play(desk)
    assert ended(desk, asked.id).reason == "it was begun 10 times and never ended"


def test_one_of_another_release_is_refused_with_its_reason(desk: Desk, play: Callable[[Desk], Backtests]) -> None:
    request = Request.of(Job(strategy("sma_cross"), "SPX", desk.settings))
    other = request.model_copy(update={"settings": {**request.settings, "no_such_setting": 1}})
    asked = left_behind(desk, request=other.model_dump_json())
    play(desk)
    found = ended(desk, asked.id)
    assert (found.state, "no_such_setting" in found.reason) == ("failed", True)


@pytest.mark.parametrize("desk", ["file", pytest.param("postgres", marks=pytest.mark.real)], indirect=True)
def test_two_replicas_begin_each_once(desk: Desk, play: Callable[[Desk], Backtests]) -> None:
    all_asked = [left_behind(desk, number, state="waiting", tries=0) for number in (1, 2)]
    replicas = [play(desk), play(desk)]
    while any(desk.ledger.backtests.unfinished()):
        for each in replicas:
            each.recover()
        sleep(0.05)
    assert [ended(desk, asked.id).tries for asked in all_asked] == [1, 1]
    assert {ended(desk, asked.id).state for asked in all_asked} == {"done"}


def test_a_stopped_service_leaves_its_backtest_waiting(desk: Desk) -> None:
    mine = Backtests(desk.ledger, desk.settings, desk.clock)
    job = Job(strategy("sma_cross"), "SPX", desk.settings)
    asked = mine.begin(job, "ana", desk.clock.now())
    while (found := desk.ledger.backtests.get(asked.id)) is not None and found.state == "waiting":
        sleep(0.01)
    mine.stop()
    found = desk.ledger.backtests.get(asked.id)
    assert found is not None
    assert (found.state, found.tries) == ("waiting", 0)


def test_one_whose_wish_to_end_was_not_heard_ends_at_the_next_start(
    desk: Desk, play: Callable[[Desk], Backtests]
) -> None:
    asked = left_behind(desk, cancelled_by="bob")
    play(desk)
    assert ended(desk, asked.id).state == "cancelled"


def test_the_same_moment_and_request_give_two_backtests(desk: Desk) -> None:
    mine = Backtests(desk.ledger, desk.settings, desk.clock)
    mine._stopped.set()  # it takes nothing on
    job, at = Job(strategy("sma_cross"), "SPX", desk.settings), desk.clock.now()
    assert mine.begin(job, "ana", at).id != mine.begin(job, "ana", at).id


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = create_app(load(home=tmp_path_factory.mktemp("backtests")), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as opened:
        yield opened


def waited(client: TestClient, backtest_id: str) -> None:
    limit = monotonic() + 60.0
    while client.get(f"/v1/backtests/{backtest_id}").json()["state"] in ("waiting", "running"):
        assert monotonic() < limit
        sleep(0.05)


@pytest.fixture(scope="module")
def done(client: TestClient) -> str:
    asked = client.post("/v1/backtests", json={**SHORT, "fee": 0.002, "slippage": 0.0})
    assert asked.status_code == 202, asked.text
    backtest_id: str = asked.json()["id"]
    waited(client, backtest_id)
    return backtest_id


def test_costs_are_part_of_the_request(client: TestClient, done: str) -> None:
    told = client.get(f"/v1/backtests/{done}/result").json()["result"]["settings"]
    assert (told["fee"], told["slippage"]) == (0.002, 0.0)


def test_the_report_is_a_file_to_keep(client: TestClient, done: str) -> None:
    report = client.get(f"/v1/backtests/{done}/report")
    assert report.headers["content-type"].startswith("text/html")
    assert report.headers["content-disposition"] == f'attachment; filename="backtest-sma_cross-SPX-{done}.html"'
    assert report.text.rstrip().endswith("</html>")


def test_they_are_filtered_and_listed_page_by_page(client: TestClient, done: str) -> None:
    def ids(query: str) -> list[str]:
        return [each["id"] for each in client.get(f"/v1/backtests?{query}").json()["backtests"]]

    assert done in ids("by=ana&symbol=SPX&strategy=sma_cross&state=done")
    assert (ids("by=bob"), ids("symbol=NDX"), ids("strategy=mine")) == ([], [], [])
    assert client.get("/v1/backtests?state=lost").status_code == 422
    assert len(client.get("/v1/backtests?limit=1").json()["backtests"]) == 1
    assert client.get("/v1/backtests?cursor=1").json() == {"backtests": [], "next": None}


def test_only_whoever_asked_or_an_admin_deletes_and_only_what_has_ended(client: TestClient) -> None:
    other = client.post("/v1/backtests", json=SHORT).json()["id"]
    assert client.delete(f"/v1/backtests/{other}").status_code == 409
    assert client.post(f"/v1/backtests/{other}/cancel", headers=BOB).json()["cancelled_by"] == "bob"
    waited(client, other)
    refused = client.delete(f"/v1/backtests/{other}", headers=BOB)
    assert (refused.status_code, "ana's" in refused.json()["detail"]) == (403, True)
    assert client.delete(f"/v1/backtests/{other}", headers=ADMIN).status_code == 204
    assert client.get(f"/v1/backtests/{other}").status_code == 404


def test_more_than_may_wait_are_refused(desk: Desk) -> None:
    mine = Backtests(desk.ledger, desk.settings, desk.clock)
    mine._stopped.set()
    job = Job(strategy("sma_cross"), "SPX", desk.settings)
    for _ in range(desk.settings.service_backtests + queue.WAITING):
        mine.begin(job, "ana", desk.clock.now())
    with pytest.raises(Exception, match="21 backtests are under way, the most here is 21") as refused:
        mine.begin(job, "ana", desk.clock.now())
    assert getattr(refused.value, "headers", {}) == {"Retry-After": "10"}
