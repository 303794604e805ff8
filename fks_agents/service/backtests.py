"""Backtests in the background, kept in the ledger: a restart forgets none, and of several replicas one runs each.

The queue *is* the ledger: what was asked and has not ended is what is left to do. Whoever holds a backtest's lock runs
it; the lock ends with the process that held it.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from itertools import count
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Literal

from fks_agents.deps import Clock
from fks_agents.errors import FksError, RefusedError
from fks_agents.service.playing import Request, follow
from fks_agents.service.problems import Problem
from fks_agents.settings import Settings
from graphs.running import alone
from memory.backtests import Backtest
from memory.ledger import Ledger

if TYPE_CHECKING:
    from evaluators.backtest import Job

_LOG = logging.getLogger("fks.service")

WAITING = 20
"""Backtests that may wait for their turn."""

TRIES = 10
"""Times one is begun before it is given up; those a stop of the service broke off do not count."""

_SWEEP = 5.0
"""Seconds between looks for what another replica left behind."""


class Backtests:
    """Start it once the ledger is open; stop it before the ledger is closed."""

    def __init__(self, ledger: Ledger, settings: Settings, clock: Clock) -> None:
        self._ledger, self._settings, self._clock = ledger, settings, clock
        self._room, self._timeout = settings.service_backtests + WAITING, settings.service_timeout
        self._lock, self._stopped = Lock(), Event()
        self._mine = set[str]()
        """Those this process has taken on."""
        self._pool = ThreadPoolExecutor(settings.service_backtests, thread_name_prefix="backtest")
        self._sweeper = Thread(target=self._sweep, name="backtests", daemon=True)

    def start(self) -> None:
        """Take on what was left unfinished, and go on looking for more."""
        self.recover()
        self._sweeper.start()

    def stop(self) -> None:
        """What is running begins again at the next start."""
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._sweeper.is_alive():
            self._sweeper.join()

    def begin(self, job: Job, by: str, at: datetime) -> Backtest:
        """Committed when this returns; it ends, whatever happens to the process.

        Raises Problem 429 where too many wait.
        """
        known = self._ledger.backtests
        under_way = len(known.unfinished())
        if under_way >= self._room:
            wait = {"Retry-After": "10"}
            raise Problem(429, f"{under_way} backtests are under way, the most here is {self._room}", headers=wait)
        request = Request.of(job).model_dump_json()
        for number in count():
            name = sha256(f"{at.isoformat()}|{by}|{request}|{number}".encode()).hexdigest()[:12]
            asked = Backtest(
                id=name, by=by, at=at, strategy=job.strategy.name, symbol=job.symbol, request=request
            )  # fmt: skip
            if known.add(asked):
                break
        known.keep(self._settings.service_backtests_kept)
        self._take(asked.id)
        return asked

    def cancel(self, backtest_id: str, by: str) -> None:
        """Ends it within a moment; one that has ended stays as it is."""
        self._ledger.backtests.cancel(backtest_id, by, self._clock.now())

    def recover(self) -> None:
        """Take on every one that has not ended; one that another process runs is left to it."""
        for asked in self._ledger.backtests.unfinished():
            self._take(asked.id)

    def _take(self, backtest_id: str) -> None:
        with self._lock:
            if backtest_id in self._mine or self._stopped.is_set():
                return
            self._mine.add(backtest_id)
        self._pool.submit(self._run, backtest_id)

    def _run(self, backtest_id: str) -> None:
        try:
            with alone(self._ledger, self._settings.home, f"backtest-{backtest_id}"):
                if not self._stopped.is_set() and self._ledger.backtests.begin(backtest_id, self._clock.now()):
                    self._play(backtest_id)
        except RefusedError:
            pass  # another process runs it
        except Exception:
            _LOG.exception("backtest %s broke off; it is begun again", backtest_id)
        finally:
            with self._lock:
                self._mine.discard(backtest_id)

    def _play(self, backtest_id: str) -> None:
        known, ends = self._ledger.backtests, monotonic() + self._timeout
        asked = known.get(backtest_id)
        if asked is None:
            return
        if asked.tries > TRIES:
            self._end(backtest_id, "failed", f"it was begun {TRIES} times and never ended")
            return
        try:
            job = Request.model_validate_json(asked.request).job(self._settings)
        except (FksError, ValueError) as error:
            self._end(backtest_id, "failed", str(error))
            return
        found = follow(
            job, lambda: self._is_to_end(backtest_id, ends), lambda done, of: known.progress(backtest_id, done, of)
        )
        if found is not None and found.result is not None:
            known.end(backtest_id, "done", self._clock.now(), result=found.result)
        elif found is not None:
            self._end(backtest_id, "failed", found.reason)
        elif self._stopped.is_set():
            known.wait(backtest_id)
        elif monotonic() > ends:
            self._end(backtest_id, "failed", f"timed out after {self._timeout:g} s")
        else:
            self._end(backtest_id, "cancelled")

    def _is_to_end(self, backtest_id: str, ends: float) -> bool:
        if self._stopped.is_set() or monotonic() > ends:
            return True
        asked = self._ledger.backtests.get(backtest_id)
        return asked is None or asked.cancelled_by is not None

    def _end(self, backtest_id: str, state: Literal["failed", "cancelled"], reason: str = "") -> None:
        self._ledger.backtests.end(backtest_id, state, self._clock.now(), reason=reason)

    def _sweep(self) -> None:
        while not self._stopped.wait(_SWEEP):
            try:
                self.recover()
            except Exception:
                _LOG.exception("looking for backtests failed; it is repeated")
