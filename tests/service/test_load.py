"""More than there is room for, and clients who never finish a sentence: nothing is lost, nothing is a defect.

FKS_TEST_LOAD says how many analyses are asked for; a tenth of them are under way at once.
"""

from __future__ import annotations

import json
import logging
import os
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import pytest

from fks_agents.service.speed import asking
from fks_agents.service.speed.measure import probing, question
from fks_agents.service.speed.server import Server, serving

pytestmark = [pytest.mark.real, pytest.mark.enable_socket]

_LOG = logging.getLogger(__name__)
ANALYSES = int(os.environ.get("FKS_TEST_LOAD", "30"))
ROOM = ANALYSES // 10
LONG = 10_000
"""Analyses from which on memory is looked at: until a fifth of them are made, caches are still filling."""
PAUSE = 5.0 if ANALYSES >= 1_000 else 0.2
"""Seconds after which a client asks again; a short test has no time to wait as long as it is told to."""
SLOW = max(ANALYSES // 50, 20)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Asked(NamedTuple):
    ids: list[str]
    statuses: Counter[int]
    pauses: list[str | None]
    """What Retry-After said with each 429."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("load"), NOW, service_queue=str(ROOM)) as running:
        yield running


def ask_until_taken(server: Server, numbers: list[int]) -> Asked:
    """As a client does that was told to come back later."""
    asked = Asked([], Counter(), [])
    headers = {**server.headers, "Content-Type": "application/json"}
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        while numbers:
            try:
                number = numbers.pop()
            except IndexError:
                break
            status = 429
            while status == 429:
                connection.request("POST", "/v1/ai/analyze", json.dumps(question(number)), headers)
                answer = connection.getresponse()
                body, status = json.loads(answer.read()), answer.status
                asked.statuses[status] += 1
                if status == 429:
                    asked.pauses.append(answer.headers["Retry-After"])
                    sleep(PAUSE)
            asked.ids.append(body["id"])
    return asked


def ask_at_once(server: Server, numbers: list[int]) -> list[Asked]:
    """By more clients than there is room for."""
    with ThreadPoolExecutor(ROOM + 4) as pool:
        asking = [pool.submit(ask_until_taken, server, numbers) for _ in range(ROOM + 4)]
        return [future.result() for future in asking]


@contextmanager
def dawdling(server: Server, count: int) -> Iterator[None]:
    """Clients that begin a request and never end it."""
    begun = f"POST /v1/ai/analyze HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n"
    sockets = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(count)]
    try:
        for number, each in enumerate(sockets):
            # Half of them stop within the headers, half within the body.
            rest = "" if number % 2 else 'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"symbol": "SP'
            each.sendall((begun + rest).encode())
        yield
    finally:
        for each in sockets:
            each.close()


def finished(server: Server, ids: list[str]) -> None:
    ends = monotonic() + 60 + ANALYSES
    while asking.fetched(server, "/v1/runs?limit=1")["unfinished"]:
        assert monotonic() < ends, "decisions are left over"
        sleep(0.2)
    for each in ids:
        assert asking.fetched(server, f"/v1/ai/history/{each}")["id"] == each


def test_excess_is_told_to_come_back_and_every_answered_analysis_finishes(server: Server) -> None:
    with dawdling(server, SLOW):
        # As many clients as later: what a connection needs is no growth.
        warm = ask_at_once(server, list(range(ANALYSES + 1, ANALYSES + 1 + 2 * ROOM)))
        finished(server, [each for part in warm for each in part.ids])
        before = server.memory
        with probing(server) as probed:
            parts = ask_at_once(server, list(range(1, ANALYSES + 1)))
            ids = [each for part in parts for each in part.ids]
            finished(server, ids)
    statuses = sum((part.statuses for part in parts), Counter[int]())
    pauses = {pause for part in parts for pause in part.pauses}
    [health] = probed
    _LOG.info(
        "%s answers, %d slow clients, /health p99 %.0f ms, memory %s to %s MiB",
        dict(statuses), SLOW, health.quantile(0.99), before, server.memory,
    )  # fmt: skip
    assert (len(ids), len(set(ids)), statuses[202]) == (ANALYSES, ANALYSES, ANALYSES)
    assert set(statuses) == {202, 429}
    assert pauses == {"5"}
    assert set(health.statuses) == {200}
    after = server.memory
    if ANALYSES >= LONG and before is not None and after is not None:
        assert after <= 1.1 * before


def test_without_room_set_nobody_is_told_to_come_back(tmp_path: Path) -> None:
    """The control: the same questions, with room for all."""
    with serving(tmp_path, NOW, service_queue=str(ANALYSES)) as roomy:
        parts = ask_at_once(roomy, list(range(1, 2 * ROOM + 1)))
        finished(roomy, [])
    assert sum((part.statuses for part in parts), Counter[int]()) == Counter({202: 2 * ROOM})
