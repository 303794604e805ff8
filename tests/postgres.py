"""A Postgres server of one's own on a socket in a temporary folder, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

TEMPLATE = "migrated"


@dataclass
class Server:
    folder: Path
    user: str
    binaries: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, name: str) -> str:
        return f"postgresql://{self.user}@/{name}?host={self.folder}"

    def fresh(self) -> str:
        """The URL of a new ledger, migrated already."""
        name = f"ledger_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def served() -> Iterator[Server]:
    """Skips, with the reason, where no server can run."""
    pytest.importorskip("psycopg")
    binaries = next(Path("/usr/lib/postgresql").glob("*/bin"), None) if os.name == "posix" else None
    is_root = os.name == "posix" and os.geteuid() == 0
    if binaries is None or (is_root and shutil.which("runuser") is None):
        pytest.skip("no Postgres server is installed here")
    as_user = ["runuser", "-u", "postgres", "--"] if is_root else []
    folder = Path(tempfile.mkdtemp(prefix="fks-pg-"))  # pytest's own folders are closed to other users
    if is_root:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> int:
        command = [*as_user, str(binaries / program), *arguments]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=folder)
        return done.returncode

    server = ["-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]
    options = f"-c listen_addresses= -k {folder} -c fsync=off -c max_connections=50"
    try:
        if run("initdb", "-D", str(folder / "data"), "-A", "trust", "-N"):
            pytest.skip("no Postgres server can run here")
        if run("pg_ctl", *server, "-o", options, "start"):
            pytest.skip("the Postgres server does not start here")
        user = "postgres" if is_root else Path.home().owner()
        found = Server(folder, user, binaries)
        _prepare(found)
        yield found
    finally:
        run("pg_ctl", *server, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(server: Server) -> None:
    from memory.ledger import Ledger

    server.run(f"CREATE DATABASE {TEMPLATE}")
    Ledger.open(server.url(TEMPLATE)).close()
