"""What running decisions tell, to whoever listens: kept in the ledger, and passed on at once within this process."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple

from fks_agents.contracts import Cycle
from memory.ledger import Ledger
from memory.requests import Happening

LAST = "ended"
"""The kind after which nothing more is told of a decision."""

_POLL = 1.0
"""Seconds after which a listener looks into the ledger: another replica may be making the decision."""


class Told(NamedTuple):
    number: int | None
    """None for words that are not kept: those of a model while it writes them."""
    kind: str
    data: str
    """JSON."""


class Hub:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._listeners: dict[str, list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[Told]]]] = defaultdict(list)

    def tell(self, decision_id: str, kind: str, data: Any, *, kept: bool = True) -> None:
        """Safe in any thread. What is kept is committed before anybody hears of it; an end is told once."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        number = self._ledger.requests.tell(decision_id, kind, text, once=kind == LAST).number if kept else None
        with self._lock:
            listeners = list(self._listeners.get(decision_id, ()))
        for loop, queue in listeners:
            loop.call_soon_threadsafe(_offer, queue, Told(number, kind, text))

    async def listen(
        self, decision_id: str, after: int = 0, may_hear: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Told]:
        """Everything told after that number, then what is told from now on, until the decision has ended, or until
        `may_hear`, asked in a thread at least every second, says no.

        One whose end was recorded and then, because the process was killed, not told ends here all the same.
        """
        is_over = False
        with self._queue(decision_id) as queue:
            while True:
                happenings = await asyncio.to_thread(self._told, decision_id, after, may_hear)
                if happenings is None:
                    return
                for happening in happenings:
                    after = happening.number
                    yield Told(happening.number, happening.kind, happening.told)
                    if happening.kind == LAST:
                        return
                try:
                    told = await asyncio.wait_for(queue.get(), _POLL)
                except TimeoutError:
                    cycle = await asyncio.to_thread(self._finished, decision_id)
                    if is_over and cycle is not None:
                        yield Told(None, LAST, json.dumps(summary(cycle), ensure_ascii=False))
                        return
                    is_over = cycle is not None
                    continue
                if told.number is None:
                    yield told

    def _told(self, decision_id: str, after: int, may_hear: Callable[[], bool]) -> tuple[Happening, ...] | None:
        return self._ledger.requests.told(decision_id, after) if may_hear() else None

    def _finished(self, decision_id: str) -> Cycle | None:
        decisions = self._ledger.decisions
        return decisions.cycle(decision_id) if decisions.is_finished(decision_id) else None

    @contextmanager
    def _queue(self, decision_id: str) -> Iterator[asyncio.Queue[Told]]:
        entry = (asyncio.get_running_loop(), asyncio.Queue[Told](maxsize=1_000))
        with self._lock:
            self._listeners[decision_id].append(entry)
        try:
            yield entry[1]
        finally:
            with self._lock:
                self._listeners[decision_id].remove(entry)
                if not self._listeners[decision_id]:
                    del self._listeners[decision_id]


def summary(cycle: Cycle) -> dict[str, str]:
    """What is told when a decision ends."""
    return {"action": cycle.action, "status": cycle.status, "reason": cycle.reason}


def _offer(queue: asyncio.Queue[Told], told: Told) -> None:
    """A listener that is too slow misses words, never what is kept: it reads that from the ledger."""
    if not queue.full():
        queue.put_nowait(told)
