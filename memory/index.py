"""Nearest lessons by vector: Chroma in a child process, rebuilt from SQL whenever the two disagree.

Nothing here is a record. Where the child is killed, its files are garbled, another process holds the index or Chroma is
not installed, `query` returns None, `status` says why, and the caller searches SQL.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fks_agents.contracts import Regime
from fks_agents.errors import FksError, LedgerError
from memory._index_process import IndexLostError, IndexProcess
from memory.embeddings import Embedder, Vectors
from memory.schema import microseconds

_BATCH = 500

_COMPLETE = "complete"
"""File in a generation that was built to its end; the one act that makes it the index."""

_MOST_STARTS = 4
"""Starts without an answer between them, after which it gives up: a disk that breaks every index is not cured."""

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
    """A folder of numbered generations: the newest complete one is used, a new one is built beside it."""

    def __init__(self, folder: Path, lessons: Entries, embedder: Embedder, *, timeout: float = 60.0) -> None:
        """`timeout` bounds the start of the child and each addition, in seconds."""
        self._folder, self._lessons, self._embedder, self._timeout = folder, lessons, embedder, timeout
        self._using = threading.RLock()
        self._process: IndexProcess | None = None
        self._building: IndexProcess | None = None
        self._thread: threading.Thread | None = None
        self._counts: dict[str, int] = {}
        self._lock: int | None = None
        self._starts = 0
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
            is_coming = self._thread is not None and self._thread.is_alive()
            if self._process is not None or is_coming or self._is_closed or self._starts >= _MOST_STARTS:
                return
            self._starts += 1
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
        if self._process is None:
            return None  # without waiting for a rebuild that holds the lock
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
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    # --- coming up

    def _bring_up(self, way: Callable[[], IndexProcess]) -> None:
        try:
            self._hold()
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

    def _hold(self) -> None:
        if self._lock is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise IndexLostError("another process uses it") from None
        self._lock = lock

    def _open(self) -> IndexProcess:
        """The newest complete generation; a new one where it is unreadable or holds what SQL does not."""
        complete = [folder for folder in self._generations() if (folder / _COMPLETE).exists()]
        if complete:
            try:
                return self._launch(complete[-1])
            except IndexLostError:
                pass
        return self._build()

    def _build(self) -> IndexProcess:
        older = self._generations()
        folder = self._folder / f"{int(older[-1].name) + 1 if older else 1:06d}"
        process = self._launch(folder)
        (folder / _COMPLETE).touch()
        for leftover in older:
            shutil.rmtree(leftover, ignore_errors=True)
        return process

    def _launch(self, folder: Path) -> IndexProcess:
        """A child on the folder, in line with SQL."""
        if self._is_closed or self._lock is None:
            raise IndexLostError("closed")
        process = self._building = IndexProcess(folder, self._lock, self._timeout)
        if self._is_closed:  # `close` may have come before the line above
            process.interrupt()
        try:
            process.wait_until_open()
            self._align(process)
        except BaseException:
            process.kill()
            raise
        return process

    def _align(self, process: IndexProcess) -> None:
        """Add what SQL has and the index has not; raises IndexLostError where it holds what SQL does not know."""
        self._counts = {}
        known_agents = self._lessons.agents()
        strangers = set(process.request("agents")) - set(known_agents)
        if strangers:
            raise IndexLostError(f"holds lessons of {min(strangers)}, who is unknown to the ledger")
        for agent in known_agents:
            indexed, known = set(process.request("ids", agent)), self._lessons.ids(agent)
            if not indexed <= set(known):
                raise IndexLostError(f"holds lessons of {agent} that the ledger does not know")
            missing = [name for name in known if name not in indexed]
            self._counts[agent] = len(indexed)
            for start in range(0, len(missing), _BATCH):
                self._add(process, self._lessons.get(missing[start : start + _BATCH]))
            if self._counts[agent] != len(known):
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
            for folder in self._generations():
                shutil.rmtree(folder, ignore_errors=True)
        self.start()
        is_coming = self._thread is not None and self._thread.is_alive()
        self._state = f"restarting: {reason}" if is_coming else f"given up after {self._starts} starts: {reason}"

    def _drop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _generations(self) -> list[Path]:
        return sorted(path for path in self._folder.iterdir() if path.name.isdecimal())


def _metadata(lesson: Entry) -> dict[str, str | int]:
    return {"learned_at": microseconds(lesson.learned_at), "symbol": lesson.symbol, "regime": lesson.regime}
