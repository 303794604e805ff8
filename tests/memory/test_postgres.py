"""The schema on a real Postgres server, through its own client: that needs no driver."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

from fks_agents import _discovery
from memory.migrations import versions
from memory.schema import APPEND_ONLY, intents

pytestmark = pytest.mark.real

Ask = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    binaries = next(Path("/usr/lib/postgresql").glob("*/bin"), None) if os.name == "posix" else None
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if binaries is None or (as_user and shutil.which("runuser") is None):
        pytest.skip("no Postgres server is installed here")
    folder = Path(tempfile.mkdtemp(prefix="fks-postgres-"))  # pytest's own folders are closed to other users
    if as_user:
        shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [*as_user, str(binaries / program), *arguments]
        return subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=folder, timeout=60)

    made = run("initdb", "-D", str(folder / "data"), "-A", "trust", "-N")
    if made.returncode != 0:
        pytest.skip(f"no Postgres server can run here: {made.stderr.strip()}")
    server = ["-D", str(folder / "data"), "-l", str(folder / "log"), "-w"]
    started = subprocess.run(
        [*as_user, str(binaries / "pg_ctl"), *server, "-o", f"-c listen_addresses= -k {folder}", "start"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        cwd=folder,
    )
    assert started.returncode == 0
    try:
        yield lambda sql: run(
            "psql", "-h", str(folder), "-v", "ON_ERROR_STOP=1", "-qtA", *_login(as_user), "postgres", given=sql
        )
    finally:
        run("pg_ctl", *server, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _login(as_user: list[str]) -> list[str]:
    return ["-U", "postgres"] if as_user else []


@pytest.fixture(scope="module")
def schema(ask: Ask) -> Ask:
    out = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": out})
    with Operations.context(context):
        for revision in _discovery.names(versions.__path__):
            import_module(f"{versions.__name__}.{revision}").upgrade()
    assert ask(out.getvalue()).stderr == ""
    admission = "INSERT INTO admissions VALUES ('a', 1, 'SPX', 'main', '{}');"
    assert ask(admission).stderr == ""
    return ask


def test_a_decision_must_be_admitted_before_its_calls(schema: Ask) -> None:
    assert (
        "foreign key" in schema("INSERT INTO calls (decision_id, key, call, reply) VALUES ('x', 'k', '', '');").stderr
    )
    assert schema("INSERT INTO calls (decision_id, key, call, reply) VALUES ('a', 'k', '', '');").stderr == ""


@pytest.mark.parametrize("change", ["UPDATE admissions SET symbol = 'NDX'", "DELETE FROM admissions"])
def test_the_server_refuses_changes(schema: Ask, change: str) -> None:
    assert "admissions is append-only" in schema(f"{change};").stderr
    assert schema("SELECT symbol FROM admissions;").stdout.strip() == "SPX"


def test_every_append_only_table_is_guarded(schema: Ask) -> None:
    names = schema("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal;").stdout.split()
    assert sorted(names) == sorted(f"{table}_no_{change}" for table in APPEND_ONLY for change in ("update", "delete"))


def test_an_intent_that_is_known_is_left_alone(schema: Ask) -> None:
    statement = postgresql.insert(intents).values(client_order_id="c", decision_id="a", intent="{}")
    literal = statement.on_conflict_do_nothing().compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    assert [schema(f"{literal};").stderr for _ in range(2)] == ["", ""]
    assert schema("SELECT count(*) FROM intents;").stdout.strip() == "1"
