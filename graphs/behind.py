"""Steps are written while the next ones run: a decision does not wait for what only an interrupted one would need.

What must never be lost (calls, intents, the decision) is in the ledger before it is used. Before orders are committed
every step so far is on disk: a resumed decision must not look at the account again after it has ordered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Lock
from time import monotonic
from typing import Any

from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)

from fks_agents.errors import FksError
from graphs.steps import UnkeptStepError

Config = Any

DELAY = 0.02
"""Seconds a step waits before it is written, so that the next one begins first: models are waited for longer."""


class Behind(BaseCheckpointSaver[str]):
    """A saver whose writes happen in one thread, in their order; reading waits for them."""

    def __init__(self, saver: BaseCheckpointSaver[str]) -> None:
        super().__init__(serde=saver.serde)
        self._saver = saver
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="steps")
        self._under_way: dict[str, Future[None]] = {}
        """The last write of each decision."""
        self._failed: dict[str, Exception] = {}
        self._over: set[str] = set()
        """Decisions whose steps nobody needs any more."""
        self._wanted = Event()
        """Set while somebody waits for what is not written yet."""
        self._waiting = 0
        self._lock = Lock()

    def put(
        self, config: Config, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> Config:
        where = config["configurable"]
        self._later(where["thread_id"], lambda: self._saver.put(config, checkpoint, metadata, new_versions))
        kept = {"thread_id": where["thread_id"], "checkpoint_ns": where.get("checkpoint_ns", "")}
        return {"configurable": kept | {"checkpoint_id": checkpoint["id"]}}

    def put_writes(self, config: Config, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
        thread = config["configurable"]["thread_id"]
        self._later(thread, lambda: self._saver.put_writes(config, writes, task_id, task_path))

    def get_tuple(self, config: Config) -> CheckpointTuple | None:
        self.flush(config["configurable"]["thread_id"])
        try:
            return self._saver.get_tuple(config)
        except FksError:
            raise
        except Exception as error:
            # Each kind of saver raises what its database does.
            raise UnkeptStepError(str(error)) from error

    def list(self, config: Config | None, **wanted: Any) -> Iterator[CheckpointTuple]:
        for thread in tuple(self._under_way):
            self.flush(thread)
        yield from self._saver.list(config, **wanted)

    def get_next_version(self, current: str | None, channel: None) -> str:
        return self._saver.get_next_version(current, channel)

    def delete_thread(self, thread_id: str) -> None:
        """What is not written yet is left out; the rest is deleted behind, too."""
        with self._lock:
            self._over.add(thread_id)
            self._failed.pop(thread_id, None)
            self._under_way[thread_id] = self._writer.submit(self._delete, thread_id)

    def flush(self, thread_id: str) -> None:
        """Wait until every step of that decision is written; raises UnkeptStepError where one could not be."""
        with self._lock:
            last = self._under_way.get(thread_id)
            self._waiting += 1
            self._wanted.set()
        try:
            if last is not None:
                last.result()
        finally:
            with self._lock:
                self._waiting -= 1
                if self._waiting == 0:
                    self._wanted.clear()
        if (error := self._failed.get(thread_id)) is not None:
            raise UnkeptStepError(str(error)) from error

    def begin_again(self, thread_id: str) -> None:
        """Forget that a step could not be written: those before it are a whole beginning to go on from."""
        with suppress(UnkeptStepError):
            self.flush(thread_id)
        with self._lock:
            self._failed.pop(thread_id, None)

    def close(self) -> None:
        self._wanted.set()
        self._writer.shutdown(wait=True)
        # Some savers own a connection, others borrow one.
        connection = getattr(self._saver, "conn", None)
        if connection is not None:
            connection.close()

    def _later(self, thread_id: str, write: Callable[[], object]) -> None:
        due = monotonic() + DELAY

        def written() -> None:
            self._wanted.wait(max(0.0, due - monotonic()))
            if thread_id in self._over or thread_id in self._failed:
                return
            try:
                write()
            except Exception as error:
                self._failed[thread_id] = error

        with self._lock:
            self._over.discard(thread_id)
            self._under_way[thread_id] = self._writer.submit(written)

    def _delete(self, thread_id: str) -> None:
        self._saver.delete_thread(thread_id)
        with self._lock:
            self._over.discard(thread_id)
            self._failed.pop(thread_id, None)
            self._under_way.pop(thread_id, None)
