"""Where an index lies: in a folder that one process holds, or on a Chroma server that all replicas share.

A place keeps numbered generations. The newest complete one is used; a new one is built beside it, and the older ones go
when it is complete. Collections on a server carry the ledger's own name: several ledgers may share one.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from memory._index_process import IndexLostError, IndexProcess
from memory.ledger import Ledger

_COMPLETE = "complete"
"""File in a generation that was built to its end; the one act that makes it the index."""

_HEARTBEAT_SECONDS = 3.0


class Place(Protocol):
    is_shared: bool
    """Whether other processes add to it and read it, and whether one that does not answer may do so later."""

    def hold(self) -> None:
        """Take it for this process; raises IndexLostError or OSError where it cannot be had now."""

    def newest(self, timeout: float) -> IndexProcess | None:
        """A process on the newest complete generation, not waited for; None where a new one must be built."""

    def fresh(self, timeout: float) -> IndexProcess:
        """A process on a new, empty generation, not waited for."""

    def complete(self, process: IndexProcess) -> None:
        """The generation of `process` is the index from now on; older ones are removed."""

    def discard(self) -> None:
        """What there is answers wrongly: the next index is built anew."""

    def release(self) -> None:
        """Another process may have it."""


class Folder:
    """Generations as folders. One process at a time has them, with the child that has them open."""

    is_shared = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: int | None = None
        self._building: Path | None = None

    def hold(self) -> None:
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

    def newest(self, timeout: float) -> IndexProcess | None:
        complete = [folder for folder in self._generations() if (folder / _COMPLETE).exists()]
        return self._launch(complete[-1], timeout) if complete else None

    def fresh(self, timeout: float) -> IndexProcess:
        older = self._generations()
        self._building = self._folder / f"{int(older[-1].name) + 1 if older else 1:06d}"
        return self._launch(self._building, timeout)

    def complete(self, process: IndexProcess) -> None:
        del process
        if self._building is None:
            return
        (self._building / _COMPLETE).touch()
        for folder in self._generations():
            if folder != self._building:
                shutil.rmtree(folder, ignore_errors=True)
        self._building = None

    def discard(self) -> None:
        for folder in self._generations():
            shutil.rmtree(folder, ignore_errors=True)

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _launch(self, folder: Path, timeout: float) -> IndexProcess:
        if self._lock is None:
            raise IndexLostError("closed")
        folder.mkdir(parents=True, exist_ok=True)
        # The child shares the lock, so that it is held while either lives; Chroma would read a .env where it starts.
        return IndexProcess("folder", str(folder), timeout=timeout, cwd=folder, shared=(self._lock,))

    def _generations(self) -> list[Path]:
        return sorted(path for path in self._folder.iterdir() if path.name.isdecimal())


class Server:
    """Generations as collections. Every replica has its own child process for it, which bounds each call in time:
    Chroma's client waits for ever."""

    is_shared = True

    def __init__(self, url: str, name: str) -> None:
        """`name` begins the names of its collections; letters, digits and hyphens."""
        self._url, self._name = url, name
        self._is_doubtful = False

    def hold(self) -> None:
        """Ask it whether it is a Chroma server: cheaper than a child process that finds none."""
        address = urlsplit(self._url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        link = kind(address.hostname or "", address.port, timeout=_HEARTBEAT_SECONDS)
        try:
            link.request("GET", f"{address.path.rstrip('/')}/api/v2/heartbeat")
            beat = json.loads(link.getresponse().read(1_000))
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error) or type(error).__name__
            raise IndexLostError(f"no Chroma server answers at {self._url}: {why[:120]}") from None
        finally:
            link.close()
        if not isinstance(beat, dict) or "nanosecond heartbeat" not in beat:
            raise IndexLostError(f"what answers at {self._url} is no Chroma server")

    def newest(self, timeout: float) -> IndexProcess | None:
        return None if self._is_doubtful else self._launch("newest", timeout)

    def fresh(self, timeout: float) -> IndexProcess:
        return self._launch("fresh", timeout)

    def complete(self, process: IndexProcess) -> None:
        process.request("complete")
        self._is_doubtful = False

    def discard(self) -> None:
        self._is_doubtful = True  # the others go on with it until a better one is there

    def release(self) -> None:
        pass

    def _launch(self, generation: str, timeout: float) -> IndexProcess:
        here = Path(__file__).parent
        return IndexProcess("server", self._url, self._name, generation, timeout=timeout, cwd=here)


def of_lessons(ledger: Ledger, home: Path, server: str) -> Place:
    """Of the ledger's lessons; `server` is the address of a Chroma server, empty for the home folder."""
    return Server(server, f"fks-{ledger.identity}-lessons") if server else Folder(home / "index")


def of_documents(ledger: Ledger, home: Path, server: str, documents: Path) -> Place:
    """Of the documents in that folder, wherever the ledger's lessons are."""
    if not server:
        return Folder(home / "knowledge")
    return Server(server, f"fks-{ledger.identity}-{sha256(str(documents).encode()).hexdigest()[:12]}")
