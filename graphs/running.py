"""One process at a time makes a decision: two would ask every model twice, and the slower one would find no steps.

Where the ledger is a server, the lock is the server's, as other machines decide on it; else it is a file's.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fks_agents.errors import LedgerError, RefusedError
from memory.ledger import Ledger


@contextmanager
def alone(ledger: Ledger, home: Path, decision_id: str) -> Iterator[None]:
    """Hold the decision while the block runs; kernel or server let go where the process dies.

    Raises RefusedError where another process holds it, LedgerError where home or server cannot be written.
    """
    if ledger.is_on_server:
        with ledger.alone(decision_id) as is_ours:
            if not is_ours:
                raise _taken(decision_id)
            yield
        return
    path = home / "running" / decision_id
    lock = _held(path)
    if lock is None:
        raise _taken(decision_id)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(lock)


def _taken(decision_id: str) -> RefusedError:
    return RefusedError(f"decision {decision_id} is being made by another process; wait for it to end")


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
