"""Which decision a scan made for a bar: one for each, whoever scans it, however often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from fks_agents.contracts import Contract, Timeframe, Utc
from fks_agents.errors import RefusedError
from memory._database import Database, add
from memory.service_schema import scanned_bars


class DecidedError(RefusedError):
    """A scan made a decision for that bar before."""


class BarKey(Contract):
    """A bar that is decided on once."""

    source: str
    symbol: str
    timeframe: Timeframe
    closed_at: Utc


class Scans:
    def __init__(self, database: Database) -> None:
        self._database = database

    def decision(self, key: BarKey) -> str | None:
        """The decision that was admitted for a bar."""
        with self._database.read() as connection:
            return _decision(connection, key)

    def newest(self, source: str, symbol: str, timeframe: Timeframe) -> datetime | None:
        """Close of the newest bar of a symbol that was decided on."""
        query = (
            select(scanned_bars.c.closed_at)
            .where(
                scanned_bars.c.source == source,
                scanned_bars.c.symbol == symbol,
                scanned_bars.c.timeframe == timeframe,
            )
            .order_by(scanned_bars.c.closed_at.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            found: datetime | None = connection.execute(query).scalar()
        return found


def take(connection: Connection, key: BarKey, decision_id: str) -> None:
    """Tie a bar to the decision that the same transaction admits; raises DecidedError where another one has it."""
    if not add(connection, scanned_bars, {**key.model_dump(), "decision_id": decision_id}):
        raise DecidedError(
            f"{key.symbol} {key.timeframe}: decision {_decision(connection, key)} was made for the bar that closed at "
            f"{key.closed_at:%Y-%m-%d %H:%M}"
        )


def _decision(connection: Connection, key: BarKey) -> str | None:
    query = select(scanned_bars.c.decision_id).where(
        *(scanned_bars.c[name] == value for name, value in key.model_dump().items())
    )
    found: str | None = connection.execute(query).scalar()
    return found
