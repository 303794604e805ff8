"""A decision that breaks off is tried again after longer pauses, is told of, and can be ended by a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fks_agents.errors import LedgerError
from fks_agents.service.app import create_app
from fks_agents.service.failing import LONGEST, TRIES, Failure, is_due, next_failure, pause
from fks_agents.settings import Settings
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk
from tests.service.conftest import AS_OF, signed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass
class Hand:
    """A clock that is moved by hand."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Defect:
    """Models that cannot be opened, until they are mended."""

    is_mended: bool = False
    tries: int = 0

    def broken(self, desk: Desk) -> Desk:
        def chats(settings: Settings) -> Any:
            self.tries += 1
            if not self.is_mended:
                raise ZeroDivisionError("a defect of ours")
            return desk.chats(settings)

        return replace(desk, chats=chats)


@pytest.fixture
def admitted(settings: Settings) -> str:
    with open_desk(settings) as desk:
        return desk.admit("SPX", as_of=moment_of(AS_OF)).id


@contextmanager
def served(settings: Settings, defect: Defect, clock: Hand) -> Iterator[TestClient]:
    app = create_app(settings, open_with=lambda of: defect.broken(open_desk(of, clock=clock)), guard=signed)
    with TestClient(app, headers={"X-Person": "ana/trader"}, raise_server_exceptions=False) as client:
        yield client


def failure(client: TestClient, decision_id: str, tries: int) -> Any:
    """As the run tells it, once it has failed so often."""
    ends = monotonic() + 20
    while monotonic() < ends:
        found = client.get(f"/v1/runs/{decision_id}").json()["failure"]
        if found is not None and found["tries"] == tries and client.app.state.service.runner.load == (0, 0):  # type: ignore[attr-defined]
            return found
        sleep(0.01)
    raise AssertionError(f"expected {tries} tries, was {found}")


def part(client: TestClient) -> Any:
    answer = client.get("/ready")
    assert answer.status_code == 200
    return next(part["reason"] for part in answer.json()["parts"] if part["name"] == "failing")


def test_pauses_double_from_five_seconds_to_ten_minutes() -> None:
    assert [pause(tries).total_seconds() for tries in (1, 2, 3, 7, 8, 9, 1_000)] == [5, 10, 20, 320, 600, 600, 600]


def test_what_has_orders_is_never_given_up() -> None:
    before = Failure(reason="x", tries=TRIES - 1, at=NOON, again_at=NOON)
    error = LedgerError("the disk is full")
    assert next_failure(before, error, NOON, has_orders=False).again_at is None
    kept = next_failure(before, error, NOON, has_orders=True)
    assert kept == Failure(reason="the disk is full", tries=TRIES, at=NOON, again_at=NOON + LONGEST)
    assert not is_due(kept, NOON + timedelta(seconds=599))
    assert is_due(kept, NOON + timedelta(seconds=600))


def test_a_defect_is_tried_ever_more_rarely_then_left_to_people(settings: Settings, admitted: str) -> None:
    defect, clock = Defect(), Hand()
    with served(settings, defect, clock) as client:
        recover = client.app.state.service.runner.recover  # type: ignore[attr-defined]
        for tries in range(1, TRIES):
            told = failure(client, admitted, tries)
            assert told["reason"] == "a defect: ZeroDivisionError: a defect of ours"
            assert datetime.fromisoformat(told["again_at"]) - clock.at == pause(tries)
            clock.at += pause(tries) - timedelta(seconds=1)
            recover()  # too early: the next look finds as many tries
            assert failure(client, admitted, tries) == told
            clock.at += timedelta(seconds=1)
            recover()
        assert failure(client, admitted, TRIES)["again_at"] is None
        assert part(client) == f"1 broke off, of them given up: {admitted}"
        clock.at += timedelta(days=365)
        recover()
        assert failure(client, admitted, TRIES)["tries"] == defect.tries == TRIES


def test_without_the_pause_it_is_tried_at_each_look(settings: Settings, admitted: str) -> None:
    """The control: taken on anew each time, as before there were pauses."""
    with served(settings, Defect(), Hand()) as client:
        for tries in range(1, 5):
            failure(client, admitted, tries)
            client.app.state.service.runner.recover(anew=True)  # type: ignore[attr-defined]
        failure(client, admitted, 5)


def test_it_is_cancelled_by_a_trader(settings: Settings, admitted: str) -> None:
    with served(settings, Defect(), Hand()) as client:
        failure(client, admitted, 1)
        assert part(client) == "1 broke off and are tried again"
        assert client.delete(f"/v1/runs/{admitted}").status_code == 202
        done = client.get(f"/v1/ai/history/{admitted}").json()
        assert (done["status"], done["reason"]) == ("no_decision", "cancelled by ana")
        assert client.get(f"/v1/runs/{admitted}").json()["failure"] is None
        assert part(client) == ""


def test_once_mended_it_is_made_at_the_next_start(settings: Settings, admitted: str) -> None:
    defect, clock = Defect(), Hand()
    with served(settings, defect, clock) as client:
        failure(client, admitted, 1)
    defect.is_mended = True
    with served(settings, defect, clock) as client:
        events = client.get(f"/v1/runs/{admitted}/events").text
    assert "event: failed" in events
    assert events.count("event: ended") == 1
    assert '"status":"working"' in events


def test_who_waits_for_it_is_told(settings: Settings, admitted: str) -> None:
    """As somebody who asked with `wait` while the decision broke off."""
    import asyncio

    from fks_agents.service.problems import Problem
    from fks_agents.service.routes.runs import made

    with served(settings, Defect(), Hand()) as client:
        failure(client, admitted, 1)
        with pytest.raises(Problem, match="broke off, see its run: a defect: ZeroDivisionError"):
            asyncio.run(made(client.app.state.service, admitted))  # type: ignore[attr-defined]
