"""The log of decisions: nothing in it can change without `verify` naming the row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fks_agents.errors import LedgerError
from memory.decisions import Admission
from memory.ledger import Ledger
from memory.schema import APPEND_ONLY, cycles
from tests.memory.conftest import cycle_of

Edit = Callable[..., None]


@pytest.fixture(autouse=True)
def _five_decisions(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    for day in range(5):
        ledger.decisions.finish(cycle_of(admit(days=day), f"reason {day}"))


def test_an_untouched_log_verifies(ledger: Ledger) -> None:
    assert ledger.decisions.verify() == 5


@pytest.mark.parametrize("column", [column.name for column in cycles.columns if column.name != "sequence"])
def test_a_changed_column_is_found(ledger: Ledger, edit: Edit, column: str) -> None:
    changed = "as_of + 1" if column == "as_of" else f"replace({column}, substr({column}, 1, 1), '#')"
    edit("PRAGMA foreign_keys=OFF", f"UPDATE cycles SET {column} = {changed} WHERE sequence = 3")
    with pytest.raises(LedgerError, match="row 3 "):
        ledger.decisions.verify()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(1, 5), position=st.floats(0, 1, exclude_max=True), character=st.characters(codec="ascii"))
def test_any_edited_byte_is_found(
    ledger: Ledger, path: Path, edit: Edit, row: int, position: float, character: str
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        (text,) = raw.execute("SELECT cycle FROM cycles WHERE sequence = ?", (row,)).fetchone()
        at = int(position * len(text))
        if text[at] == character:
            return
        edit()
        raw.execute("UPDATE cycles SET cycle = ? WHERE sequence = ?", (text[:at] + character + text[at + 1 :], row))
        with pytest.raises(LedgerError, match=f"row {row} "):
            ledger.decisions.verify()
        raw.execute("UPDATE cycles SET cycle = ? WHERE sequence = ?", (text, row))
    assert ledger.decisions.verify() == 5


@pytest.mark.parametrize("row", [1, 3, 5])
def test_a_removed_row_is_found(ledger: Ledger, edit: Edit, row: int) -> None:
    edit(f"DELETE FROM cycles WHERE sequence = {row}")
    with pytest.raises(LedgerError, match=f"row {row} is missing"):
        ledger.decisions.verify()


def test_a_removed_row_with_the_rest_moved_up_is_found(ledger: Ledger, edit: Edit) -> None:
    edit("DELETE FROM cycles WHERE sequence = 3", "UPDATE cycles SET sequence = sequence - 1 WHERE sequence > 3")
    with pytest.raises(LedgerError, match=r"row 3 .* does not follow the row before it"):
        ledger.decisions.verify()


def test_swapped_rows_are_found(ledger: Ledger, edit: Edit) -> None:
    edit(
        "UPDATE cycles SET sequence = -1 WHERE sequence = 2",
        "UPDATE cycles SET sequence = 2 WHERE sequence = 4",
        "UPDATE cycles SET sequence = 4 WHERE sequence = -1",
    )
    with pytest.raises(LedgerError, match="row 2 "):
        ledger.decisions.verify()


def test_a_repeated_row_is_found(ledger: Ledger, edit: Edit) -> None:
    columns = ", ".join(column.name for column in cycles.columns if column.name not in ("sequence", "decision_id"))
    edit(f"INSERT INTO cycles SELECT 6, 'another', {columns} FROM cycles WHERE sequence = 5")
    with pytest.raises(LedgerError, match="row 6 "):
        ledger.decisions.verify()


def test_what_a_chain_alone_would_miss_the_head_finds(ledger: Ledger, edit: Edit) -> None:
    """Naive control: with the head moved back as well, a cut tail looks like a shorter log."""
    edit("DELETE FROM cycles WHERE sequence = 5")
    with pytest.raises(LedgerError, match="the head says 5 rows"):
        ledger.decisions.verify()
    edit("UPDATE heads SET sequence = 4, hash = (SELECT hash FROM cycles WHERE sequence = 4) WHERE log = 'cycles'")
    assert ledger.decisions.verify() == 4


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_itself_refuses_changes(path: Path, ledger: Ledger, table: str, change: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        names = {row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert {f"{table}_no_update", f"{table}_no_delete"} <= names
        column = raw.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
        if raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
            with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
                raw.execute(change.format(table, column))
