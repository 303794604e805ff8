"""Backtests in the background, each in a process of its own: one that is cancelled or takes too long is ended for good.

They live as long as the service does. So many run at once, so many wait, and the oldest results are forgotten.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from math import isfinite
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from fks_agents.errors import FksError
from fks_agents.service.problems import Problem

if TYPE_CHECKING:
    from evaluators.backtest import Job

State = Literal["waiting", "running", "done", "failed", "cancelled"]

WAITING, KEPT = 20, 100
"""Backtests that may wait for their turn; those that are remembered."""

_EVERY = 0.2
"""Seconds between looks at whether one is to be ended."""


@dataclass
class Run:
    """One backtest; `done` and `of` count bars."""

    id: str
    by: str
    at: datetime
    job: Job
    state: State = "waiting"
    done: int = 0
    of: int = 0
    reason: str = ""
    result: dict[str, Any] | None = None
    is_unwanted: Event = field(default_factory=Event)


class Backtests:
    def __init__(self, workers: int, *, timeout: float) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="backtest")
        self._room, self._timeout = workers + WAITING, timeout
        self._lock, self._runs = Lock(), OrderedDict[str, Run]()
        self._count = 0

    def begin(self, job: Job, by: str, at: datetime) -> Run:
        """Raises Problem 429 where too many wait."""
        with self._lock:
            under_way = sum(run.state in ("waiting", "running") for run in self._runs.values())
            if under_way >= self._room:
                wait = {"Retry-After": "10"}
                raise Problem(429, f"{under_way} backtests are under way, the most here is {self._room}", headers=wait)
            self._count += 1
            run = Run(sha256(f"{at.isoformat()}|{by}|{self._count}".encode()).hexdigest()[:12], by, at, job)
            self._runs[run.id] = run
            self._forget()
        self._pool.submit(self._play, run)
        return run

    def get(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)

    def all(self) -> tuple[Run, ...]:
        """Newest first."""
        with self._lock:
            return tuple(reversed(self._runs.values()))

    def cancel(self, run: Run) -> None:
        """Ends it within a moment; one that has ended stays as it is."""
        run.is_unwanted.set()
        with self._lock:
            if run.state == "waiting":
                run.state = "cancelled"

    def stop(self) -> None:
        for run in self.all():
            run.is_unwanted.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self) -> None:
        ended = [run.id for run in self._runs.values() if run.state not in ("waiting", "running")]
        for run_id in ended[: max(len(self._runs) - KEPT, 0)]:
            del self._runs[run_id]

    def _play(self, run: Run) -> None:
        with self._lock:
            if run.is_unwanted.is_set():
                run.state = "cancelled"
                return
            run.state = "running"
        context = get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=play, args=(run.job, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            self._follow(run, ours)
        finally:
            process.kill()
            process.join()
            ours.close()

    def _follow(self, run: Run, told: Connection) -> None:
        ends = monotonic() + self._timeout
        while True:
            if run.is_unwanted.is_set():
                return _end(run, "cancelled")
            if monotonic() > ends:
                return _end(run, "failed", f"timed out after {self._timeout:g} s")
            try:
                if not told.poll(_EVERY):
                    continue
                kind, value = told.recv()
            except EOFError:
                return _end(run, "failed", "its process ended without a result")
            if kind == "progress":
                run.done, run.of = value
            elif kind == "done":
                run.result = json.loads(value)
                return _end(run, "done")
            else:
                return _end(run, "failed", value)


def _end(run: Run, state: State, reason: str = "") -> None:
    run.reason, run.state = reason, state


def play(job: Job, tell: Connection) -> None:
    """In the process of its own: run, and tell how far it is, then the result as JSON or why there is none."""
    from evaluators.backtest import run_one

    last = 0.0

    def progress(done: int, of: int) -> None:
        nonlocal last
        if monotonic() - last > _EVERY:
            last = monotonic()
            tell.send(("progress", (done, of)))

    try:
        tell.send(("done", json.dumps(finite(run_one(job, progress).as_json()))))
    except FksError as error:
        tell.send(("failed", str(error)))


def finite(value: Any) -> Any:
    """As JSON can hold it: what is no number is null."""
    match value:
        case dict():
            return {key: finite(each) for key, each in value.items()}
        case list() | tuple():
            return [finite(each) for each in value]
        case float() if not isfinite(value):
            return None
    return value
