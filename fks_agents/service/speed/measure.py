"""Cheap routes as fast as they are answered; then many analyses at once, while somebody asks whether we live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter, sleep
from typing import NamedTuple

from evaluators.core_speed.figures import Figure, at_least, at_most, shown
from fks_agents.errors import DataError
from fks_agents.service.speed import asking
from fks_agents.service.speed.server import Server, serving

FIRST = datetime(2012, 1, 3, 21, tzinfo=UTC)
"""Close of a day from which the sample has enough bars before it, for so many days."""
DAYS = 2_500

CHEAP = {
    "/health": "whether the process lives",
    "/v1/auth/me": "who I am: the key is looked up",
    "/v1/halt": "whether trading is halted",
}
RECORD = {"/v1/ai/history?limit=1": "the newest decision and its result: not cheap, three reads of the ledger"}
STALLED = 300.0
"""Seconds without one more finished decision after which a measurement is given up."""


class Sizes(NamedTuple):
    analyses: int = 1_000
    clients: int = 8
    seconds: float = 5.0
    """For each cheap route."""


QUICK = Sizes(analyses=6, clients=4, seconds=0.3)


def measure(sizes: Sizes, at: datetime) -> tuple[Figure, ...]:
    """`at` is written beside the key that is made. Raises ConfigError where no server comes up."""
    with TemporaryDirectory(prefix="fks-bench-") as home:
        room = str(sizes.analyses)
        with serving(Path(home), at, service_queue=room) as server:
            asking.post(server, "/v1/ai/analyze", [question(0)], clients=1)
            _finish(server, 1)
            return (*_cheap(server, sizes), *_busy(server, sizes))


def question(number: int) -> Mapping[str, str]:
    """About another time each; those of one day see the same bars."""
    return {"symbol": "SPX", "as_of": (FIRST + timedelta(days=number % DAYS, minutes=number // DAYS)).isoformat()}


def _cheap(server: Server, sizes: Sizes) -> Iterator[Figure]:
    for route, what in (CHEAP | RECORD).items():
        told = asking.read(server, route, clients=sizes.clients, seconds=sizes.seconds)
        _all_fine(told, 200)
        did = f"{what}; {sizes.clients} clients on this machine, each waits for its answer"
        name = f"GET {route}"
        yield (
            at_least(name, told.rate, "answers/s", 1_000, did)
            if route in CHEAP
            else shown(name, told.rate, "answers/s", did)
        )
        yield shown("  p50", told.quantile(0.5), "ms", did)
        yield shown("  p99", told.quantile(0.99), "ms", did)


def _busy(server: Server, sizes: Sizes) -> Iterator[Figure]:
    before, started = server.memory, perf_counter()
    with probing(server) as probed:
        admitted = asking.post(
            server, "/v1/ai/analyze", map(question, range(1, sizes.analyses + 1)), clients=sizes.clients
        )
        _all_fine(admitted, 202)
        _finish(server, sizes.analyses + 1)
        took = perf_counter() - started
    [health] = probed
    _all_fine(health, 200)
    did = f"while {sizes.analyses:,} analyses run, asked every 20 ms"
    yield shown("analyses", sizes.analyses / took, "/s", "rules model, from the first question to the last decision")
    yield shown("POST /v1/ai/analyze, p50", admitted.quantile(0.5), "ms", "each is on record before it is answered")
    yield shown("POST /v1/ai/analyze, p99", admitted.quantile(0.99), "ms", "each is on record before it is answered")
    yield shown("GET /health, busy, p50", health.quantile(0.5), "ms", did)
    yield at_most("GET /health, busy, p99", health.quantile(0.99), "ms", 250, did)
    after = server.memory
    if before is not None and after is not None:
        yield shown("memory before", before, "MiB", "resident, after one analysis")
        yield shown("memory after", after, "MiB", f"resident, after {sizes.analyses:,} analyses")


@contextmanager
def probing(server: Server) -> Iterator[list[asking.Answered]]:
    """Asks for `/health` every 20 ms meanwhile; the list holds what came of it when the block is over."""
    over, found = Event(), list[asking.Answered]()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asking.probe, server, "/health", over, every=0.02)
        try:
            yield found
        finally:
            over.set()
        found.append(running.result())


def _finish(server: Server, count: int) -> None:
    """Wait until nothing is left to do; raises DataError where nothing moves any more."""
    left, moved = count, perf_counter()
    while left:
        now = asking.fetched(server, "/v1/runs?limit=1")["unfinished"]
        if now < left:
            left, moved = now, perf_counter()
        if perf_counter() - moved > STALLED:
            raise DataError(f"{left} decisions did not finish within {STALLED:g} s")
        sleep(0.5 if left else 0)


def _all_fine(told: asking.Answered, status: int) -> None:
    if set(told.statuses) != {status}:
        raise DataError(f"expected only answers {status}, was {dict(told.statuses)}")
