"""A service of its own for a measurement: a fresh home, a free port, one key, gone afterwards."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from fks_agents.errors import ConfigError
from fks_agents.service.auth import keys
from fks_agents.settings import PREFIX, load
from graphs.opening import open_desk

START = 120.0
"""Seconds a server may take until it answers."""

_SERVE = "from fks_agents.cli import main; main()"
_ANY_RATE = "1000000/second"
"""One address asks for everything here."""


class Server(NamedTuple):
    port: int
    key: str
    process: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def memory(self) -> float | None:
        """Resident MiB; None where the system does not say."""
        with suppress(OSError):
            found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process}/status").read_text("ascii"))
            return int(found[1]) / 1024 if found else None
        return None


@contextmanager
def serving(home: Path, at: datetime, **settings: str) -> Iterator[Server]:
    """`fks serve` on a home without a file of settings; `settings` override the defaults.

    Raises ConfigError with the last it said where it does not come up.
    """
    with open_desk(load(home=home)) as desk:
        key, _ = keys.make(desk.ledger.people, "bench", "admin", by="bench", at=at)
    port, said, empty = free_port(), home / "server.log", home / "none.toml"
    empty.write_text("")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    chosen = {"home": str(home), "service_port": str(port), "service_rate": _ANY_RATE, **settings}
    given = {f"{PREFIX}{name.upper()}": value for name, value in chosen.items()}
    with said.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own interpreter, our own command
            [sys.executable, "-c", _SERVE, "serve"], env=inherited | given | {f"{PREFIX}CONFIG": str(empty)},
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _wait(port, process, said)
        yield Server(port, key, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    ends = monotonic() + START
    while monotonic() < ends and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            sleep(0.1)
        finally:
            connection.close()
    raise ConfigError(
        f"the server ended or did not answer within {START:g} s; it said: {said.read_text('utf-8')[-2_000:]}"
    )
