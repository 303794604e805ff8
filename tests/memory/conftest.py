from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from fks_agents.contracts import Cycle, Lesson, Regime, Verdict
from fks_agents.settings import Settings
from memory.decisions import Admission
from memory.embeddings import StaticEmbedder
from memory.ledger import Ledger
from tests.postgres import Server, served

EMBEDDER = StaticEmbedder()
PROMISES = frozenset(
    {
        "test_decisions",
        "test_records",
        "test_judgements",
        "test_requests",
        "test_ideas",
        "test_backtests",
        "test_notices",
        "test_scans",
    }
)
"""Modules whose tests hold for a ledger on any database."""
NOON = datetime(2018, 12, 24, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "ledger.db"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What a ledger promises it promises on both databases; a test that looks into the file is about SQLite."""
    own = set(inspect.signature(metafunc.function).parameters)
    module = metafunc.module.__name__.rpartition(".")[2]
    if "ledger" in metafunc.fixturenames and module in PROMISES and not own & {"path", "edit", "tmp_path"}:
        on_server = pytest.param("postgres", marks=pytest.mark.real)
        metafunc.parametrize("database", ["sqlite", on_server], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    kind: str = getattr(request, "param", "sqlite")
    return kind


@pytest.fixture
def ledger(path: Path, database: str, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    where = path if database == "sqlite" else request.getfixturevalue("postgres").fresh()
    with Ledger.open(where) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture
def admit(ledger: Ledger) -> Callable[..., Admission]:
    def one(symbol: str = "SPX", days: int = 0, account: str | None = "main") -> Admission:
        return ledger.decisions.admit(symbol, "1d", NOON + timedelta(days=days), Settings(), account=account)

    return one


@pytest.fixture
def decision_id(admit: Callable[..., Admission]) -> str:
    return admit().id


@pytest.fixture
def edit(path: Path) -> Callable[..., None]:
    """Change the file behind the ledger's back, past its triggers."""

    def run(*statements: str) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {trigger}")
            for statement in statements:
                raw.execute(statement)

    return run


def cycle_of(admission: Admission, reason: str = "no view", *, seconds: float = 0.0) -> Cycle:
    return Cycle(
        id=admission.id,
        symbol=admission.symbol,
        timeframe=admission.timeframe,
        as_of=admission.as_of,
        action="hold",
        status="hold",
        reason=reason,
        models=admission.models,
        settings_digest=admission.settings_digest,
        verdict=Verdict(outcome="pass", reason="nothing to check"),
        seconds=seconds,
    )


def lesson_of(
    number: int,
    *,
    agent: str = "technical",
    learned_at: datetime = NOON,
    text: str = "",
    regime: Regime = "calm",
    symbol: str = "SPX",
) -> Lesson:
    return Lesson(
        id=f"L{number:05d}",
        agent=agent,
        text=text or f"lesson number {number}",
        evidence=(),
        learned_at=learned_at,
        decision_id="0" * 12,
        symbol=symbol,
        regime=regime,
    )


WORDS = ("trend", "stop", "target", "volume", "breakout", "rates", "oil", "credit", "gap", "squeeze", "carry", "yields")


def lessons(start: int, stop: int, agent: str = "technical") -> list[Lesson]:
    draw = Random(start)
    return [
        lesson_of(n, agent=agent, text=" ".join(draw.choices(WORDS, k=8)), learned_at=NOON + timedelta(minutes=n))
        for n in range(start, stop)
    ]
