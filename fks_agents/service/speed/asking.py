"""Clients that ask one after the other on a connection they keep, several at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from threading import Event
from time import monotonic, perf_counter
from typing import Any, NamedTuple

import numpy as np

from fks_agents.service.speed.server import Server

PATIENCE = 120.0
"""Seconds one answer may take before the connection is given up, which raises TimeoutError."""


class Answered(NamedTuple):
    took: tuple[float, ...]
    """Seconds of each answer."""
    statuses: Counter[int]
    bodies: tuple[Any, ...]
    """JSON, of answers to what was posted only."""
    seconds: float
    """From the first question to the last answer."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        return float(np.quantile(self.took, share)) * 1_000


def together(parts: Iterable[Answered], seconds: float) -> Answered:
    parts = list(parts)
    statuses: Counter[int] = Counter()
    for part in parts:
        statuses.update(part.statuses)
    took = tuple(each for part in parts for each in part.took)
    return Answered(took, statuses, tuple(body for part in parts for body in part.bodies), seconds)


def read(server: Server, route: str, *, clients: int, seconds: float) -> Answered:
    """As fast as they are answered."""
    ends = monotonic() + seconds
    return _at_once(clients, lambda: _reading(server, route, lambda _: monotonic() < ends))


def probe(server: Server, route: str, until: Event, *, every: float) -> Answered:
    """One client that asks every so many seconds until told to stop."""
    return _reading(server, route, lambda number: number == 0 or not until.wait(every))


def post(server: Server, route: str, questions: Iterable[Mapping[str, Any]], *, clients: int) -> Answered:
    """Each question once, whichever client takes it."""
    left = list(questions)[::-1]

    def posting() -> Answered:
        took, statuses, bodies, started = [], Counter[int](), [], perf_counter()
        with closing(_connection(server)) as connection:
            while left:
                try:
                    question = left.pop()
                except IndexError:  # another client was faster
                    break
                asked = perf_counter()
                headers = {**server.headers, "Content-Type": "application/json"}
                connection.request("POST", route, json.dumps(question), headers)
                answer = connection.getresponse()
                bodies.append(json.loads(answer.read()))
                took.append(perf_counter() - asked)
                statuses[answer.status] += 1
        return Answered(tuple(took), statuses, tuple(bodies), perf_counter() - started)

    return _at_once(clients, posting)


def fetched(server: Server, route: str) -> Any:
    """The JSON of one answer; raises ValueError where it is no 200."""
    with closing(_connection(server)) as connection:
        connection.request("GET", route, headers=server.headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"{route}: expected 200, was {answer.status}: {body[:200]!r}")
        return json.loads(body)


def _reading(server: Server, route: str, goes_on: Callable[[int], bool]) -> Answered:
    took, statuses, started = [], Counter[int](), perf_counter()
    with closing(_connection(server)) as connection:
        for number in count():
            if not goes_on(number):
                break
            asked = perf_counter()
            connection.request("GET", route, headers=server.headers)
            answer = connection.getresponse()
            answer.read()
            took.append(perf_counter() - asked)
            statuses[answer.status] += 1
    return Answered(tuple(took), statuses, (), perf_counter() - started)


def _at_once(clients: int, work: Callable[[], Answered]) -> Answered:
    started = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = [future.result() for future in [pool.submit(work) for _ in range(clients)]]
    return together(parts, perf_counter() - started)


def _connection(server: Server) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
