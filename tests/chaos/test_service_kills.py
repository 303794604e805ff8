"""A server that is killed at any moment: what it accepted is finished by the next one, once, and nothing is sent twice.

FKS_TEST_KILLS is how many kills there are, at random moments and once more at failpoints; FKS_TEST_SEED chooses them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from time import sleep

import pytest

from graphs.opening import moment_of, open_desk
from tests.chaos.killing import (
    Crowd,
    Found,
    Question,
    Servers,
    found,
    free_ports,
    questions,
    wait_until_made,
    wrongly_accepted,
)
from tests.chaos.serving import AROUND_ORDERS, POINTS, Exchange, Failpoint, Plan
from tests.graphs.killing import lines

KILLS = int(os.environ.get("FKS_TEST_KILLS", "0"))
SEED = int(os.environ.get("FKS_TEST_SEED", "1"))
pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.xdist_group("service kills")]

ASKS_ABOVE = 0.004
"""Risk above which a person is asked: of the sample's trades some go out, some wait."""

TRADES = [Question("t1", "SPX", "2018-04-20T20:00:00Z"), Question("t2", "SPX", "2017-06-16T20:00:00Z")]


def plan_in(folder: Path, asks_above: float = ASKS_ABOVE) -> Plan:
    folder.mkdir(exist_ok=True)
    [port] = free_ports(1)
    return Plan(folder=str(folder), home=str(folder / "home"), port=port, asks_above=asks_above)


def killed_at_random(fork: Servers, plan: Plan, asked: list[Question], kills: int, seed: int) -> Crowd:
    """A server after the other, each killed within a second or two of its start, while clients ask without rest."""
    random, crowd = Random(seed), Crowd([f"http://127.0.0.1:{plan.port}"])
    each = -(-len(asked) // (kills + 1))
    crowd.begin(clients=4)
    for life in range(kills):
        crowd.put(asked[life * each : (life + 1) * each])
        server = fork.start(plan)
        if random.random() < 0.8:  # the others die while they start
            server.wait_until_ready()
        sleep(random.uniform(0.0, 1.0))
        server.kill()
    crowd.put(asked[kills * each :])
    assert fork.start(plan).wait_until_ready()
    crowd.end()
    wait_until_made(lambda: found(Path(plan.folder)), patience=1_200)
    return crowd


def unkilled(plan: Plan, folder: Path, asked: list[Question]) -> dict[str, str]:
    """Key -> the decision as it is without a kill."""
    settings = replace(plan, home=str(folder / "unkilled")).settings
    with open_desk(settings, broker=lambda account, of: Exchange(folder / "unkilled", Failpoint(folder, ""))) as desk:
        made = {each.key: desk.analyze(each.symbol, as_of=moment_of(each.as_of)) for each in asked}
    return {key: cycle.digest for key, cycle in made.items() if cycle.status != "needs_approval"}


def differing(crowd: Crowd, what: Found, whole: dict[str, str]) -> list[str]:
    ids = {key: id_ for key, accepted in crowd.accepted.items() for id_ in accepted}
    return [key for key, id_ in ids.items() if what.digests.get(id_) != whole.get(key)]


def test_what_was_accepted_is_finished_whenever_the_server_is_killed(tmp_path: Path, fork: Servers) -> None:
    kills = KILLS or 3
    plan, asked = plan_in(tmp_path), questions(max(20, KILLS * 4), SEED)
    crowd = killed_at_random(fork, plan, asked, kills, SEED)
    what = found(tmp_path)
    assert (what.faults, wrongly_accepted(crowd, asked, what)) == ([], []), f"seed {SEED}"
    assert differing(crowd, what, unkilled(plan, tmp_path, asked)) == [], f"seed {SEED}"
    assert what.book
    assert what.waiting


def killed_at(
    points: Sequence[str], fork: Servers, plan: Plan, asked: list[Question], *, recovers: bool = True
) -> Crowd:
    """One request after the other, and a server that dies at the next point in each; at last one that does not."""
    crowd = Crowd([f"http://127.0.0.1:{plan.port}"])
    dying = [points[number % len(points)] for number in range(len(asked))]
    crowd.begin(clients=1)
    for question, point in zip(asked, dying, strict=True):
        crowd.put([question])
        fork.start(replace(plan, dies_at=point)).wait_for_death()
    final = fork.start(replace(plan, recovers=recovers))
    assert final.wait_until_ready()
    crowd.end()
    if recovers:
        wait_until_made(lambda: found(Path(plan.folder)), patience=1_200)
    assert lines(Path(plan.folder) / "kills") == dying
    return crowd


def test_what_was_accepted_is_finished_after_a_kill_before_its_first_node(tmp_path: Path, fork: Servers) -> None:
    plan, asked = plan_in(tmp_path), questions(KILLS or len(POINTS), SEED + 1)
    crowd = killed_at(POINTS, fork, plan, asked)
    what = found(tmp_path)
    assert (what.faults, wrongly_accepted(crowd, asked, what)) == ([], []), f"seed {SEED}"
    assert differing(crowd, what, unkilled(plan, tmp_path, asked)) == [], f"seed {SEED}"


def test_an_order_that_a_kill_came_after_is_not_sent_again(tmp_path: Path, fork: Servers) -> None:
    killed_at(AROUND_ORDERS, fork, plan_in(tmp_path, asks_above=1.0), TRADES)
    what = found(tmp_path)
    assert what.faults == []
    assert len(what.book) == 6


def test_the_same_checks_find_what_is_lost_repeated_or_asked_twice(tmp_path: Path, fork: Servers) -> None:
    """Controls: a service that does not go on, an exchange that forgets, clients that send no keys."""
    lost, repeated, asked = (plan_in(tmp_path / name, asks_above=1.0) for name in ("lost", "repeated", "asked"))
    killed_at(["after the answer"], fork, lost, TRADES[:1], recovers=False)
    [told] = found(tmp_path / "lost").faults
    assert told.startswith("lost: ")
    fork.kill_all()
    killed_at(["after the order"], fork, replace(repeated, forgets=True), TRADES[:1])
    [told] = found(tmp_path / "repeated").faults
    assert told.startswith("sent twice: ")
    fork.kill_all()
    without = [replace(TRADES[0], key="")]
    crowd = killed_at(["after the admission"], fork, asked, without)
    [told] = wrongly_accepted(crowd, without, found(tmp_path / "asked"))
    assert told.startswith("on record and asked by nobody: ")
