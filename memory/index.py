"""Nearest lessons by vector: Chroma behind a child process, rebuilt from SQL whenever the two disagree.

Nothing here is a record. Where the child is killed, its files are garbled, another process holds the index, its server
is away or answers nonsense, or Chroma is not installed, `query` returns None, `status` says why, and the caller
searches SQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from typing import Protocol

from fks_agents.contracts import Regime
from fks_agents.errors import FksError, LedgerError
from memory._index_process import IndexLostError, IndexProcess
from memory.embeddings import Embedder, Vectors
from memory.places import Place
from memory.schema import microseconds

_BATCH = 500

_MOST_STARTS = 4
"""Starts without an answer between them, after which it gives up: a disk that breaks every index is not cured."""

_LONGEST_PAUSE = 60.0
"""Seconds between two starts at a server that may come back; the second start is at once, and pauses double."""

_QUERY_SECONDS = 5.0
"""SQL answers sooner than an index that needs longer."""


class Entry(Protocol):
    """What is indexed: a lesson, a passage of a document."""

    @property
    def id(self) -> str: ...
    @property
    def agent(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def learned_at(self) -> datetime: ...
    @property
    def symbol(self) -> str: ...
    @property
    def regime(self) -> Regime: ...


class Entries(Protocol):
    """The record that the index is built from, and can be rebuilt from."""

    def agents(self) -> tuple[str, ...]:
        """Whose entries there are, sorted."""

    def count(self, agent: str | None = None) -> int: ...

    def ids(self, agent: str) -> tuple[str, ...]: ...

    def get(self, ids: Sequence[str]) -> Sequence[Entry]:
        """Those that exist, in the order of `ids`."""


class Index:
    def __init__(self, place: Place, lessons: Entries, embedder: Embedder, *, timeout: float = 60.0) -> None:
        """`timeout` bounds the start of the child and each addition, in seconds."""
        self._place, self._lessons, self._embedder, self._timeout = place, lessons, embedder, timeout
        self._using = threading.RLock()
        self._process: IndexProcess | None = None
        self._building: IndexProcess | None = None
        self._thread: threading.Thread | None = None
        self._counts: dict[str, int] = {}
        self._starts = 0
        self._next_start = 0.0
        self._is_closed = False
        self._state = "not started"

    @property
    def status(self) -> str:
        """One line: ready and how large, or why not."""
        return f"ready, {sum(self._counts.values())} lessons" if self.is_ready else self._state

    @property
    def is_ready(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """Bring the index up in the background; where it is up, coming up, or was given up, nothing happens."""
        with self._using:
            if self._process is not None or self._is_coming or self._is_closed or not self._may_start():
                return
            self._starts += 1
            if self._starts > 1:
                self._next_start = monotonic() + min(2.0**self._starts, _LONGEST_PAUSE)
            self._state = "starting"
            self._thread = threading.Thread(target=self._bring_up, args=(self._open,), daemon=True)
            self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for a start under way; says whether the index is ready."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self.is_ready

    def add(self, lessons: Sequence[Entry]) -> None:
        """Index lessons that SQL has already; where that is impossible now, the next start finds them missing."""
        if self._process is None:
            return  # without waiting for a rebuild that holds the lock
        with self._using:
            if self._process is None:
                return
            try:
                self._add(self._process, lessons)
            except IndexLostError as lost:
                self._lose(str(lost))

    def query(self, agent: str, vector: Vectors, as_of: datetime | None, count: int, known: int) -> list[str] | None:
        """Ids of the lessons of `agent` nearest to `vector`, nearest first; None where SQL must be searched.

        `known` is how many lessons of the agent SQL holds: an index that holds another number is brought in line first.
        `as_of` None asks without a bound in time.
        """
        if self._process is None:  # without waiting for a rebuild that holds the lock
            if self._place.is_shared and not self._is_coming and self._may_start():
                self.start()
            return None
        with self._using:
            if self._process is None:
                return None
            count = min(count, known)
            until = None if as_of is None else microseconds(as_of)
            try:
                if self._counts.get(agent, 0) != known:
                    self._align(self._process)  # another process learned something
                seconds = min(self._timeout, _QUERY_SECONDS)
                found: list[str] = self._process.request(
                    "query", agent, vector.tobytes(), until, count, seconds=seconds
                )
            except IndexLostError as lost:
                self._lose(str(lost))
                return None
            if as_of is None and len(found) < count:
                self._lose(f"found {len(found)} lessons of {agent} where there are {count}", is_broken=True)
                return None
            if self._place.is_shared and not self._are_known(found):
                self._lose("found what the ledger does not know", is_broken=True)
                return None
            self._starts = 0
            return found

    def rebuild(self) -> int:
        """Build the index anew from SQL and use it; returns how many lessons it holds. Raises LedgerError."""
        self.wait()
        with self._using:
            if self._is_closed:
                raise LedgerError("memory index: closed")
            self._drop()
            self._state = "rebuilding"
            self._bring_up(self._build)
            if self._process is None:
                raise LedgerError(f"memory index: {self.status}")
            return sum(self._counts.values())

    def close(self) -> None:
        """End the child and a start under way; the folder can then be opened by another process."""
        self._is_closed = True
        if (building := self._building) is not None:
            building.interrupt()
        self.wait()
        with self._using:
            self._drop()
            self._state = "closed"
            self._place.release()

    # --- coming up

    @property
    def _is_coming(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _may_start(self) -> bool:
        return monotonic() >= self._next_start if self._place.is_shared else self._starts < _MOST_STARTS

    def _bring_up(self, way: Callable[[], IndexProcess]) -> None:
        try:
            self._place.hold()
            process = way()
            with self._using:
                if any(self._counts.get(agent, 0) != self._lessons.count(agent) for agent in self._lessons.agents()):
                    self._align(process)  # something was learned meanwhile
                self._process, self._building = process, None
        except (IndexLostError, OSError, FksError) as error:
            with self._using:
                if self._building is not None:
                    self._building.kill()
                    self._building = None
                self._state = f"not available: {error}"

    def _open(self) -> IndexProcess:
        """The newest complete generation; a new one where it is unreadable or holds what SQL does not."""
        try:
            if (process := self._place.newest(self._timeout)) is not None:
                return self._launched(process)
        except IndexLostError:
            if self._is_closed:
                raise
        return self._build()

    def _build(self) -> IndexProcess:
        return self._launched(self._place.fresh(self._timeout))

    def _launched(self, process: IndexProcess) -> IndexProcess:
        """The child, in line with SQL."""
        self._building = process
        if self._is_closed:  # `close` may have come before the line above
            process.interrupt()
        try:
            process.wait_until_open()
            self._align(process)
            self._place.complete(process)
        except BaseException:
            process.kill()
            raise
        return process

    def _align(self, process: IndexProcess) -> None:
        """Add what SQL has and the index has not; raises IndexLostError where it holds what SQL does not know."""
        self._counts = {}
        indexed_agents, known_agents = process.request("agents"), self._lessons.agents()
        if strangers := set(indexed_agents) - set(known_agents):
            raise IndexLostError(f"holds lessons of {min(strangers)}, who is unknown to the ledger")
        for agent in known_agents:
            indexed, known = set(process.request("ids", agent)), self._lessons.ids(agent)
            if not indexed <= set(known):
                raise IndexLostError(f"holds lessons of {agent} that the ledger does not know")
            missing = [name for name in known if name not in indexed]
            self._counts[agent] = len(indexed)
            for start in range(0, len(missing), _BATCH):
                self._add(process, self._lessons.get(missing[start : start + _BATCH]))
            if self._counts[agent] < len(known):  # more is what another replica has added by now
                raise IndexLostError(f"holds {self._counts[agent]} lessons of {agent} after {len(known)} were added")

    def _add(self, process: IndexProcess, lessons: Sequence[Entry]) -> None:
        for agent in sorted({lesson.agent for lesson in lessons}):
            own = [lesson for lesson in lessons if lesson.agent == agent]
            for start in range(0, len(own), _BATCH):
                batch = own[start : start + _BATCH]
                vectors = self._embedder.embed([lesson.text for lesson in batch])
                self._counts[agent] = process.request(
                    "add", agent, [lesson.id for lesson in batch], vectors.tobytes(), [_metadata(one) for one in batch]
                )

    # --- going down

    def _lose(self, reason: str, *, is_broken: bool = False) -> None:
        self._drop()
        if is_broken:
            self._place.discard()
        self.start()
        if self._is_coming:
            self._state = f"restarting: {reason}"
        else:
            pause = "asked again in a while" if self._place.is_shared else f"given up after {self._starts} starts"
            self._state = f"{pause}: {reason}"

    def _drop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _are_known(self, ids: Sequence[object]) -> bool:
        """What another process put there, or a server made up, is not believed."""
        names = [name for name in ids if isinstance(name, str)]
        return len(names) == len(ids) == len(set(names)) == len(self._lessons.get(names))


def _metadata(lesson: Entry) -> dict[str, str | int]:
    return {"learned_at": microseconds(lesson.learned_at), "symbol": lesson.symbol, "regime": lesson.regime}
