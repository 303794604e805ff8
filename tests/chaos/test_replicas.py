"""Two servers on one Postgres: each decision is made once, also where one of them is killed and never comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from graphs.opening import moment_of, open_desk
from tests.chaos.killing import (
    Crowd,
    Found,
    Server,
    Servers,
    found,
    free_ports,
    questions,
    wait_until_made,
    wrongly_accepted,
)
from tests.chaos.serving import Plan
from tests.chaos.test_service_kills import TRADES
from tests.graphs.killing import lines
from tests.postgres import Server as Postgres, served

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.xdist_group("replicas")]

WORKERS = 2
"""Decisions that one server makes at once."""

ONCE = ("snapshot", "manager", "selector", "gate", "approval", "execute", "reflect", "ended")
"""Events that a decision tells once."""

TRADER = {"X-Person": "ana/trader"}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with served() as found_:
        yield found_


def replicas(postgres: Postgres, folder: Path, **given: Any) -> tuple[Plan, Plan]:
    """Of two machines: each has a home of its own."""
    url = postgres.fresh()
    one, two = free_ports(2)
    plan = Plan(str(folder), str(folder / "one"), one, database_url=url, is_modelled=True, **given)
    return plan, replace(plan, home=str(folder / "two"), port=two)


def connected(plan: Plan) -> Any:
    import psycopg

    return psycopg.connect(plan.database_url)


def looked_at(plan: Plan) -> Found:
    return found(Path(plan.folder), connected(plan))


@dataclass(frozen=True)
class Made:
    """Who asked models what, and which steps each decision told."""

    calls: dict[str, list[int]]
    """Role and prompt -> processes that asked, in their order."""
    repeated: dict[str, list[str]]
    """Decision -> what it told more than once, of ONCE."""

    @property
    def asked_again(self) -> dict[str, list[int]]:
        return {call: processes for call, processes in self.calls.items() if len(processes) > 1}


def made(plan: Plan) -> Made:
    calls: dict[str, list[int]] = {}
    for line in lines(Path(plan.folder) / "calls"):
        process, _, call = line.partition(" ")
        calls.setdefault(call, []).append(int(process))
    with connected(plan) as ledger:
        told = Counter(ledger.execute("SELECT decision_id, kind FROM happenings").fetchall())
    repeated: dict[str, list[str]] = {}
    for (decision_id, kind), count in told.items():
        if kind in ONCE and count > 1:
            repeated.setdefault(decision_id, []).append(kind)
    return Made(calls, repeated)


def calls_of(server: Server, folder: Path) -> int:
    return sum(line.startswith(f"{server.pid} ") for line in lines(folder / "calls"))


def both(fork: Servers, plans: tuple[Plan, Plan]) -> tuple[Server, Server]:
    one, two = (fork.start(plan) for plan in plans)
    assert one.wait_until_ready()
    assert two.wait_until_ready()
    return one, two


def test_what_one_replica_was_killed_over_the_other_finishes_and_nothing_is_made_twice(
    tmp_path: Path, fork: Servers, postgres: Postgres
) -> None:
    plans, asked = replicas(postgres, tmp_path), questions(40, seed=3)
    dead, living = both(fork, plans)
    crowd = Crowd([dead.url, living.url])
    crowd.begin(clients=4)
    crowd.put(asked)
    while len(crowd.accepted) < len(asked) // 2 or calls_of(dead, tmp_path) < 20:
        sleep(0.01)
    dead.kill()
    crowd.end()
    what, done = wait_until_made(lambda: looked_at(plans[0])), made(plans[0])
    assert (what.faults, wrongly_accepted(crowd, asked, what)) == ([], [])
    assert len(what.digests) == len(asked)
    assert what.book
    # A call that was under way when its process died has no answer on record: it alone is made again.
    assert all(processes == [dead.pid, living.pid] for processes in done.asked_again.values()), done.asked_again
    assert {dead.pid, living.pid} == {process for processes in done.calls.values() for process in processes}
    # The killed one had so many in hand; their last steps may be told again.
    assert len(done.repeated) <= WORKERS
    assert all("ended" not in kinds for kinds in done.repeated.values())


def taken_up_by_both(fork: Servers, plans: tuple[Plan, Plan], count: int) -> Made:
    """Decisions that are on record when both start, so that both take on all of them."""
    with open_desk(plans[0].settings, chats={}) as desk:
        for question in questions(count, seed=4):
            desk.admit(question.symbol, as_of=moment_of(question.as_of))
    both(fork, plans)
    wait_until_made(lambda: looked_at(plans[0]))
    return made(plans[0])


def test_what_both_take_on_each_makes_once(tmp_path: Path, fork: Servers, postgres: Postgres) -> None:
    plans = replicas(postgres, tmp_path)
    done = taken_up_by_both(fork, plans, 10)
    assert (done.asked_again, done.repeated) == ({}, {})
    assert looked_at(plans[0]).faults == []


def test_without_the_lock_both_make_them(tmp_path: Path, fork: Servers, postgres: Postgres) -> None:
    """The control: each replica looks for the lock at its own home, as if it were alone."""
    done = taken_up_by_both(fork, replicas(postgres, tmp_path, has_lock=False), 10)
    assert done.asked_again


def test_a_trade_is_approved_on_the_other_replica_and_once(tmp_path: Path, fork: Servers, postgres: Postgres) -> None:
    plans = replicas(postgres, tmp_path, asks_above=0.0)
    asker, other = both(fork, plans)
    crowd = Crowd([asker.url])
    crowd.begin(clients=2)
    crowd.put(TRADES)
    crowd.end()
    wait_until_made(lambda: looked_at(plans[0]))
    first, second = (next(iter(ids)) for ids in crowd.accepted.values())
    with httpx.Client(headers=TRADER, timeout=30) as client:

        def approve(server: Server, decision_id: str) -> int:
            return client.post(f"{server.url}/v1/ai/ideas/{decision_id}/approve", json={}).status_code

        with ThreadPoolExecutor(2) as executor:
            answers = list(executor.map(lambda server: approve(server, first), (asker, other)))
        assert sorted(answers) == [200, 409]
        asker.kill()
        assert approve(other, second) == 200
    what = looked_at(plans[0])
    assert what.faults == []
    assert len(what.book) == 6
    assert set(what.digests) == {first, second}


def test_a_halt_on_one_replica_stops_the_other_within_a_second(
    tmp_path: Path, fork: Servers, postgres: Postgres
) -> None:
    plans, asked = replicas(postgres, tmp_path), questions(24, seed=5)
    one, two = both(fork, plans)
    crowd = Crowd([two.url])
    crowd.begin(clients=4)
    crowd.put(asked)
    while len(lines(tmp_path / "book")) < 6:
        sleep(0.01)
    with httpx.Client(headers=TRADER, timeout=30) as client:
        assert client.post(f"{one.url}/v1/halt", json={"reason": "news"}).json()["is_halted"]
    sleep(1.0)
    sent = len(lines(tmp_path / "book"))
    crowd.end()
    what = wait_until_made(lambda: looked_at(plans[0]))
    assert len(lines(tmp_path / "book")) == sent < 3 * len(asked)
    assert len(what.digests) == len(asked)
    with connected(plans[0]) as ledger:
        stopped = ledger.execute("SELECT count(*) FROM cycles WHERE status = 'halted'").fetchone()[0]
    assert stopped > 0
