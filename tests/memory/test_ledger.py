"""Opening, migrating, and what happens when the disk says no."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine

from fks_agents.errors import ConfigError, LedgerError
from fks_agents.settings import Settings
from memory import migrations
from memory.decisions import Admission
from memory.ledger import Ledger
from memory.schema import APPEND_ONLY, REVISION, metadata
from tests.memory.conftest import NOON, cycle_of


def test_the_migrated_schema_is_the_declared_one(ledger: Ledger, path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_revision_is_the_one_the_code_expects() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_an_append_only_table_is_every_table_that_records_what_happened() -> None:
    assert set(metadata.tables) - set(APPEND_ONLY) == {
        "heads", "paper_accounts", "requests", "people", "keys", "revoked", "backtests", "backtest_results",
        "deliveries", "cursors", "messages", "job_runs",
    }  # fmt: skip


def test_a_commit_is_on_disk(ledger: Ledger) -> None:
    with ledger._database.read() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_opening_again_finds_what_was_written(path: Path) -> None:
    with Ledger.open(path) as ledger:
        admission = ledger.decisions.admit("SPX", "1d", NOON, Settings())
    with Ledger.open(f"sqlite:///{path}") as ledger:
        assert ledger.decisions.unfinished() == (admission,)
        assert ledger.decisions.admit("SPX", "1d", NOON, Settings()).sequence == 2


def test_a_ledger_of_a_newer_release_is_refused(path: Path) -> None:
    Ledger.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(LedgerError, match="a newer fks-agents wrote it"):
        Ledger.open(path)


def test_a_path_with_percent_signs_and_spaces_works(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "50 % of it" / "l%20.db") as ledger:
        assert ledger.decisions.verify() == 0


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://x", "oracle+none://x", "nonsense://x", "://"]
)
def test_an_unusable_url_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError, match="database_url"):
        Ledger.open(url)


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"pip install 'fks-agents\[postgres\]'"):
        Ledger.open("postgresql://me:hunter2@localhost/x")


# --- the disk says no ---


def test_a_home_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match=r"folder .*file/home cannot be written: Not a directory"):
        Ledger.open(tmp_path / "file" / "home" / "ledger.db")


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to look at it twice" * 100)
    with pytest.raises(LedgerError, match="is not a database"):
        Ledger.open(path)


def test_a_read_only_file_is_refused_at_opening(path: Path) -> None:
    Ledger.open(path).close()
    with pytest.raises(LedgerError, match="read-only"):
        Ledger.open(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_full_disk_refuses_a_write_and_leaves_what_was_there(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    first, second = admit(), admit()
    ledger.decisions.finish(cycle_of(first))
    with ledger._database.read() as connection:  # pooled: the same connection serves the next call
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="the disk is full"):
        ledger.decisions.finish(cycle_of(second, "x" * 200_000))
    assert ledger.decisions.verify() == 1
    assert ledger.decisions.unfinished() == (second,)
    with ledger._database.read() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    ledger.decisions.finish(cycle_of(second, "x" * 200_000))
    assert ledger.decisions.verify() == 2


def test_a_held_ledger_is_an_error_after_the_wait(path: Path) -> None:
    with Ledger.open(path, busy_seconds=0.05) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another process holds it"):
            ledger.decisions.admit("SPX", "1d", NOON, Settings())
        assert ledger.decisions.unfinished() == ()  # reading goes on
        other.execute("ROLLBACK")
        assert ledger.decisions.admit("SPX", "1d", NOON, Settings()).sequence == 1


def test_an_error_shows_neither_sql_nor_values(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    stranger = cycle_of(admit(), "a private reason").model_copy(update={"id": "f" * 12})
    with pytest.raises(LedgerError) as caught:
        ledger.decisions.finish(stranger)
    assert "private" not in str(caught.value)
    assert "INSERT" not in str(caught.value)


# --- several at once ---


def test_threads_write_without_losing_a_row(ledger: Ledger) -> None:
    def one(number: int) -> str:
        admission = ledger.decisions.admit(f"S{number}", "1d", NOON, Settings())
        ledger.decisions.finish(cycle_of(admission))
        return admission.id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(one, range(64)))
    assert len(ids) == 64
    assert ledger.decisions.verify() == 64
    assert sorted(entry.sequence for entry in ledger.decisions.history(limit=100)) == list(range(1, 65))


_WRITER = """
import sys
from tests.memory.conftest import NOON, cycle_of
from fks_agents.settings import Settings
from memory.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    for number in range(25):
        ledger.decisions.finish(cycle_of(ledger.decisions.admit(sys.argv[2], "1d", NOON, Settings())))
