"""Ledgers that earlier versions wrote: brought up to date when they are opened, with everything they held."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from fks_agents import _discovery, _record
from fks_agents.contracts import Cycle
from fks_agents.errors import DataError, LedgerError
from fks_agents.settings import Settings
from memory import migrations
from memory.decisions import Admission
from memory.ledger import Ledger
from memory.migrations import versions
from memory.schema import APPEND_ONLY, REVISION, metadata
from tests.memory.conftest import NOON, cycle_of, lesson_of
from tests.postgres import Server

OLD = tuple(name[1:5] for name in _discovery.names(versions.__path__) if name[1:5] != REVISION)
LATER = ("usage", "research", "approval")
"""Fields of a cycle that the first version did not write."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real)])
def where(request: pytest.FixtureRequest, path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        path.parent.mkdir(parents=True)
        return f"sqlite:///{path}"
    server: Server = request.getfixturevalue("postgres")
    name = f"old_{next(server.numbers)}"
    server.run(f"CREATE DATABASE {name}")
    return server.url(name)


@pytest.fixture
def engine(where: str) -> Iterator[Engine]:
    opened = create_engine(where.replace("postgresql:", "postgresql+psycopg:"))
    yield opened
    opened.dispose()


@pytest.fixture
def written(engine: Engine) -> Callable[[str], str]:
    """Make the ledger of that revision, with one decision as the first version wrote it; its id."""

    def make(revision: str) -> str:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(migrations.FOLDER))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            return _decided(connection)

    return make


def _decided(connection: Connection) -> str:
    with_all = json.loads(cycle_of_id("abcdef012345").model_dump_json())
    told = json.dumps({name: value for name, value in with_all.items() if name not in LATER})
    admission = {
        "id": "abcdef012345", "sequence": 1, "symbol": "SPX", "timeframe": "1d", "as_of": NOON.isoformat(),
        "account": "main", "settings": {}, "settings_digest": "0" * 16, "models": {},
    }  # fmt: skip
    first = "0" * 64
    row: dict[str, Any] = {
        "decision_id": "abcdef012345", "sequence": 1, "symbol": "SPX", "timeframe": "1d",
        "as_of": int(NOON.timestamp()) * 1_000_000, "action": "hold", "status": "hold", "outcome": "pass",
        "reason": "no view", "digest": _record.digest_of(told), "cycle": told, "previous_hash": first,
        "hash": sha256(f"{first}|1|{told}".encode()).hexdigest(),
    }  # fmt: skip
    connection.execute(
        text("INSERT INTO admissions VALUES (:id, 1, 'SPX', 'main', :admission)"),
        {"id": row["decision_id"], "admission": json.dumps(admission)},
    )
    names = ", ".join(row)
    connection.execute(text(f"INSERT INTO cycles ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
    connection.execute(text("UPDATE heads SET sequence = 1, hash = :hash WHERE log = 'cycles'"), {"hash": row["hash"]})
    connection.execute(text("UPDATE heads SET sequence = 1 WHERE log = 'admissions'"))
    return "abcdef012345"


def cycle_of_id(decision_id: str) -> Cycle:
    admission = Admission(
        id=decision_id, sequence=1, symbol="SPX", timeframe="1d", as_of=NOON, account="main", settings={},
        settings_digest="0" * 16, models={},
    )  # fmt: skip
    return cycle_of(admission)


@pytest.mark.parametrize("revision", OLD)
def test_an_old_ledger_is_brought_up_to_date_with_what_it_held(
    written: Callable[[str], str], engine: Engine, where: str, revision: str
) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    decision_id = written(revision)
    with Ledger.open(where) as ledger:
        assert ledger.decisions.cycle(decision_id).reason == "no view"
        assert ledger.decisions.verify() == 1
        assert ledger.people.is_empty()
        assert len(ledger.identity) == 12
        ledger.lessons.learn([lesson_of(1)])
        new = ledger.decisions.admit("SPX", "1d", NOON, Settings(), account="main")
        assert new.sequence == 2
        ledger.decisions.finish(cycle_of(new))
        assert ledger.decisions.verify() == 2
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == REVISION


@pytest.mark.parametrize("revision", OLD[-1:])
def test_its_new_tables_refuse_changes_like_those_that_are_made_anew(
    written: Callable[[str], str], engine: Engine, where: str, revision: str
) -> None:
    with engine.connect() as connection:
        before = set(inspect(connection).get_table_names())
    written(revision)
    Ledger.open(where).close()
    with engine.connect() as connection:
        made = set(inspect(connection).get_table_names()) - before
        kind = "sqlite_master WHERE type = 'trigger'" if engine.dialect.name == "sqlite" else "pg_trigger"
        column = "name" if engine.dialect.name == "sqlite" else "tgname"
        triggers = set(connection.execute(text(f"SELECT {column} FROM {kind}")).scalars())
    assert set(APPEND_ONLY) <= made
    assert {f"{table}_no_{change}" for table in APPEND_ONLY for change in ("update", "delete")} <= triggers


def test_the_digest_is_of_what_was_written_then() -> None:
    """By the fields that there are now, every decision of an earlier version would look changed."""
    whole = json.loads(cycle_of_id("abcdef012345").model_dump_json())
    then = json.dumps({name: value for name, value in whole.items() if name not in LATER})
    digest = sha256(json.dumps(_without_names(json.loads(then)), sort_keys=True).encode()).hexdigest()
    assert _record.digest_of(then) == digest
    assert Cycle.model_validate_json(then).digest != digest
    saved = json.dumps(json.loads(then) | {"facts": [], "plan": None, "digest": digest})
    assert Cycle.from_json(saved).reason == "no view"
    with pytest.raises(DataError, match="digest says"):
        Cycle.from_json(saved.replace("no view", "some view"))


def _without_names(whole: dict[str, Any]) -> dict[str, Any]:
    """What differs between two runs of the same decision; none of it is further inside here."""
    return {name: value for name, value in whole.items() if name not in ("id", "seconds")}


def test_a_ledger_of_a_later_version_is_refused_and_left_as_it_is(engine: Engine, where: str) -> None:
    Ledger.open(where).close()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        LedgerError, match=f"expected schema {REVISION} or older, was '9999'; a newer fks-agents wrote it"
    ):
        Ledger.open(where)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
