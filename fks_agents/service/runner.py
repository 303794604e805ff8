"""Decisions in the background: admitted before they are answered, so many at once, finished after any restart.

The queue *is* the ledger: what is admitted and not finished is what is left to do. Several services on one ledger share
it; whoever holds a decision's lock makes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from pydantic import BaseModel

from fks_agents.contracts import Cycle
from fks_agents.errors import FksError, RefusedError, UsageError
from fks_agents.service.failing import KIND, Failure, failures, is_due, next_failure
from fks_agents.service.hub import LAST, Hub, summary
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from graphs.desk import Desk
from memory.decisions import Admission
from memory.requests import Asked

_LOG = logging.getLogger("fks.service")

STREAMED = "token"
"""What models write while they write it; told, and not kept."""

_SWEEP = 5.0
"""Seconds between looks for what another replica left behind, and for what nobody answered in time."""


class _Ended(Exception):  # noqa: N818
    """The decision is to end here: somebody cancelled it, or it has had its time."""


class Runner:
    """Start it once the ledger is open; stop it before the desk is closed."""

    def __init__(self, desk: Desk, hub: Hub, *, workers: int, queue: int, timeout: float) -> None:
        """At most `workers` decisions at once and `queue` waiting; each may take `timeout` seconds."""
        self._desk, self._hub = desk, hub
        self._workers, self._room, self._timeout = workers, workers + queue, timeout
        self._lock, self._stopped = Lock(), Event()
        self._places = count()
        self._mine: dict[str, bool] = {}
        """Decisions this process has taken on -> whether one is running now."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="decision")
        self._sweeper = Thread(target=self._sweep, name="sweeper", daemon=True)

    def start(self) -> None:
        """Take on what was left unfinished, once more also what was given up, and go on looking for more."""
        self.recover(anew=True)
        self._sweeper.start()

    def stop(self) -> None:
        """Running decisions stop after the step they are in; they go on at the next start."""
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._sweeper.is_alive():
            self._sweeper.join()

    def ask(
        self, person: Person, admit: Callable[[Asked], Admission], question: str, key: str | None, at: datetime
    ) -> tuple[Admission, bool]:
        """Admit and take on one decision, and whether it is new; the same key again gives the same decision. `admit`
        commits to decision and request at once: a kill between them would let the same key be asked twice.

        Raises Problem 429 where the queue is full, and whatever `admit` raises.
        """
        own = None if key is None else f"{person.name}/{key}"
        if (known := self._asked_before(own, question)) is not None:
            return known, False
        with self._lock:
            if len(self._mine) >= self._room:
                wait = {"Retry-After": "5"}
                raise Problem(
                    429, f"{len(self._mine)} decisions are under way, the most here is {self._room}", headers=wait
                )
            place = f"place {next(self._places)}"
            self._mine[place] = False
        try:
            admission = admit(Asked(person.name, at, own, question))
            self._take(admission.id)
        except RefusedError:
            # Two requests with one key at the same moment: the other one was faster.
            if (known := self._asked_before(own, question)) is not None:
                return known, False
            raise
        finally:
            with self._lock:
                del self._mine[place]
        return admission, True

    def _asked_before(self, key: str | None, question: str) -> Admission | None:
        known = None if key is None else self._desk.ledger.requests.by_key(key, question)
        return None if known is None else self._desk.ledger.decisions.admission(known.decision_id)

    def cancel(self, decision_id: str, person: Person) -> Cycle | None:
        """End a decision; None where it is being made and will end after the step it is in."""
        self._desk.ledger.requests.cancel(decision_id, person.name)
        try:
            cycle = self._desk.cancel(decision_id, f"cancelled by {person.name}")
        except RefusedError as error:
            if "being made" in str(error):
                return None
            raise
        self._told_last(cycle)
        return cycle

    @property
    def load(self) -> tuple[int, int]:
        """Decisions that are running here, and that wait."""
        with self._lock:
            running = sum(self._mine.values())
            return running, len(self._mine) - running

    @property
    def room(self) -> int:
        return self._room

    @property
    def failing(self) -> dict[str, Failure]:
        """Unfinished decisions that broke off, on any replica."""
        ledger = self._desk.ledger
        return failures(ledger, ledger.decisions.unfinished_ids())

    def recover(self, *, anew: bool = False) -> None:
        """Take on every unfinished decision that waits for no person, nor (but `anew`) for its next try; one that
        another process makes is left to it."""
        ledger, now = self._desk.ledger, self._desk.clock.now()
        waiting = set(ledger.ideas.waiting())
        left = [each for each in ledger.decisions.unfinished_ids() if each not in waiting]
        failed = {} if anew else failures(ledger, left)
        for decision_id in left:
            if is_due(failed.get(decision_id), now):
                self._take(decision_id)

    def _take(self, decision_id: str) -> None:
        with self._lock:
            if decision_id in self._mine or self._stopped.is_set():
                return
            self._mine[decision_id] = False
        self._pool.submit(self._make, decision_id)

    def _make(self, decision_id: str) -> None:
        ends = monotonic() + self._timeout
        with self._lock:
            self._mine[decision_id] = True
        try:
            self._told_last(self._made(decision_id, ends))
        except _Stopping:
            pass
        except RefusedError as error:
            _LOG.info("decision %s is left to another process: %s", decision_id, error)
        except Exception as error:
            if isinstance(error, FksError):
                _LOG.warning("decision %s: %s", decision_id, error)
            else:
                _LOG.exception("decision %s broke off", decision_id)
            self._broke_off(decision_id, error)
        finally:
            with self._lock:
                self._mine.pop(decision_id, None)

    def _made(self, decision_id: str, ends: float) -> Cycle:
        try:
            self._look(decision_id, ends)
            return self._desk.resume(
                decision_id, on_event=lambda kind, data: self._heard(decision_id, kind, data, ends)
            )
        except _Ended as ended:
            return self._desk.cancel(decision_id, str(ended))

    def _heard(self, decision_id: str, kind: str, data: Mapping[str, Any], ends: float) -> None:
        """Pass an event on; between two steps look whether the decision should end."""
        self._hub.tell(decision_id, kind, plain(data), kept=kind != STREAMED)
        if kind == STREAMED:
            return
        self._look(decision_id, ends)

    def _look(self, decision_id: str, ends: float) -> None:
        """Raises where the decision should go no further now."""
        if self._stopped.is_set():
            raise _Stopping
        ledger, why = self._desk.ledger, ""
        request = ledger.requests.of(decision_id)
        if request is not None and request.cancelled_by is not None:
            why = f"cancelled by {request.cancelled_by}"
        elif monotonic() > ends:
            why = f"timed out after {self._timeout:g} s"
        if why and not ledger.orders.intents(decision_id):  # orders are never given up
            raise _Ended(why)

    def _told_last(self, cycle: Cycle) -> None:
        kind = "waits" if cycle.status == "needs_approval" else LAST
        self._hub.tell(cycle.id, kind, summary(cycle))

    def _broke_off(self, decision_id: str, error: Exception) -> None:
        """Tell why, and that it has ended or when it is tried again."""
        ledger = self._desk.ledger
        before = failures(ledger, [decision_id]).get(decision_id)
        has_orders = bool(ledger.orders.intents(decision_id))
        failure = next_failure(before, error, self._desk.clock.now(), has_orders=has_orders)
        try:
            cycle = ledger.decisions.cycle(decision_id)
        except UsageError:  # it is not finished
            self._hub.tell(decision_id, KIND, failure.model_dump(mode="json"))
        else:
            self._hub.tell(decision_id, KIND, {"reason": failure.reason})
            self._told_last(cycle)

    def _sweep(self) -> None:
        while not self._stopped.wait(_SWEEP):
            try:
                self.recover()
                for cycle in self._desk.approvals.expire():
                    self._told_last(cycle)
            except Exception:
                _LOG.exception("the sweep failed; it is repeated")


class _Stopping(Exception):  # noqa: N818
    """The service stops; the decision goes on at its next start."""


def plain(data: Any) -> Any:
    """An event as JSON can hold it."""
    match data:
        case BaseModel():
            return data.model_dump(mode="json")
        case Mapping():
            return {str(key): plain(value) for key, value in data.items()}
        case list() | tuple():
            return [plain(value) for value in data]
        case datetime():
            return data.isoformat()
    return data if isinstance(data, (str, int, float, bool, type(None))) else str(data)