"""


@pytest.mark.real
def test_processes_open_a_fresh_ledger_together_and_lose_nothing(path: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), f"S{number}"], stderr=subprocess.PIPE)
        for number in range(3)
    ]
    errors = [child.communicate()[1] for child in children]
    assert errors == [b"", b"", b""]
    with Ledger.open(path) as ledger:
        assert ledger.decisions.verify() == 75
        assert ledger.decisions.unfinished() == ()


_FILL_UP = """
import sys
from pathlib import Path
from tests.memory.conftest import NOON, cycle_of
from fks_agents.errors import LedgerError
from fks_agents.settings import Settings
from memory.ledger import Ledger
home = Path(sys.argv[1])
done = 0
with Ledger.open(home / "ledger.db") as ledger:
    try:
        for number in range(200):
            ledger.decisions.finish(cycle_of(ledger.decisions.admit("SPX", "1d", NOON, Settings()), "x" * 100_000))
            done += 1
    except LedgerError as error:
        print(error)
    assert ledger.decisions.verify() in (done, done + 1), (ledger.decisions.verify(), done)
try:
    Ledger.open(home / "ledger.db")
except LedgerError as error:
    print(error)
"""


@pytest.mark.real
def test_a_full_file_system_is_refused_at_the_write_and_at_the_next_opening(tmp_path: Path) -> None:
    mount = f'mount -t tmpfs -o size=8m none {tmp_path} && exec {sys.executable} -c "$0" {tmp_path}'
    run = subprocess.run(["unshare", "-rm", "sh", "-c", mount, _FILL_UP], capture_output=True, text=True, check=False)
    if "unshare" in run.stderr or "mount" in run.stderr:
        pytest.skip("no small file system can be mounted here")
    assert run.stderr == ""
    at_write, at_opening = run.stdout.splitlines()
    assert at_write.startswith("ledger ")
    assert at_write.endswith((": the disk is full", ": the disk refused a read or write"))
    assert at_opening.endswith("cannot be written: No space left on device")


_KILLED = """
import sys
from tests.memory.conftest import NOON, cycle_of
from fks_agents.settings import Settings
from memory.ledger import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    while True:
        admission = ledger.decisions.admit("SPX", "1d", NOON, Settings())
        sys.stdout.write(f"admitted {admission.id}\\n")
        sys.stdout.flush()
        ledger.decisions.finish(cycle_of(admission, "x" * 20_000))
        sys.stdout.write(f"finished {admission.id}\\n")
        sys.stdout.flush()
"""


@pytest.mark.real
@pytest.mark.parametrize("seed", range(int(os.environ.get("FKS_TEST_LEDGER_KILLS", "4"))))
def test_a_kill_loses_nothing_that_was_acknowledged(path: Path, seed: int) -> None:
    run = subprocess.Popen([sys.executable, "-c", _KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    lines, most = [], Random(seed).randint(1, 120)
    for line in run.stdout:
        lines.append(line.split())
        if len(lines) == most:
            run.kill()
    run.stdout.close()
    run.wait()
    with Ledger.open(path) as ledger:
        finished = {entry.id for entry in ledger.decisions.history(limit=1_000)}
        unfinished = {admission.id for admission in ledger.decisions.unfinished()}
        assert ledger.decisions.verify() == len(finished)
        assert {name for word, name in lines if word == "finished"} <= finished
        assert {name for word, name in lines if word == "admitted"} <= finished | unfinished
        assert len(finished | unfinished) <= len(lines) + 1


def test_a_copy_taken_in_the_middle_of_writing_is_whole_or_refused(
    ledger: Ledger, admit: Callable[..., Admission], path: Path, tmp_path: Path
) -> None:
    """What is acknowledged before the copy begins is in it, or opening or verifying raises LedgerError."""
    refused = 0
    with ThreadPoolExecutor(1) as pool:
        for number in range(30):
            before = len(ledger.decisions.history(limit=1_000))
            cycles = [cycle_of(admit(), "y" * 9_000) for _ in range(3)]
            writing = [pool.submit(ledger.decisions.finish, cycle) for cycle in cycles]
            copy = tmp_path / f"copy{number}.db"
            shutil.copyfile(path, copy)
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
            for write in writing:
                write.result()
            try:
                with Ledger.open(copy) as copied:
                    assert copied.decisions.verify() >= before
            except LedgerError:
                refused += 1
    assert refused < 30


_CHEAP = """
import sys
import memory
assert "sqlalchemy" not in sys.modules and "numpy" not in sys.modules
import memory.ledger, memory.recall
heavy = {"alembic", "chromadb", "tokenizers", "safetensors", "wordllama", "langgraph"}
print(sorted(heavy & set(sys.modules)))
"""


def test_importing_the_ledger_and_recall_loads_nothing_heavy() -> None:
    run = subprocess.run([sys.executable, "-c", _CHEAP], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
