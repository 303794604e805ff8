"""One database, opened so that a commit is on disk when the call returns.

SQLite runs with WAL and synchronous=FULL, Postgres with synchronous_commit=on. Every failure of the database comes out
as one plain LedgerError, without SQL and without a password.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from fks_agents.errors import ConfigError, LedgerError
from memory import migrations
from memory.schema import REVISION, heads

_PROBE_BYTES = 1 << 20
"""Room that must be free at opening: a few decisions with their checkpoints."""

_POOL, _OVERFLOW = 5, 10
"""Connections that stay open, and further ones that are closed after use; who finds all in use waits."""

_PLAIN = {
    "full": "the disk is full",
    "readonly": "the file is read-only",
    "locked": "another process holds it",
    "unable to open": "the file cannot be opened",
    "malformed": "the file is damaged",
    "not a database": "the file is not a database",
    "disk i/o error": "the disk refused a read or write",
}


class Connections(NamedTuple):
    in_use: int
    room: int


class Database:
    """Short transactions on one engine; safe in several threads and beside other processes."""

    def __init__(self, url: URL, busy_seconds: float) -> None:
        self.name = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
        self._engine = _engine(url, busy_seconds)
        self._glancing = self._engine.execution_options(fks_glances=True)
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the ledger."""
        with self._plain_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """For one statement that reads, which sees one state by itself: a third quicker than `read`."""
        with self._plain_errors(), self._glancing.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, committed when the block ends, undone when it raises.

        Writers of this process queue at a lock, because SQLite's own waiting is a retry that can starve.
        """
        with self._plain_errors(), self._writing, self._engine.connect() as connection:
            connection = connection.execution_options(fks_writes=True)
            with connection.begin():
                yield connection

    def prepare(self) -> None:
        """Migrate where needed, and write once, so that a ledger that cannot be written is refused now."""
        with self.read() as connection:
            found = _revision(connection)
        if found != REVISION:
            with self.write() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(8007)"))
                found = _revision(connection)
                if found is not None and found > REVISION:
                    raise LedgerError(
                        f"ledger {self.name}: expected schema {REVISION} or older, was {found!r}; "
                        "a newer fks-agents wrote it"
                    )
                if found != REVISION:
                    migrations.upgrade(connection)
        with self.write() as connection:
            connection.execute(update(heads).values(sequence=heads.c.sequence))

    @property
    def connections(self) -> Connections:
        pool = self._engine.pool
        assert isinstance(pool, QueuePool)
        return Connections(pool.checkedout(), _POOL + _OVERFLOW)

    @property
    def is_on_server(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def held(self, name: str) -> Iterator[bool]:
        """Whether this session holds the server's lock of that name while the block runs; it ends with the session."""
        key = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
        with self._plain_errors(), self._engine.connect() as connection:
            session = connection.execution_options(isolation_level="AUTOCOMMIT")
            is_ours = bool(session.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar())
            try:
                yield is_ours
            finally:
                if is_ours:
                    session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise LedgerError(f"ledger {self.name} refused the row: {error.orig}") from error
        except DBAPIError as error:
            raise LedgerError(f"ledger {self.name}: {_plain(str(error.orig))}") from error
        except SQLAlchemyError as error:
            raise LedgerError(f"ledger {self.name}: {error}") from error


def add(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert the row unless its key is taken; says whether it was inserted."""
    return connection.execute(_insertion(connection.dialect.name, table), row).rowcount == 1


@cache
def _insertion(dialect: str, table: Table) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    # Without the option no count of inserted rows comes back from Postgres.
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def next_in(connection: Connection, log: str) -> tuple[int, str]:
    """The next number of that log and the last hash; locks the log until the transaction ends."""
    connection.execute(update(heads).where(heads.c.log == log).values(sequence=heads.c.sequence + 1))
    row = connection.execute(select(heads.c.sequence, heads.c.hash).where(heads.c.log == log)).one()
    return row.sequence, row.hash


def locate(url_or_path: str | Path) -> URL:
    """A SQLAlchemy URL from a URL or a file; makes the file's folder and checks that it can hold more.

    Raises ConfigError for a URL that cannot be read, LedgerError where the folder cannot be written.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        url = URL.create("sqlite", database=str(Path(url_or_path).absolute()))
    else:
        try:
            url = make_url(url_or_path)
        except ArgumentError:
            raise ConfigError("database_url: expected DIALECT://USER:PASSWORD@HOST/NAME or a file") from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")  # the driver of our extra, not SQLAlchemy's default
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ConfigError("database_url: expected a file, was a database in memory, which forgets")
        if url.query.get("uri") is None:
            _probe(Path(url.database).absolute().parent)
    return url


def _probe(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            file.write(b"\x01" * _PROBE_BYTES)
    except OSError as error:
        raise LedgerError(f"ledger folder {folder} cannot be written: {error.strerror}") from error


def _engine(url: URL, busy_seconds: float) -> Engine:
    backend = url.get_backend_name()
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=_POOL,
            max_overflow=_OVERFLOW,
            connect_args={"timeout": busy_seconds} if backend == "sqlite" else {},
        )
    except NoSuchModuleError:
        raise ConfigError(f"database_url: expected sqlite or postgresql, was {url.drivername!r}") from None
    except ModuleNotFoundError as error:
        if error.name == "psycopg":
            raise ConfigError("database_url: Postgres needs a driver: pip install 'fks-agents[postgres]'") from error
        raise ConfigError(f"database_url: {url.drivername} needs a driver: pip install {error.name}") from error
    if backend == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    elif backend == "postgresql":
        event.listen(engine, "connect", _postgres_connect)
    else:
        raise ConfigError(f"database_url: expected sqlite or postgresql, was {url.drivername!r}")
    return engine


def _sqlite_connect(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # the driver would begin deferred transactions, which cannot wait for a writer
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("fks_glances", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("fks_writes", False) else "BEGIN")


def _postgres_connect(connection: Any, record: object) -> None:
    del record
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    connection.commit()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _plain(message: str) -> str:
    lowered = message.lower()
    return next((plain for word, plain in _PLAIN.items() if word in lowered), message)
