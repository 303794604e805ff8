"""The parent's side of the index process: every request is answered, or raises IndexLostError in bounded time."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("_index_worker.py")


class IndexLostError(Exception):
    """The index cannot answer; the message says why. Never leaves the package `memory`."""


class IndexProcess:
    """A child with Chroma's client open. Dies with its parent; its death is an IndexLostError, nothing more."""

    def __init__(self, *arguments: str, timeout: float, cwd: Path, shared: Sequence[int] = ()) -> None:
        """`arguments` name the place (see the worker); open files `shared` with the child stay open while either lives.

        `timeout` bounds the start and each request, in seconds.
        """
        self._timeout = timeout
        self._connection, theirs = multiprocessing.Pipe()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CHROMA_")}
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own file, our own interpreter
                [sys.executable, "-P", str(_SCRIPT), str(theirs.fileno()), *arguments],
                pass_fds=(theirs.fileno(), *shared),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=cwd,  # Chroma would read the user's .env
                env=environment,
                start_new_session=True,  # Ctrl-C is for the parent
            )
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_open(self) -> None:
        self._exchange((), self._timeout)

    def request(self, name: str, *arguments: object, seconds: float | None = None) -> Any:
        return self._exchange((name, *arguments), seconds or self._timeout)

    def interrupt(self) -> None:
        """End the child from another thread; the one that waits for an answer gets IndexLostError."""
        self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._connection.close()

    def stop(self) -> None:
        """Let it finish and end by itself; killed where it does not."""
        self._connection.close()
        try:
            self._process.wait(self._timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _exchange(self, message: tuple[object, ...], seconds: float) -> Any:
        # A timer that kills, because a send into a full pipe cannot be given a time limit.
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            if message:
                self._connection.send(message)
            kind, answer = self._connection.recv()
        except (EOFError, OSError) as error:
            raise IndexLostError(f"the index process ended ({type(error).__name__})") from error
        except BaseException:
            self._process.kill()  # Ctrl-C before the answer was read: the next request must not get it
            raise
        finally:
            timer.cancel()
        if kind != "ok":
            raise IndexLostError(str(answer))
        return answer
