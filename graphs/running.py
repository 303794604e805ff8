"""One process at a time makes a decision: two would ask every model twice, and the slower one would find no steps."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fks_agents.errors import LedgerError, RefusedError


@contextmanager
def alone(home: Path, decision_id: str) -> Iterator[None]:
    """Hold the decision while the block runs; the kernel lets go where the process dies.

    Raises RefusedError where another process of this machine holds it, LedgerError where the home cannot be written.
    """
    path = home / "running" / decision_id
    lock = _held(path)
    if lock is None:
        raise RefusedError(f"decision {decision_id} is being made by another process; wait for it to end")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _held(path: Path) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return None
            # Whoever held it before may have taken the file away between our opening and our locking it.
            if path.exists() and path.stat().st_ino == os.fstat(lock).st_ino:
                return lock
            os.close(lock)
    except OSError as error:
        raise LedgerError(f"cannot write to {path.parent}: {error.strerror}") from error
