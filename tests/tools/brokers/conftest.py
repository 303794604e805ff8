"""Paper books in memory, brackets, and bars written as (open, high, low, close)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import JsonValue

from fks_agents.bars import SECONDS, Bars, nanoseconds
from fks_agents.contracts import Fill, OrderIntent, Side
from fks_agents.deps import PaperBook
from fks_agents.errors import LedgerError
from fks_agents.settings import Settings

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
Candle = tuple[float, float, float, float]


class MemoryBook:
    """A book that keeps JSON text, as a database would."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, str]] = {}
        self.fills: list[Fill] = []
        self.saves = 0
        self.before_save: Callable[[], None] = lambda: None

    def load(self, account: str) -> dict[str, JsonValue] | None:
        if account not in self.kept:
            return None
        version, text = self.kept[account]
        return {**json.loads(text), "version": version}

    def save(self, account: str, state: dict[str, JsonValue], fills: Sequence[Fill], expected: int) -> None:
        self.before_save()
        if self.kept.get(account, (0, ""))[0] != expected:
            raise LedgerError(f"paper account {account!r} is no longer at version {expected}")
        self.kept[account] = (expected + 1, json.dumps(state, allow_nan=False))
        self.fills += fills
        self.saves += 1


_: type[PaperBook] = MemoryBook


def bracket(
    decision: str = "d1",
    *,
    symbol: str = "ACME",
    side: Side = "buy",
    quantity: float = 100.0,
    entry: float = 98.0,
    stop: float = 95.0,
    target: float = 105.0,
    at: datetime = MONDAY,
    days: float = 5.0,
    horizon: int = 0,
    **rest: Any,
) -> tuple[OrderIntent, OrderIntent, OrderIntent]:
    """A limit entry with stop and target, good for `days`."""
    other: Side = "sell" if side == "buy" else "buy"
    shared = {"decision_id": decision, "symbol": symbol, "quantity": quantity, "placed_at": at}

    def intent(leg: str, **own: Any) -> OrderIntent:
        return OrderIntent.model_validate(
            {"client_order_id": OrderIntent.id_for(decision, leg), "leg": leg, **shared, **own}
        )

    expires = at + timedelta(days=days)
    return (
        intent(
            "entry",
            **({"side": side, "type": "limit", "price": entry, "expires_at": expires, "horizon": horizon} | rest),
        ),
        intent("stop", side=other, type="stop", price=stop, reduce_only=True),
        intent("target", side=other, type="limit", price=target, reduce_only=True),
    )


def candles(*rows: Candle, begin: datetime = MONDAY, symbol: str = "ACME") -> Bars:
    """Daily bars from `begin`, without a gap."""
    opened = nanoseconds(begin) + SECONDS["1d"] * 10**9 * np.arange(len(rows), dtype=np.int64)
    prices = np.array(rows, dtype=np.float64).reshape(len(rows), 4)
    closed = opened + SECONDS["1d"] * 10**9
    open_, high, low, close = prices.T
    return Bars(symbol, "1d", "test", opened, closed, open_, high, low, close, np.ones(len(rows)))


@pytest.fixture
def book() -> MemoryBook:
    return MemoryBook()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """100,000 of cash, no slippage: fills are the prices themselves; one position may take all of it."""
    return Settings(home=tmp_path, slippage=0.0, max_position=1.0, min_seconds_between_trades=0.0)
