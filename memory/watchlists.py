"""Lists of symbols that are scanned, each version of them; a deleted one keeps its versions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from sqlalchemy import Connection, select

from fks_agents.contracts import Contract, Utc
from fks_agents.errors import RefusedError
from memory._database import Database, add
from memory.service_schema import watchlists

MOST_SYMBOLS = 500

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Frame = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d"]
"""Timeframes that have a longer one, which a decision also looks at."""


def _each_once(given: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({each for each in given if given.count(each) > 1})
    if twice:
        raise ValueError(f"expected each once, was twice: {', '.join(twice)}")
    return given


Symbol = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x20\x7f]*$")]
Symbols = Annotated[tuple[Symbol, ...], Field(min_length=1, max_length=MOST_SYMBOLS), AfterValidator(_each_once)]
Frames = Annotated[tuple[Frame, ...], Field(min_length=1, max_length=7), AfterValidator(_each_once)]


class Watchlist(Contract):
    """Symbols of the service's source, each studied on each of these timeframes when a bar closes."""

    name: Name
    symbols: Symbols
    timeframes: Frames


class WatchlistVersion(Contract):
    name: Name
    number: Annotated[int, Field(ge=1)]
    by: Annotated[str, Field(min_length=1, max_length=64)]
    at: Utc
    watchlist: Watchlist | None
    """None where this version deleted it."""


class Watchlists:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, version: WatchlistVersion) -> None:
        """Commit the next version. Raises RefusedError where it is not the next one: somebody was faster."""
        row = {"name": version.name, "number": version.number, "version": version.model_dump_json()}
        with self._database.write() as connection:
            known = len(_of(connection, version.name))
            if version.number != known + 1 or not add(connection, watchlists, row):
                raise RefusedError(
                    f"watchlist {version.name} was changed meanwhile: {version.number} is not its next version; "
                    "look at it again"
                )

    def of(self, name: str) -> tuple[WatchlistVersion, ...]:
        """Every version, oldest first."""
        with self._database.read() as connection:
            return _of(connection, name)

    def newest(self) -> tuple[WatchlistVersion, ...]:
        """The newest version of each that is not deleted, by name."""
        query = select(watchlists.c.version).order_by(watchlists.c.name, watchlists.c.number)
        with self._database.read() as connection:
            every = [WatchlistVersion.model_validate_json(text) for text in connection.execute(query).scalars()]
        return tuple(each for each in {each.name: each for each in every}.values() if each.watchlist is not None)


def _of(connection: Connection, name: str) -> tuple[WatchlistVersion, ...]:
    query = select(watchlists.c.version).where(watchlists.c.name == name).order_by(watchlists.c.number)
    return tuple(WatchlistVersion.model_validate_json(text) for text in connection.execute(query).scalars())
